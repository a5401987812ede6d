"""The determinant of a matrix, expanded by minors down to single elements: n! products."""

import numpy as np

from adcompile import grad

from .protocol import Eval, Task, run_by_backend

TOGETHER = 9  # all minors of a matrix of this size are in memory at once


def determinant(a):
    if len(a) <= TOGETHER:
        return determinants(a[:, :, None])[0]
    total = 0.0
    for j in range(len(a)):
        total = total + (-1.0) ** j * a[0, j] * determinant(without(a, j))
    return total


def determinants(a):
    """Those of many matrices, which are on the last axis."""
    n, _, count = a.shape
    if n == 1:
        return a[0, 0]
    minors = np.stack([without(a, j) for j in range(n)], axis=2)
    values = determinants(np.reshape(minors, (n - 1, n - 1, n * count)))
    signs = (-1.0) ** np.arange(n)
    return np.sum(signs[:, None] * a[0] * np.reshape(values, (n, count)), axis=0)


def without(a, j):
    """Without its first row and one of its columns."""
    return np.concatenate((a[1:, :j], a[1:, j + 1 :]), axis=1)


def prepare(given):
    return (np.reshape(given["A"], (given["ell"], given["ell"])),)


EVAL = Eval(
    {
        "primal": Task(run_by_backend(determinant), prepare),
        "gradient": Task(grad(determinant), prepare, lambda result: result.ravel().tolist()),
    },
    [{"A": [0.5, 0.25, 1.0, 0.75, 0.125, 0.375, 0.625, 0.875, 0.0625], "ell": 3}],
)
