"""What an index, an operator or a function does with an object is up to its class: the methods of
the class are followed, or it is refused. An object's attributes are not its elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adcompile.testing import MODES, check_grads
from tests.pitfalls.checks import X, refused


class Scaled:
    def __init__(self, by, values):
        self.by = by
        self.values = values

    def __getitem__(self, i):
        return self.values * (self.by + i)

    def __neg__(self):
        return Scaled(self.by, -self.values)

    def __lt__(self, limit):
        return np.sum(self.values) < limit

    def __eq__(self, other):
        return self.values[0]

    def __iter__(self):
        return iter([self.values * 2, self.values])

    def __float__(self):
        return float(self.values[0])

    def __array__(self, dtype=None, copy=None):
        return self.values * 2


class Pair:
    def __init__(self, a, b):
        self.a = a
        self.b = b


def _indexed(x):
    scaled = Scaled(2.0, x)
    return np.sum(scaled[0] * scaled[1])


def _negated(x):
    return np.sum((-Scaled(2.0, x))[1])


def _compared(x):
    scaled = Scaled(2.0, x)
    if scaled < 0.5:
        return np.sum(x**3)
    return np.sum(x**2)


def _multiplied_by_comparison(x):
    return np.sum(x) * (Scaled(2.0, x) == 3)


@pytest.mark.parametrize("function", [_indexed, _negated, _compared, _multiplied_by_comparison])
def test_methods_of_the_class_are_followed(function: Callable[..., Any]) -> None:
    check_grads(function, (X,), modes=MODES)


def _unpacked(x):
    first, second = Scaled(2.0, x)
    return np.sum(first * second)


def _listed(x):
    return np.sum(list(Scaled(2.0, x))[0])


def _largest_attribute(x):
    return max(Pair(x[0], x[1]))


@pytest.mark.parametrize("function", [_unpacked, _listed, _largest_attribute])
def test_attributes_are_no_elements(function: Callable[..., Any]) -> None:
    refused(function, X, reason="the number of elements to unpack is not known")


def _summed_by_numpy(x):
    return np.sum(Scaled(2.0, x))


def _made_a_float(x):
    return np.sum(x) * float(Scaled(2.0, x))


def _indexed_without_a_method(x):
    return np.sum(Pair(x, x)[0])


def _compared_with_itself(x):
    scaled = Scaled(2.0, x)
    return np.sum(x) * (1 < scaled < 2)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (_summed_by_numpy, "what this does with a `Scaled` is up to its class"),
        (_made_a_float, "what this does with a `Scaled` is up to its class"),
        (_indexed_without_a_method, "what this does with a `Pair` is up to its class"),
        (_compared_with_itself, "this comparison of objects cannot be followed"),
    ],
)
def test_what_cannot_be_followed_is_refused(function: Callable[..., Any], reason: str) -> None:
    refused(function, X, reason=reason)


def _indexed_argument(scaled):
    return np.sum(scaled[0] * scaled[1])


def test_index_of_an_argument_is_followed() -> None:
    check_grads(_indexed_argument, (Scaled(2.0, X),), wrt="scaled.values", modes=("reverse",))
