"""Values that are None at first, or not there yet: native code knows which, by flags."""

import numpy as np
import pytest

from adcompile import grad, value_and_grad
from tests.native.comparing import require_equal

pytest.importorskip("numba")


def largest(x):
    best = None
    for e in x:
        if best is None or e > best:
            best = e
    return best * best


def changes(m, a, limit):
    prev = None
    total = 0.0
    for row in m:
        if prev is not None:
            total += np.sum((row - prev) ** 2) * a
        if total > limit:
            prev = None
        else:
            prev = row * a
    return total


def both(function, *args, **options):
    expected = value_and_grad(function, **options)(*args)
    require_equal(value_and_grad(function, backend="numba", **options)(*args), expected, 1e-12)


@pytest.mark.parametrize("x", [[0.5], [0.5, 2.0, -3.0], [3.0, 2.0, 1.0], [1.0, np.nan]])
def test_the_largest(x) -> None:
    both(largest, np.array(x))


def test_what_is_none_is_not_calculated_with() -> None:
    for backend in ("numpy", "numba"):
        with pytest.raises(TypeError):
            grad(largest, backend=backend)(np.zeros(0))


@pytest.mark.parametrize("limit", [-1.0, 1.0, 10.0, 100.0])
def test_none_again(limit) -> None:
    m = np.random.default_rng(0).normal(size=(7, 3))
    both(changes, m, 1.3, limit, wrt=("m", "a"))


def test_none_again_for_numbers() -> None:
    def f(x, limit):
        prev, total = None, 0.0
        for e in x:
            total += 0.0 if prev is None else (e - prev) ** 2
            prev = None if total > limit else e * total
        return total

    for limit in (0.5, 3.0, 50.0):
        both(f, np.linspace(-1.0, 2.0, 6) ** 3, limit)


def test_a_variable_without_a_value() -> None:
    def f(x, n):
        for i in range(n):
            z = x * i * x
        return z * x

    both(f, 2.0, 3, wrt="x")
    for backend in ("numpy", "numba"):
        with pytest.raises((UnboundLocalError, TypeError)):
            value_and_grad(f, wrt="x", backend=backend)(2.0, 0)


def test_a_variable_without_a_value_after_a_branch() -> None:
    def f(x, a):
        if a > 0:
            z = x * x
        if a > 1:
            x = x * z
        return np.sum(x)

    x = np.arange(1.0, 4.0)
    for a in (0.5, 1.5, -1.0):
        both(f, x, a, wrt="x")


def test_an_array_without_a_value() -> None:
    def f(x, n):
        for i in range(n):
            if i > 1:
                x = x + z  # noqa: F821
            z = x * x[i]
        return np.sum(x)

    both(f, np.linspace(0.5, 1.0, 4), 4, wrt="x")
    both(f, np.linspace(0.5, 1.0, 4), 0, wrt="x")
