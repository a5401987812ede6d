"""Exponentials and logarithms are NumPy's to two units in the last place."""

import numpy as np
import pytest

pytest.importorskip("numba")

from numba import njit

from adcompile.native import elementary

RNG = np.random.default_rng(0)
ENDS = np.array([
    0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.625, -0.625, 20.0, -20.0, 709.78, 709.79,
    710.0, 1e308, -708.5, -720.3, -745.1, -745.2, -746.0, 1e-300, 1e-310, -1e-310, 5e-324,
    0.7071067811865476,
])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("exp", RNG.uniform(-745.0, 709.0, 5000)),
        ("exp", RNG.normal(size=5000)),
        ("tanh", 3.0 * RNG.normal(size=5000)),
        ("tanh", 1e-3 * RNG.normal(size=1000)),
        ("log", np.exp(RNG.uniform(-740.0, 700.0, 5000))),
        ("log", RNG.uniform(0.5, 2.0, 5000)),
    ],
)
def test_numbers(name, numbers) -> None:
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(numbers)
    got = _elements(getattr(elementary, name), numbers)
    assert np.max(np.abs(got - expected) / np.spacing(np.abs(expected))) <= 2


@pytest.mark.parametrize("name", ["exp", "tanh", "log"])
def test_where_numbers_end(name) -> None:
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(ENDS)
    got = _elements(getattr(elementary, name), ENDS)
    np.testing.assert_allclose(got, expected, rtol=4.5e-16, atol=5e-324)
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(got[numbers]), np.signbit(expected[numbers]))


@njit
def _elements(function, numbers):
    """Native code calls the functions; Python does not."""
    return np.array([function(x) for x in numbers])


def test_extremes() -> None:
    largest = njit(lambda x: elementary.largest(x))
    smallest = njit(lambda x: elementary.smallest(x))
    x = RNG.normal(size=1001)
    assert largest(x) == np.max(x)
    assert smallest(x[::-3]) == np.min(x[::-3])
    for size in range(1, 13):
        for part in (x[:size], np.roll(x[:size], size // 2), -np.abs(x[:size])):
            assert (largest(part), smallest(part)) == (np.max(part), np.min(part))
    assert (largest(ENDS[:4]), smallest(ENDS[:4])) == (np.inf, -np.inf)
    assert (largest(ENDS[3:4]), smallest(ENDS[2:3])) == (-np.inf, np.inf)
    x[500] = np.nan
    assert np.isnan(largest(x))
    assert np.isnan(smallest(x))
    with pytest.raises(ValueError, match="zero-size"):
        largest(x[:0])
