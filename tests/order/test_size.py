"""The text of a further order is as long as the mathematics asks, and no longer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks import orders


@pytest.mark.parametrize(
    ("name", "limits"),
    [("polynomial", (5, 5, 6)), ("rosenbrock", (7, 25, 61)), ("perceptron", (5, 19, 38))],
)
def test_lines(name: str, limits: tuple[int, ...]) -> None:
    arguments: Any = orders.data()[name]
    found = tuple(orders.lines(derivative, arguments) for derivative in orders.ORDERS[name])
    assert all(n <= limit for n, limit in zip(found, limits, strict=True)), found
