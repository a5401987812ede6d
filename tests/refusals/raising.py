"""Functions that raise; in no test module, whose asserts pytest rewrites."""

import numpy as np


def domain(a):
    if a < 0:
        raise ValueError("a must not be negative")
    assert a != 1, "a must not be one"
    return np.sqrt(a) / (a - 2)


def division(a):
    return 1 / a


def index(x, n):
    return x[n] * x[0]


def shapes(x, y):
    return np.sum(x @ y)


def bound(a):
    s = a
    for i in range(a):
        s = s * a
    return s


def unbound(x, n):
    for i in range(n):
        z = x[i]
    return z * z
