"""How far a polynomial is from the sign of its argument, in the least squares' sense."""

import numpy as np

from adcompile import grad

from .protocol import Eval, Task, run_by_backend

TOGETHER = 16  # so many coefficients are multiplied with a table of powers at once


def half_squares(x, n):
    """For the coefficients `x`, at `n` points from -1 to 1."""
    powers = np.ones((TOGETHER + 1, n))
    powers[1:] = np.linspace(-1.0, 1.0, n)
    for j in range(1, TOGETHER):
        powers[j + 1] *= powers[j]
    t, highest = powers[1], powers[TOGETHER]
    value = np.zeros_like(t)
    for start in reversed(range(0, len(x), TOGETHER)):
        some = x[start : start + TOGETHER]
        value = value * highest + some @ powers[: len(some)]
    return np.sum((np.sign(t) - value) ** 2) / 2


def prepare(given):
    return np.array(given["x"]), given["n"]


EVAL = Eval(
    {
        "primal": Task(run_by_backend(half_squares), prepare),
        "gradient": Task(grad(half_squares), prepare),
    },
    [{"x": [0.5, -0.25, 1.0], "n": 6}],
)
