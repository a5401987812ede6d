"""The rules for SciPy's functions, loaded when a program uses them; in a rule's text its modules
are called `special` and `linalg`."""
