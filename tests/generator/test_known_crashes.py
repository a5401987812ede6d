"""Programs whose gradients raise an exception, as found by the generator.

When one of these passes, its pattern is to go from `KNOWN_CRASHES`.
"""

from __future__ import annotations

import numpy as np
import pytest

from adcompile.testing import check_grads

X = np.array([0.7, -1.2, 0.4])


def _bound_by_inner_loop(x):
    for i in range(2):
        for j in range(3):
            z = x[j] * x
    return np.sum(z * z)


def _element_and_sum_of_view(x):
    a = x[0]
    b = np.sum(x[:, None])
    return a * a + b * b


@pytest.mark.xfail(raises=UnboundLocalError, reason="the gradient saves a name that is not bound")
def test_name_bound_by_inner_loop() -> None:
    check_grads(_bound_by_inner_loop, [X])


@pytest.mark.xfail(raises=ValueError, reason="the gradient writes into a broadcast number")
def test_element_and_sum_of_view() -> None:
    check_grads(_element_and_sum_of_view, [X])
