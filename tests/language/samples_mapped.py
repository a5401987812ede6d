"""NumPy's functions that take a function."""

import math

import numpy as np


def _norm(v, p=2.0):
    return np.sum(np.abs(v) ** p)


def _share(v):
    return v / (1.0 + np.sum(v * v))


def _step(t, w=1.0):
    return t * t if t > 0 else math.exp(t) * w


_stepwise = np.vectorize(_step, otypes=[float])


def number_along_each_axis(x, a):
    m = np.outer(x, x + a)
    return np.sum(np.apply_along_axis(_norm, 0, m) * np.apply_along_axis(_norm, -1, m, 3.0))


def vector_along_axis(x, a):
    m = np.outer(x + a, x)
    return np.sum(np.apply_along_axis(_share, 0, m)[0]) + np.sum(
        np.apply_along_axis(lambda v: v[::-1] * a, 1, m)[1]
    )


def number_along_the_only_axis(x):
    return np.apply_along_axis(_norm, 0, x) * 2.0


def along_axis_of_stack(x):
    m = np.reshape(np.outer(x, np.arange(6.0)), (-1, 2, 3))
    return np.sum(np.apply_along_axis(_share, 1, m) * np.arange(3.0))


def over_axes(x):
    m = np.outer(x, x)
    return np.sum(np.apply_over_axes(np.sum, m, (0, 1))) + np.sum(
        np.apply_over_axes(np.max, m, [0]) ** 2
    )


def from_positions(a):
    return np.sum(np.fromfunction(lambda i, j: np.sin(a * i + j), (2, 3)))


def vectorized(x, a):
    return np.sum(np.vectorize(_step, otypes=[float])(x, a))


def vectorized_outside(x, a):
    return np.sum(_stepwise(x[:, None] * a, x)) + _stepwise(a)


def along_axis_by_name(x, a):
    m = np.outer(x, x)
    return np.sum(np.apply_along_axis(func1d=_norm, axis=0, arr=m, p=3.0)) * a


def along_axis_of_what_is_captured(x, a):
    m = np.outer(np.arange(3.0), np.ones(5))
    return np.sum(np.apply_along_axis(lambda v: np.sum(v * x) * a, 1, m))


def over_axes_with_lambda(x, a):
    m = np.outer(x, x)
    found = np.apply_over_axes(lambda z, axis: a * np.mean(z, axis=axis), m, [1, 0])
    return np.sum(found**2)


def vectorized_in_loop(x, a, n):
    steps = np.vectorize(_step, otypes=[float])
    s = 0.0
    for i in range(n):
        s = s + np.sum(steps(x, a * i))
    return s * a
