"""Sequence patterns and arrays: NumPy says from version 2.5 on that arrays are sequences."""

import numpy as np
import pytest

from adcompile import grad, value_and_grad
from adcompile.errors import RefusedError
from adcompile.testing import check_grads

X = np.array([0.5, -1.2, 0.8])


def by_length(x, a):
    match x:
        case [first, second]:
            return first * second * a
        case [first, *_, last]:
            return first * last * last * a
        case _:
            return np.sum(x * x) * a


@pytest.mark.parametrize("length", [1, 2, 3])
def test_an_array(length):
    check_grads(by_length, (X[:length], 0.7), wrt=("x", "a"))
    value, _ = value_and_grad(by_length)(X[:length], 0.7)
    assert value == by_length(X[:length], 0.7)


def of_no_axes(x, a):
    match x:
        case [first, *_]:
            return first * a
        case _:
            return x * x * a


def test_a_number():
    assert grad(of_no_axes)(2.0, 3.0) == 12.0
    if np.ndarray.__flags__ & (1 << 5):
        # It might be an array, as far as its kind tells.
        with pytest.raises(RefusedError, match="the structure of this value"):
            grad(of_no_axes)(np.float64(2.0), 3.0)
    else:
        assert grad(of_no_axes)(np.float64(2.0), 3.0) == 12.0
