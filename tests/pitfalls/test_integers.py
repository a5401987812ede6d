"""Arrays of integers wrap around, and of booleans `+` is `or`: their arithmetic is left as it is.

A factor put outside, a minus moved to a neighbour, or a product taken in another order is another
number there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.testing import MODES, check_grads

X = np.array([0.7, -1.2, 0.4])
BYTES = np.array([1, 200, 100], dtype=np.uint8)
MASK = np.array([True, False, True])
LINKS = np.array([[True, True, True], [False, True, True], [True, True, True]])


def _minus_of_unsigned(x, n):
    return np.sum(x * x * (-n)) + np.sum(-n / x)


def _minus_before_unsigned(x, n):
    return -np.sum(n * x) - np.sum(n / x)


def _minus_before_unsigned_element(x, n):
    s = 0.0
    for i in range(3):
        s = s - n[i] * n[0] * x[i] * x[i]
    return s


def _minus_of_chosen_unsigned(x, n):
    return -np.sum(x * np.where(n > 1, n, 0))


def _number_times_number_times_unsigned(x, n):
    return 2.0 * np.sum(x * x * (3 * n))


def _sum_of_unsigned_factors(x, n):
    return np.sum(x * n * n + x * n) + np.sum(x**2 * n)


def _einsum_of_unsigned(x, n):
    return np.einsum("i,i,i", x, n, n)


def _mask_twice(x, mask):
    return np.sum(mask * x * x)


def _minus_before_mask(x, mask):
    return -np.sum(mask * x) - np.sum(x * np.where(mask, mask, 0))


def _product_of_masks_summed(x, links):
    return x @ np.sum(links @ links, axis=0)


def _paths(x, links):
    return np.einsum("i,ij,jk,ki->", x, links, links, links)


@pytest.mark.parametrize(
    ("function", "other"),
    [
        (_minus_of_unsigned, BYTES),
        (_minus_before_unsigned, BYTES),
        (_minus_before_unsigned_element, BYTES),
        (_minus_of_chosen_unsigned, BYTES),
        (_number_times_number_times_unsigned, BYTES),
        (_sum_of_unsigned_factors, BYTES),
        (_einsum_of_unsigned, BYTES),
        (_mask_twice, MASK),
        (_minus_before_mask, MASK),
        (_product_of_masks_summed, LINKS),
        (_paths, LINKS),
    ],
)
def test_arithmetic_of_integers_is_left_as_it_is(
    function: Callable[..., Any], other: np.ndarray
) -> None:
    check_grads(function, (X, other), modes=MODES)


def _steps(a, n):
    s = 0.0
    for i in range(2**n):
        s = s + np.sin(a * i)
    return s


def test_power_of_integers_is_an_integer() -> None:
    check_grads(_steps, (0.3, 3))


def _rounded(x):
    return x[0] * np.mean(3 * x, dtype=int)


def test_mean_that_is_rounded_is_refused() -> None:
    with pytest.raises(adcompile.RefusedError, match="a `dtype` that is no floating point number"):
        adcompile.grad(_rounded)(X)
