"""Random programs over arrays and floats, and what the compiler makes of each: right or refused.

    python -m tests.generator --seconds 60               as many programs as fit
    python -m tests.generator --seconds 60 --seed 7      other programs
    python -m tests.generator --features alias,store     only programs of these features
    python -m tests.generator --forward                  `jvp`, `jacobian` and `hvp` as well
    python -m tests.generator --show                     print each program with its outcome

A program is drawn by Hypothesis from a few features of the language at a time (aliases, views,
in-place writes, loops and their exits, helpers, closures, lists, ...), so that a wrong one shrinks
to the few lines that matter. Its gradient is held against the complex step on the same program,
which central differences must confirm; programs that are not smooth around the arguments are
thrown away. Arguments come in several layouts of memory, on which it depends what is a view.
"""
