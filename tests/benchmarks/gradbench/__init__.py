"""adcompile as a tool of GradBench, the benchmark suite of https://github.com/gradbench/gradbench.

The suite's command runs a tool and an eval side by side, passes messages between them, and prints
what it found valid and how long each call took. In a checkout of the suite:

    ./gradbench run --eval "./gradbench repo eval gmm" \\
                    --tool "env PYTHONPATH=/path/to/adcompile python -m tests.benchmarks.gradbench"

There is a module for each of the suite's evals: the functions as NumPy's users write them, and
their derivatives, all of which adcompile makes. Compiling happens when the suite sends `define`, at
small inputs; the answer says how long it took. The timings of `evaluate` are of the functions
alone: JSON is read and arrays are made before the clock starts.
"""

ABOUT = "Answer GradBench's messages on standard input; see tests/benchmarks/gradbench/__init__.py."
NAMES = (
    "ba",
    "det",
    "gmm",
    "hello",
    "ht",
    "kmeans",
    "llsq",
    "lse",
    "lstm",
    "ode",
    "particle",
    "saddle",
)
