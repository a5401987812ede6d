"""Several names for the same memory: in many variants, each right or refused.

The numbers are those of `test_silent_errors`, the letters those of `test_forebear`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.pitfalls.checks import Programs, X, Y, right_or_refused

Function = Callable[..., Any]
M = np.outer(X[:3], Y) + 0.1
program = Programs()

# ----- 2, c: aliases -----


@program("aliases", X)
def _chain_of_names(x):
    y = x * 2
    z = y
    w = z
    w[1] = 0.0
    y = w * x
    return np.sum(y * z)


@program("aliases", X, True)
def _alias_on_one_path(x, flag):
    y = x * 2
    z = y
    if flag:
        z = y.copy()
    z[0] = 1.0
    return np.sum(y * x)


@program("aliases", X, Y, True, wrt=(0, 1))
def _alias_of_alias_on_one_path(x, y, flag):
    u = x if flag else y
    v = u if flag else y * 2
    v[0] = 3.0
    return np.sum(x * x) + np.sum(y)


@program("aliases", X, 0.7, wrt=(0, 1))
def _copy_of_what_may_be_a_view(x, a):
    u = np.ravel(x)
    v = np.ravel(u)
    x[0] = a
    return np.sum(v * v)


@program("aliases", X, M)
def _row_kept_over_trips(x, m):
    for i in range(3):
        m *= x[i]
        for row in m:
            pass
    return np.sum(row * row)


@program("aliases", X)
def _updated_in_a_helper_s_loop(x):
    def double(v):
        j = 0
        while j < 3:
            j += 1
            v += v

    z = x * 1.0
    double(z)
    return np.sum(z * x)


@program("aliases", X)
def _alias_on_first_trip(x):
    y = x * 2
    z = y
    for i in range(3):
        z[i] *= 3
        z = z * 2
    return np.sum(y * x) + np.sum(z)


@program("aliases", X, Y, wrt=(0, 1))
def _swap_in_loop(x, y):
    for i in range(3):
        x[i] = y[i] * y[0]
        x, y = y, x
    return np.sum(x * y)


@program("aliases", X)
def _view_of_view(x):
    z = x * 1.0
    z[1:][1:][0] = z[0]
    return np.sum(z * x)


@program("aliases", M)
def _view_through_transpose(m):
    z = m * 1.0
    z.T[0] *= z.T[1]
    return np.sum(z * z)


@program("aliases", M)
def _layout_of_argument(m):
    flat = m.ravel()
    flat[0] = 3.0
    return np.sum(m * m)


@program("aliases", np.asfortranarray(M))
def _layout_of_columns(m):
    flat = m.ravel()
    flat[0] = 3.0
    return np.sum(m * m)


@program("aliases", np.asfortranarray(M))
def _layout_is_inherited(m):
    z = m * 2
    flat = z.reshape(-1)
    flat[1] = 3.0
    return np.sum(z * m)


@program("aliases", X)
def _object_holds_alias(x):
    z = x * 2
    pair = {"z": z}
    z += 1
    return np.sum(pair["z"] * x)


def _returned(z):
    return z


def _tail(z):
    return z[1:]


@program("aliases", X)
def _alias_of_one_of_two_that_are_swapped(x):
    u = x.copy()
    first = u
    v = np.zeros_like(u)
    for _ in range(2):
        v[1:-1] = u[1:-1] * u[:-2]
        u, v = v, u
    return np.sum(first * first) + np.sum(u * x)


@program("aliases", X)
def _alias_of_one_of_three_that_take_turns(x):
    a, b, c = x * 1.0, x * 2.0, x * 3.0
    last = c
    for _ in range(3):
        a[0] = b[1] * 2
        a, b, c = b, c, a
    return np.sum(last * last) + np.sum(a * b)


@program("aliases", X)
def _alias_of_an_alias_on_two_paths(x):
    a, b = x * 1.0, x * 2.0
    v = a if x[0] > 0 else b
    w = v if x[1] > 5 else b
    a[0] = 5.0
    return np.sum(w * w)


BUFFER = np.ones(5)


@program("aliases", X)
def _view_of_a_global(x):
    b = BUFFER[1:]
    b[0] = x[0]
    return np.sum(BUFFER) * x[1] + np.sum(b * b)


def _kept_by_its_backward_function(z):
    t = z * 2
    u = t * z
    v = u * t
    w = v + u
    return np.sum(w * z)


@program("aliases", X)
def _argument_of_a_call_written_after_it(x):
    a = x * 1.0
    s = _kept_by_its_backward_function(a)
    a[0] = 5.0
    a[1:] *= 2
    return s + np.sum(a)


@program("aliases", X)
def _argument_of_calls_written_between_them(x):
    a = x * 1.0
    s = 0.0
    for i in range(5):
        s = s + _kept_by_its_backward_function(a)
        a[i] = a[i] * 0.5
    return s


@program("aliases", X)
def _view_without_axes(x):
    a = x * 1.0
    t = a[1, ...]
    y = t * t * a[0]
    a[1] = 3.0
    return y * a[1] + t * a[0]


@program("aliases", X)
def _views_without_axes_in_a_loop(x):
    a = x * 1.0
    s = 0.0
    for i in range(5):
        t = a[i, ...]
        s = s + t * t
        a[i] = s * 0.5
    return s * a[2]


@program("aliases", X)
def _callee_returns_its_argument(x):
    y = x * 2
    _returned(y)[0] = 1.0
    _tail(_tail(y))[0] = 2.0
    return np.sum(y * x)


@program("aliases", X)
def _helper_argument_is_returned_value(x):
    y = _returned(x)
    y *= 2
    return np.sum(y * x)


def _writes_one(x, y):
    x[0] = y[1] * y[0]
    return np.sum(x * y)


@pytest.mark.parametrize("second", [lambda x: x, lambda x: x[::-1], lambda x: x[:]])
def test_arguments_that_share_memory(second: Function) -> None:
    """Only running tells: then both are named."""
    x = X.copy()
    with pytest.raises(ValueError, match="`x` and `y` share memory"):
        adcompile.value_and_grad(_writes_one, wrt=(0, 1))(x, second(x))
    np.testing.assert_array_equal(x, X)


# ----- d, i, j: what is an alias and what is not -----


@program("augmented aliases", X)
def _number_of_array(x):
    s = np.sum(x)
    t = s
    s += x[0]
    return s * t


@program("augmented aliases", X)
def _item_of_list(x):
    parts = [x * 2, x * 3]
    p = parts[0]
    parts[0] += x
    return np.sum(p * x) + np.sum(parts[1])


@program("augmented aliases", X)
def _list_added_to(x):
    values = [x[0], x[1]]
    other = values
    values += [x[2]]
    return sum(other) * values[-1]


@program("copies", 0.7, 1.3, wrt=(0, 1))
def _copy_of_number(a, b):
    y = b
    b *= 2
    z = y
    b += z * a
    return z * a + b * y


@program("copies", X)
def _copy_of_old(x):
    y = x
    x = x * 2
    z = y
    x[0] = 1.0
    return np.sum(z * x * y)


NEUTRAL = (
    "x * 1.0", "x + 0", "x**1", "x / 1", "+x", "-(-x)", "np.array(x)", "x.copy()", "np.asarray(x)",
    "x[:]", "x.astype(float)", "x.reshape(5)", "np.where(x < 9, x, 0)", "np.concatenate([x])",
    "np.ravel(x)", "x[None][0]", "x.T",
)  # fmt: skip


@pytest.mark.parametrize("text", NEUTRAL)
def test_write_after_neutral_operation(text: str, tmp_path: Path) -> None:
    """Whether that is a copy or not, the caller's array stays, and the gradient is right."""
    path = tmp_path / "neutral.py"
    path.write_text(
        f"import numpy as np\n\n\ndef f(x):\n    y = {text}\n    y[0] = 5.0\n"
        "    y *= x\n    return np.sum(y * x)\n"
    )
    namespace: dict[str, Any] = {"__name__": "neutral"}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    right_or_refused(namespace["f"], X.copy())


@program.each
def test_right_or_refused(function: Function, args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)


def _changes_a_number(b, c, x):
    b += x[0]
    return b * c


def test_arrays_without_axes_that_share_memory() -> None:
    b, c = np.array(2.0), np.array(3.0)
    gradient = adcompile.grad(_changes_a_number, wrt=(0, 1))
    np.testing.assert_allclose(gradient(b, c, X), (c, b + X[0]))
    with pytest.raises(ValueError, match="`b` and `c` share memory"):
        gradient(b, b, X)
    assert b == 2.0
