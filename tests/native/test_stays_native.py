"""What native code computes by itself: the NumPy text does not stand in for it."""

import numpy as np
import pytest

from adcompile import grad, specialisations
from tests.native.test_forms import agree

pytest.importorskip("numba")

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 5, 3))
V = RNG.normal(size=7)


@pytest.fixture(autouse=True)
def _no_plain_text(monkeypatch) -> None:
    def fail(plain, *values):
        raise AssertionError("the NumPy text runs")

    monkeypatch.setattr(specialisations._Plain, "__call__", fail)


# ----- axes -----


def product(a, b):
    return np.sum(np.sin(a @ b))


def test_stacks_of_more_axes_are_stretched() -> None:
    agree(product, RNG.normal(size=(6, 1, 4, 5)), RNG.normal(size=(3, 5, 2)), wrt=(0, 1))


def turned(a):
    b = np.sin(np.transpose(a, (1, 2, 0))) * np.arange(4.0) + np.moveaxis(a, 0, -1) ** 2
    return np.sum(b * np.arange(4.0)) + np.sum(np.swapaxes(a, -1, 0) ** 3) + np.sum(a.mT[0] ** 2)


def test_axes_in_another_order() -> None:
    agree(turned, RNG.normal(size=(4, 2, 3)))


def joined(x, y, z):
    parts = []
    for i in range(3):
        parts.append(x * y[i])
    rows = np.concatenate(parts, axis=1) * np.arange(9.0)
    return np.sum(np.stack(parts, axis=-1)[1] ** 3) * np.sum(rows) * z


def test_lists_along_other_axes() -> None:
    agree(joined, X, Y[0], 1.5, wrt=2)


def inside(u, c):
    return u[:, 0:1] * c + u[:, 1:2] * c**2 + (1.0 - u[:, :1] - u[:, -1:]) * c**3


def test_slices_of_one_element_are_stretched() -> None:
    agree(sum_of_squares, RNG.normal(size=(5, 2)), X, wrt=(0, 1))


def sum_of_squares(u, c):
    return np.sum(inside(u, c) ** 2)


# ----- indices -----


def masked(x, y):
    z = x * 2.0
    z[y > 0] *= y[y > 0]
    z[np.any(y > 0.5, axis=1)] += 1.0
    return np.sum(z[z < 1.0] ** 2) + np.sum(x[:, 0][y[:, 1] > 0] ** 3)


def masked_numbers(x):
    z = x.copy()
    z[x > 0] = 0.5
    return np.sum(z[x < 0.1] ** 2 * x[x < 0.1])


def test_masks() -> None:
    agree(masked_numbers, V)
    agree(masked_numbers, X)


def crossed(a, b):
    return np.sum(np.cross(a, b) ** 2) + np.sum(np.cross(b[0], a)[:, 1])


def test_cross_products_of_rows() -> None:
    agree(crossed, X, Y, wrt=(0, 1))


# ----- order -----


def ordered(x):
    weights = np.arange(len(x)) * 1.0
    return np.sum(np.sort(x) * weights) * np.median(x) + np.sum(x[np.argsort(-x)[:3]] ** 2)


def ordered_rows(x):
    return np.sum(np.sort(x, axis=1) ** 2 * np.arange(3.0))


def test_order() -> None:
    agree(ordered, V[:6])
    agree(ordered, np.array([2.0, 1.0, 2.0, 0.5, 1.0]))
    agree(ordered_rows, X)


def middle(x):
    return np.median(x) * 2.0


def test_order_of_what_is_no_number() -> None:
    with np.errstate(invalid="ignore"):
        agree(middle, np.array([1.0, np.nan, 3.0]))


# ----- lengths that indices need -----


def ends(x):
    return x[0] * x[-1] + x[2] ** 2


def test_lengths_are_checked_at_once() -> None:
    g = grad(ends, backend="numba")
    np.testing.assert_array_equal(g(np.array([1.0, 2.0, 3.0])), [3.0, 0.0, 7.0])
    assert g.source.count("at_least(") == 1
