"""What the gradient of a loop of writes keeps and copies: the elements that are written over, and
nothing that grows with the array in each iteration."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile

X = np.linspace(0.2, 1.4, 7)
M = np.outer(X, X) + 3 * np.eye(7)


def sweep(x):
    a = x.copy()
    for i in range(1, len(a) - 1):
        a[i] = (a[i - 1] + a[i] ** 2 + a[i + 1]) / 3
    return np.sum(a)


def product(x):
    for i in range(1, len(x)):
        x[i] = x[i] * x[i - 1]
    return np.sum(x)


def linear(x):
    a = np.zeros(len(x))
    for i in range(1, len(x)):
        a[i] = 0.5 * a[i - 1] + 2 * x[i]
    return np.sum(a)


def slices(x, n):
    u = x.copy()
    for _ in range(n):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - u[:-2])
    return np.sum(u * u)


def table(x):
    n = len(x)
    t = np.zeros((n, n))
    for i in range(1, n):
        for j in range(1, n):
            t[i, j] = t[i - 1, j] * x[j] + t[i, j - 1] * x[i] + x[i] * x[j]
    return t[-1, -1]


def elimination(m):
    m = m.copy()
    n = len(m)
    for k in range(n):
        for i in range(k + 1, n):
            m[i, k] = m[i, k] / m[k, k]
            m[i, k + 1 :] -= m[i, k] * m[k, k + 1 :]
    return np.sum(np.log(np.diag(m)))


def bubbles(x):
    for i in range(len(x)):
        for j in range(len(x) - 1 - i):
            if x[j] < x[j + 1]:
                t = x[j]
                x[j] = x[j + 1]
                x[j + 1] = t
    return np.sum(x * np.arange(len(x)) ** 2)


# The function, its arguments, and how many numbers of the array it writes over in ways that the
# backward sweep must undo.
ROWS: list[tuple[Callable[..., Any], tuple[Any, ...], int]] = [
    (sweep, (X,), 5),
    (product, (X,), 6),
    (linear, (X,), 0),
    (slices, (X, 4), 4 * 5),
    (elimination, (M,), 21 + sum(i * i for i in range(7))),
]


class Tape(list[Any]):
    """A list that counts the floating-point numbers that are put into it."""

    numbers = 0

    def append(self, value: Any) -> None:
        if np.asarray(value).dtype.kind == "f":
            Tape.numbers += np.size(value)
        super().append(value)


@pytest.mark.parametrize(("function", "args", "expected"), ROWS, ids=lambda v: _name(v))
def test_only_what_is_written_over_is_saved(
    function: Callable[..., Any], args: tuple[Any, ...], expected: int
) -> None:
    text = adcompile.grad(function).source_for(*args)
    names: dict[str, Any] = {"Tape": Tape}
    exec(re.sub(r"_saved(\d*) = \[\]", r"_saved\1 = Tape()", text), names)
    Tape.numbers = 0
    gradient = names[f"{function.__name__}_grad"](*args)
    np.testing.assert_array_equal(gradient, adcompile.grad(function)(*args))
    assert Tape.numbers == expected


def _name(value: Any) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(
    ("function", "args"),
    [*((f, a) for f, a, _ in ROWS), (table, (X,)), (bubbles, (X,))],
    ids=lambda v: _name(v),
)
def test_no_array_is_copied_in_a_loop(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    for verb in (adcompile.grad, adcompile.value_and_grad):
        lines = verb(function).source_for(*args).splitlines()
        copies = [line for line in lines if ".copy()" in line and line.startswith(" " * 8)]
        assert [line for line in copies if "append" not in line] == []
