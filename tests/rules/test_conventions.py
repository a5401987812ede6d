"""The derivatives at kinks that the README states, and nothing divides by zero on the way."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import adcompile
from tests.test_readme import table


def absolute(x):
    return np.sum(np.abs(x))


def norm(x):
    return np.linalg.norm(x)


def hypot(x):
    return np.hypot(x[0], x[1])


def deviation(x):
    return np.std(x)


def largest(x):
    return np.max(x)


def larger(x):
    return np.maximum(x[0], x[1])


def clipped(x):
    return np.sum(np.clip(x, 0.0, 1.0))


def in_order(x):
    return np.sort(x)[0] * 3.0


def middle(x):
    return np.median(x)


def product(x):
    return np.prod(x)


def running_product(x):
    return np.cumprod(x)[-1]


def power_zero(x):
    return np.sum(np.power(x, 0))


def power_of_zero(x):
    return np.sum(np.power(0.0, x))


def sinc(x):
    return np.sum(np.sinc(x))


def logaddexp(x):
    return np.logaddexp(x[0], x[1])


def interpolated(x):
    return np.sum(np.interp(x, np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 1.0])))


def eigenvalues(x):
    return np.sum(np.linalg.eigh(np.diag(x))[0] ** 2)


def eigenvectors(x):
    return np.sum(np.linalg.eigh(np.diag(x))[1][0] ** 3)


# Of each row of the table: a function, its argument, and the gradient
KINKS = [
    ("`abs(x)`", absolute, [0.0, -1.0], [0.0, -1.0]),
    ("`abs(x)`", norm, [0.0, 0.0], [0.0, 0.0]),
    ("`abs(x)`", hypot, [0.0, 0.0], [0.0, 0.0]),
    ("`np.std(x)`", deviation, [2.0, 2.0], [0.0, 0.0]),
    ("ties of `np.max`", largest, [3.0, 1.0, 3.0], [0.5, 0.0, 0.5]),
    ("ties of `np.max`", larger, [3.0, 3.0], [0.5, 0.5]),
    ("ties of `np.max`", clipped, [0.0, 0.5, 1.0, 2.0], [0.5, 1.0, 0.5, 0.0]),
    ("ties of `np.sort`", in_order, [1.0, 1.0, 2.0], [3.0, 0.0, 0.0]),
    ("ties of `np.sort`", middle, [1.0, 1.0, 2.0], [0.0, 1.0, 0.0]),
    ("zeros in", product, [0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
    ("zeros in", product, [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]),
    ("zeros in", running_product, [0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
    ("`np.power(x, 0)`", power_zero, [0.0, 2.0], [0.0, 0.0]),
    ("`np.power(x, 0)`", power_of_zero, [1.0, 2.0], [0.0, 0.0]),
    ("`np.sinc(0)`", sinc, [0.0, 1e-9], [0.0, -(np.pi**2) / 3 * 1e-9]),
    ("`np.logaddexp(a, b)`", logaddexp, [1e4, -1e4], [1.0, 0.0]),
    ("`np.logaddexp(a, b)`", logaddexp, [-1e300, -1e300], [0.5, 0.5]),
    ("`np.interp", interpolated, [0.0, 1.0, 3.0], [2.0, -0.5, -0.5]),
    ("`np.linalg.eigh`", eigenvalues, [2.0, 2.0, 5.0], [4.0, 4.0, 10.0]),
]


@pytest.mark.parametrize(("where", "function", "x", "expected"), KINKS)
def test_kink(where, function, x, expected) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gradient = adcompile.grad(function, allow_unused=True)(np.array(x))
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)


def test_vectors_of_equal_values() -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = adcompile.grad(eigenvectors)(np.array([2.0, 2.0, 5.0]))
    assert np.isnan(gradient).any()


def test_every_row_of_the_readme_is_tested() -> None:
    rows = [where for where, _ in table("readme: kinks")]
    assert [row for row in rows if not any(row.startswith(w) for w, *_ in KINKS)] == []
