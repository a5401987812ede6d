"""What `in_threads` gains: per-example gradients of a batch, on one thread and on several.

    python -m tests.benchmarks.threads [THREADS ...]

The other benchmarks hold still on one processor; this one needs as many as there are threads.
"""

import os
import sys
import time
from collections.abc import Callable

import numpy as np

from adcompile import compiled, grad, in_threads

EXAMPLES, STEPS, ROUNDS = 8192, 500, 10


def loss(w, x, y):
    """A recurrence of one number, so that there is nothing to share between examples."""
    state = 0.0
    for _ in range(STEPS):
        state = np.tanh(w[0] * state + w[1] * x + w[2])
    return (state - y) ** 2


@compiled
def gradients(w, xs, ys):
    found = np.empty((len(xs), len(w)))
    for i in range(len(xs)):
        found[i] = grad(loss)(w, xs[i], ys[i])
    return found


def least_seconds(functions: dict[int, Callable[[], np.ndarray]]) -> dict[int, float]:
    """The shortest of the times of each function, which take turns."""
    least = dict.fromkeys(functions, float("inf"))
    for _ in range(ROUNDS):
        for name, function in functions.items():
            started = time.perf_counter()
            function()
            least[name] = min(least[name], time.perf_counter() - started)
    return least


def main() -> int:
    """Print a line for each number of threads; 1 where their gradients differ."""
    rng = np.random.default_rng(0)
    arguments = np.array([0.5, 0.25, -0.1]), *rng.normal(size=(2, EXAMPLES))
    counts = [int(text) for text in sys.argv[1:]] or [1, 2, os.cpu_count() or 1]
    runs = {
        count: in_threads(gradients, batch=("xs", "ys"), threads=count)
        for count in dict.fromkeys(counts)
    }
    expected = gradients(*arguments)
    wrong = any(not np.array_equal(run(*arguments), expected) for run in runs.values())
    found = least_seconds({n: lambda run=run: run(*arguments) for n, run in runs.items()})
    first = next(iter(found.values()))
    for count, seconds in found.items():
        print(f"{count} threads: {1e3 * seconds:.2f} ms, {first / seconds:.2f} times as fast")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
