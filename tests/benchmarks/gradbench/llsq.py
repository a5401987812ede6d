"""How far a polynomial is from the sign of its argument, in the least squares' sense."""

import numpy as np

from adcompile import grad

from .protocol import Eval, Task


def half_squares(x, n):
    """For the coefficients `x`, at `n` points from -1 to 1."""
    t = np.linspace(-1.0, 1.0, n)
    value = np.zeros_like(t)
    for j in reversed(range(len(x))):
        value = value * t + x[j]
    return np.sum((np.sign(t) - value) ** 2) / 2


def prepare(given):
    return np.array(given["x"]), given["n"]


EVAL = Eval(
    {"primal": Task(half_squares, prepare), "gradient": Task(grad(half_squares), prepare)},
    [{"x": [0.5, -0.25, 1.0], "n": 6}],
)
