"""What is known of each operation: the kind of its result, and its derivative as text.

`registry` says what a rule is and finds them; the other modules hold the rules, by families.
"""
