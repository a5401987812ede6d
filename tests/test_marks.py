"""`stop_gradient`: against the gradient of the function with the stopped values passed in."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adcompile import grad, hvp, jvp, stop_gradient
from adcompile.errors import AdcompileError, UsageError


def _number(x):
    return stop_gradient(x) * x * x


def _array(x):
    return np.sum(stop_gradient(np.exp(x)) * x)


def _loop(x):
    s = x
    for i in range(4):
        w = stop_gradient(s * i)
        s = s + np.sin(w * x)
    return s


def _while(x):
    s = x
    while s < 3.0:
        s = s + _helper(s)
    return s


def _helper(v):
    weight = stop_gradient(v)
    scaled = weight * np.sin(v)
    return scaled * v


def _branch(x):
    y = stop_gradient(x) * x if stop_gradient(x) > 0.5 else x
    if x > 0:
        y = stop_gradient(y) * x + y
    return y


def _parts(x):
    first, second = stop_gradient((x, 2.0 * x))
    return first * x + second * x * x


def _dict(x):
    params = {"a": x, "b": [x * x, 2.0]}
    kept = stop_gradient(params)
    return kept["a"] * params["b"][0] + kept["b"][0] * x


def _nested_function(x):
    def scaled(v):
        return stop_gradient(value=v) * v * x

    return scaled(x) + sum([stop_gradient(v) * v for v in (x, 3.0 * x)])


def _view(x):
    y = x * x
    y[0] = y[1] * 2.0
    return np.sum(stop_gradient(y[1:]) * y[1:] * x[:-1]) + y[0]


def _alternating(x):
    y = x
    for i in range(4):
        y = stop_gradient(y) if i == 1 else y * x
    return y


CASES: dict[str, tuple[Callable[..., Any], Any, Callable[..., Any]]] = {
    "number": (_number, 1.5, lambda x, c: c * x * x),
    "array": (_array, np.array([0.5, -1.0]), lambda x, c: np.sum(np.exp(c) * x)),
    "parts": (_parts, 1.5, lambda x, c: c * x + 2 * c * x * x),
    "dict": (_dict, 1.5, lambda x, c: c * x * x + c * c * x),
    "nested function": (_nested_function, 1.5, lambda x, c: c * x * x + c * x + 9 * c * x),
    "view": (
        _view,
        np.array([0.5, 1.5, -2.0]),
        lambda x, c: np.sum(c[1:] ** 2 * x[1:] ** 2 * x[:-1]) + 2 * x[1] ** 2,
    ),
    "branch": (_branch, 1.5, lambda x, c: c * c * x + c * x),
    "alternating": (_alternating, 1.5, lambda x, c: c * c * x * x),
}


def _difference(function: Callable[..., Any], x: Any) -> Any:
    """The derivative by `x` with the stopped argument at `x`, by the complex step."""
    if np.ndim(x) == 0:
        return np.imag(function(x + 1e-30j, x)) / 1e-30
    steps = 1e-30j * np.eye(len(x))
    return np.array([np.imag(function(x + step, x)) / 1e-30 for step in steps])


@pytest.mark.parametrize("name", CASES)
def test_stopped_values_are_constants(name: str) -> None:
    function, x, reference = CASES[name]
    expected = _difference(reference, x)
    gradient = grad(function)
    for given in (x, np.float64(x) if np.ndim(x) == 0 else x.astype(np.float64)[::-1][::-1]):
        before = copy.copy(given)
        np.testing.assert_allclose(gradient(given), expected, rtol=1e-12)
        np.testing.assert_array_equal(gradient(given), gradient(given))
        np.testing.assert_array_equal(given, before)
    value, tangent = jvp(function, (x,), (np.ones_like(x)[()],))
    np.testing.assert_allclose(value, function(x), rtol=1e-14)
    np.testing.assert_allclose(tangent, np.sum(expected), rtol=1e-12)
    assert "stop_gradient(" not in "".join(_code(gradient.source))


def _code(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]


@pytest.mark.parametrize("function", [_loop, _while], ids=["loop", "while"])
def test_in_loops_both_modes_agree(function: Callable[..., Any]) -> None:
    x = 0.7
    _, tangent = jvp(function, (x,), (1.0,))
    np.testing.assert_allclose(grad(function)(x), tangent, rtol=1e-13)


def test_in_a_loop_the_text_is_that_of_constants() -> None:
    def weighted(x, n):
        s = 0.0
        for i in range(n):
            w = stop_gradient(np.exp(x) * i)
            s = s + np.sum(w * x)
        return s

    x = np.array([0.5, -1.0])
    np.testing.assert_allclose(grad(weighted)(x, 4), np.exp(x) * 6.0, rtol=1e-14)


def test_it_stays_stopped_at_second_order() -> None:
    np.testing.assert_allclose(hvp(_number)(1.5, 1.0), 2 * 1.5, rtol=1e-14)
    assert hvp(_parts)(1.5, 1.0) == 2 * 3.0


def test_undifferentiated_it_is_the_value() -> None:
    x = np.ones(3)
    assert stop_gradient(x) is x


@pytest.mark.parametrize("derive", [grad, lambda f: lambda x: jvp(f, (x,), (1.0,))])
def test_a_result_that_is_stopped_is_refused(derive: Any) -> None:
    def stopped(x):
        y = stop_gradient(x)
        return y * y

    with pytest.raises(UsageError, match="does not depend on `x`"):
        derive(stopped)(2.0)
    assert grad(stopped, allow_unused=True)(2.0) == 0.0


def test_what_may_share_memory_is_refused() -> None:
    def written(x):
        y = x * 2.0
        kept = stop_gradient(y)
        y[0] = 1.0
        return np.sum(kept * y)

    with pytest.raises(AdcompileError, match="may share memory"):
        grad(written)(np.ones(3))


def test_a_call_that_does_not_fit() -> None:
    def wrong(x):
        return stop_gradient(x, 1.0) * x

    with pytest.raises(AdcompileError, match="this call of `stop_gradient` does not fit"):
        grad(wrong)(2.0)
