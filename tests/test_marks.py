"""`stop_gradient`: against the gradient of the function with the stopped values passed in.
`on_backward`: hooks that scale are the same as weights that are stopped."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adcompile import grad, hvp, jacobian, jvp, on_backward, stop_gradient, value_and_grad, vjp
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


# ----- on_backward -----


def _weighted(y, c):
    """`y`, with a derivative that is `c` times as large."""
    return c * y + (1.0 - c) * stop_gradient(y)


def _tripled(d):
    return 3.0 * d


def _in_loop(x, n):
    s = x
    for i in range(n):
        w = s * 0.5
        s = on_backward(np.sin(s) * x, lambda d: d * (i + 1) * w)
        w = 3.0
    return np.sum(s)


def _in_loop_weighted(x, n):
    s = x
    for i in range(n):
        w = s * 0.5
        s = _weighted(np.sin(s) * x, stop_gradient((i + 1) * w))
    return np.sum(s)


def _in_branches(x, n):
    s = x
    for i in range(n):
        if np.sum(s) > 1.0:
            s = on_backward(s * x, lambda d: d * s)
        elif i == 2:
            break
        else:
            s = on_backward(value=s + x, hook=_tripled)
    return np.sum(s)


def _in_branches_weighted(x, n):
    s = x
    for i in range(n):
        if np.sum(s) > 1.0:
            s = _weighted(s * x, stop_gradient(s))
        elif i == 2:
            break
        else:
            s = _weighted(s + x, 3.0)
    return np.sum(s)


def _between_writes(x, n):
    a = x * 1.0
    for i in range(1, len(a)):
        a[i] = on_backward(a[i - 1] * x[i], lambda d: d * a[0] if i > 1 else d * n)
    y = on_backward(a * 2.0, lambda d: d * a)
    a[0] = 10.0
    a *= x
    return np.sum(y * a)


def _between_writes_weighted(x, n):
    a = x * 1.0
    for i in range(1, len(a)):
        a[i] = _weighted(a[i - 1] * x[i], stop_gradient(a[0]) if i > 1 else n)
    y = _weighted(a * 2.0, stop_gradient(a.copy()))
    a[0] = 10.0
    a *= x
    return np.sum(y * a)


def _helper_with_hook(v, n):
    t = v
    for i in range(n):
        t = on_backward(t * v, lambda d: d * (1.0 + i) * v)
    return t


def _helper_weighted(v, n):
    t = v
    for i in range(n):
        t = _weighted(t * v, stop_gradient((1.0 + i) * v))
    return t


def _in_helpers(x, n):
    return np.sum(_helper_with_hook(x, n) * _helper_with_hook(2.0 * x, 2))


def _in_helpers_weighted(x, n):
    return np.sum(_helper_weighted(x, n) * _helper_weighted(2.0 * x, 2))


HOOKS = {
    "loop": (_in_loop, _in_loop_weighted),
    "branches": (_in_branches, _in_branches_weighted),
    "helpers": (_in_helpers, _in_helpers_weighted),
    "writes": (_between_writes, _between_writes_weighted),
}


@pytest.mark.parametrize("name", HOOKS)
@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_hooks_that_scale(name: str, n: int) -> None:
    function, weighted = HOOKS[name]
    arrays = [np.array([0.5, 0.7, 0.3]), np.array([-0.5, 0.1, 0.2]), np.array([[0.9, 0.4]])]
    singles = [np.array([0.5, 0.7], np.float32)]
    numbers = [] if name == "writes" else [0.3, -0.8, np.float64(0.9)]
    for x in [*(a for a in arrays if name != "writes" or a.ndim == 1), *singles, *numbers]:
        before = copy.copy(x)
        gradient = grad(function)
        value, found = value_and_grad(function)(x, n)
        expected = grad(weighted)(x, n)
        tolerance = 1e-5 if np.asarray(x).dtype == np.float32 else 1e-13
        np.testing.assert_allclose(found, expected, rtol=tolerance)
        np.testing.assert_allclose(value, function(copy.copy(x), n), rtol=tolerance)
        np.testing.assert_array_equal(gradient(x, n), gradient(x, n))
        np.testing.assert_array_equal(x, before)
        assert np.asarray(found).dtype == np.asarray(x).dtype


def test_a_hook_that_clips() -> None:
    def clipped(x, limit):
        def shortened(d):
            """Shorten what is too long."""
            norm = np.linalg.norm(d)
            if norm > limit:
                return d * (limit / norm)
            return d

        y = on_backward(np.exp(x), shortened)
        return np.sum(y * y)

    x = np.array([0.5, -1.0])
    d = 2.0 * np.exp(x)
    for limit in (0.5, 100.0):
        expected = np.exp(x) * d * min(1.0, limit / np.linalg.norm(d))
        np.testing.assert_allclose(grad(clipped)(x, limit), expected, rtol=1e-14)
    source = grad(clipped).source_for(x, 0.5)
    assert "norm = np.linalg.norm(d_y)" in source
    assert "if norm > limit:" in source
    assert "on_backward(" not in "".join(_code(source))


SEEN: list[Any] = []


def test_a_hook_that_notes() -> None:
    def note(d):
        if not np.all(np.isfinite(d)):
            raise FloatingPointError("the derivative is not finite")
        SEEN.append(d)
        SEEN.append((np.max(d), d, d * 2.0))

    def noted(x):
        y = np.sqrt(on_backward(x, note))
        for i in range(2):
            y = on_backward(y * x, note)
        return np.sum(y[1:])

    SEEN.clear()
    x = np.array([0.25, 4.0])
    gradient = grad(noted)
    first = gradient(x)
    assert len(SEEN) == 6
    np.testing.assert_array_equal(SEEN[0], [0.0, 1.0])
    np.testing.assert_array_equal(SEEN[2], [0.0, 4.0])
    np.testing.assert_array_equal(SEEN[4], first - [0.0, 1.0 * 8.0 + 4.0 * 2.0])
    np.testing.assert_array_equal(SEEN[5][1], SEEN[4])
    np.testing.assert_array_equal(gradient(x), first)
    assert len(SEEN) == 12
    assert grad(noted).source_for(x).count("SEEN.append(") == 4
    with pytest.raises(FloatingPointError):
        gradient(np.array([0.25, np.inf]))


def test_a_hook_that_prints(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(x):
        y = on_backward(x * x, lambda d: print("d is", d))
        return on_backward(y * 3.0, lambda d: SEEN.append(d))

    SEEN.clear()
    assert grad(printed)(2.0) == 12.0
    assert SEEN == [1.0]
    assert capsys.readouterr().out == "d is 3.0\n"
    assert printed(2.0) == 12.0
    assert not capsys.readouterr().out


def test_hooks_in_other_modes() -> None:
    def scaled(x):
        y = on_backward(np.exp(x), lambda d: d / np.linalg.norm(d))
        return y * y

    x = np.array([0.5, -1.0])
    expected = np.diag(np.exp(x))
    _, pullback = vjp(scaled, x)
    np.testing.assert_allclose([pullback(row)[0] for row in np.eye(2)], expected)
    np.testing.assert_allclose(jacobian(scaled)(x), expected)
    np.testing.assert_allclose(jacobian(scaled, mode="reverse")(x), expected)
    with pytest.raises(AdcompileError, match="a hook runs in the backward sweep"):
        jacobian(scaled, mode="forward")(x)
    with pytest.raises(AdcompileError, match="a hook runs in the backward sweep"):
        jvp(scaled, (x,), (x,))


def test_second_order_differentiates_what_the_hook_does() -> None:
    def cubed(x):
        return on_backward(x, lambda d: d * d) ** 2

    assert grad(cubed)(1.5) == 9.0
    assert hvp(cubed)(1.5, 1.0) == 8.0 * 1.5


def test_a_hook_without_a_derivative_is_not_called() -> None:
    def unused(x):
        on_backward(x, lambda d: d / 0.0)
        return x * x

    assert grad(unused)(2.0) == 4.0


def test_a_hook_that_returns_another_length() -> None:
    def cut(x, n):
        return np.sum(on_backward(x * x, lambda d: d[:n]))

    x = np.array([0.5, -1.0])
    np.testing.assert_array_equal(grad(cut)(x, 2), 2.0 * x)
    with pytest.raises(ValueError, match=r"a derivative of shape \(1,\), not \(2,\)"):
        grad(cut)(x, 1)


def test_marks_of_an_array_that_has_been_filled() -> None:
    """What an array holds counts, not what it was made as."""

    def doubled(d):
        return 2.0 * d

    def held(x):
        v = np.zeros(2)
        v[:] = x
        return np.sum(stop_gradient(v) * x)

    def hooked(x):
        v = np.zeros(2)
        v[:] = x
        return np.sum(on_backward(v, doubled) * np.array([3.0, 4.0]))

    x = np.array([0.5, -1.0])
    np.testing.assert_array_equal(grad(held)(x), x)
    np.testing.assert_array_equal(grad(hooked)(x), [6.0, 8.0])
