"""The differential equations y[0]' = x[0], y[i]' = x[i] y[i - 1], by Runge and Kutta's method."""

import numpy as np

from adcompile import grad

from .protocol import Eval, Task, run_by_backend


def slope(x, y):
    return x * np.concatenate((np.ones(1), y[:-1]))


def solution(x, steps):
    """y at time 2, from zeros at time 0."""
    h = 2.0 / steps
    y = np.zeros_like(x)
    for _ in range(steps):
        k1 = slope(x, y)
        k2 = slope(x, y + h / 2 * k1)
        k3 = slope(x, y + h / 2 * k2)
        k4 = slope(x, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def last(x, steps):
    return solution(x, steps)[-1]


def prepare(given):
    return np.array(given["x"]), given["s"]


EVAL = Eval(
    {"primal": Task(run_by_backend(solution), prepare), "gradient": Task(grad(last), prepare)},
    [{"x": [0.5, 1.25, 0.75], "s": 3}],
)
