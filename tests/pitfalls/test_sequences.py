"""NumPy makes an array of a list or tuple that stands beside an array; only an integer repeats
it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adcompile.testing import MODES, check_grads
from tests.pitfalls.checks import X


def _products(x, values):
    return np.sum(x * values) + np.sum(values * x * x)


def _powers_and_quotients(x, values):
    return np.sum((x * x + 1) ** values) + np.sum(values / (x * x + 1))


def _written_to(x, values):
    y = x.copy()
    y *= values
    return np.sum(y * y)


def _functions(x, values):
    return np.sum(np.multiply(x[0], values)) + np.sum(np.power(x[0] ** 2 + 1, values))


@pytest.mark.parametrize("values", [[1, 2, 3, 1, 2], (1, 2, 3, 1, 2), [1.5, 2.0, 3.0, 0.5, 1.0]])
@pytest.mark.parametrize("function", [_products, _powers_and_quotients, _written_to, _functions])
def test_sequence_beside_an_array_is_an_array(function: Callable[..., Any], values: Any) -> None:
    check_grads(function, (X, values), modes=MODES)


def _of_differentiated_numbers(x):
    return (
        np.sum(x[:2] * [x[0], 2 * x[1]]) + np.sum((x[0], 1.0) - x[:2]) + np.sum([x[0], 2.0] > x[:2])
    )


def _repeated(x):
    return np.sum(np.array((x[0], x[1]) * 2) ** 2)


@pytest.mark.parametrize("function", [_of_differentiated_numbers, _repeated])
def test_sequence_of_differentiated_numbers(function: Callable[..., Any]) -> None:
    check_grads(function, (X,), modes=MODES)


# ----- what is run over -----

COUNTS = defaultdict(int, {0: 3, 1: 1, 4: 2})
CHOSEN = {1.0, 2.0}


def _keys_of_a_dict_of_another_class(x, counts):
    s = 0.0
    for k in counts:
        s = s + x[k] * (k + 1)
    return s


def _keys_of_a_global(x):
    return sum(x[k] ** 2 * COUNTS[k] for k in COUNTS)


def _set_of_numbers(x):
    s = 1.0
    for number in CHOSEN:
        s = s * x[0] * number
    return s


def _iterator_that_is_used_up(x):
    numbers = iter([1.0, 2.0, 3.0])
    s = x[0] * next(numbers)
    for number in numbers:
        s = s + x[1] * number
    for number in numbers:
        s = s + 100.0 * number * x[2]
    return s


@pytest.mark.parametrize(
    ("function", "others"),
    [
        (_keys_of_a_dict_of_another_class, (COUNTS,)),
        (_keys_of_a_global, ()),
        (_set_of_numbers, ()),
        (_iterator_that_is_used_up, ()),
    ],
)
def test_what_is_no_sequence_is_run_over_as_python_does(
    function: Callable[..., Any], others: tuple[Any, ...]
) -> None:
    check_grads(function, (X, *others), modes=MODES)
    assert len(COUNTS) == 3
