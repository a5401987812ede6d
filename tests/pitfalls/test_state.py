"""Writes that are not seen, and those that outlive a call: in many variants, each right or refused.

The numbers are those of `test_silent_errors`, the letters those of `test_forebear`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import AdcompileError
from tests.pitfalls.checks import Programs, X, Y, right_or_refused

Function = Callable[..., Any]
M = np.outer(X[:3], Y) + 0.1
program = Programs()

# ----- 7: writes that are not seen -----


@program("hidden", X, 0.7, wrt=(0, 1))
def _flat(x, a):
    z = x * 1.0
    z.flat[2] = a
    return np.sum(z * x)


@program("hidden", X, 0.7, wrt=(0, 1))
def _put(x, a):
    z = x * 1.0
    np.put(z, [1, 2], a)
    z.put([3], a * a)
    return np.sum(z * x)


@program("hidden", X, 0.7, wrt=(0, 1))
def _place(x, a):
    z = x * 1.0
    np.place(z, z > 0, [a])
    return np.sum(z * x)


@program("hidden", X, 0.7, wrt=(0, 1))
def _setitem(x, a):
    z = x * 1.0
    operator.setitem(z, 0, a)
    return np.sum(z * x)


@program("hidden", X, Y, wrt=(0, 1))
def _iadd(x, y):
    z = x * 1.0
    operator.iadd(z, y)
    z.__imul__(y)
    return np.sum(z * x)


@program("hidden", X)
def _sorted_in_place(x):
    z = x * 1.0
    z.sort()
    return np.sum(z * np.arange(5) * z)


@program("hidden", M, 0.7, wrt=(0, 1))
def _diagonal(m, a):
    z = m * 1.0
    np.fill_diagonal(z, a)
    return np.sum(z * m)


@program("hidden", X)
def _another_look(x):
    z = x * 1.0
    z.view()[0] = 3.0
    z.real[1] = 2.0
    return np.sum(z * x)


@program("hidden", X, 0.7, wrt=(0, 1))
def _assigned_shape(x, a):
    z = x[:4] * 1.0
    w = z
    w.shape = (2, 2)
    w[0] = a
    return np.sum(z * z)


@program("hidden", X)
def _mapped(x):
    z = x * 1.0
    list(map(z.fill, [2.0]))
    return np.sum(z * x)


@program("hidden", [0.7, 1.2, -0.4])
def _list_methods(values):
    values.append(values[0] * values[1])
    values.insert(0, values[2])
    values.reverse()
    values[1:3] = [values[0] * 2]
    del values[0]
    return sum(values) * values[0]


@program("hidden", {"p": 0.7, "q": 1.2})
def _dict_methods(table):
    table.update(p=table["q"] * table["p"])
    table.setdefault("r", table["p"] * 2)
    return table.pop("p") * table["q"] * len(table)


# ----- 8, k: state -----

_BUFFER = np.zeros(5)
_HISTORY: list[float] = []


def _collected(value, found=[]):  # noqa: B006
    found.append(value)
    return found[-1]


def _counting():
    calls = 0

    def count(a):
        nonlocal calls
        calls += 1
        return a * a

    return count, lambda: calls


_count, _calls = _counting()


def _into_buffer(x):
    _BUFFER[:] = x
    return np.sum(_BUFFER * x)


def _into_history(a):
    _HISTORY.append(a)
    return _HISTORY[-1] * a


def _by_alias_of_global(x):
    z = _BUFFER
    z += x
    return np.sum(z * x)


def _into_default(a):
    return _collected(a * a) * a


def _into_cell(a):
    return _count(a) * a


@pytest.mark.parametrize(
    "function", [_into_buffer, _into_history, _by_alias_of_global, _into_default, _into_cell]
)
def test_state_is_written_or_refused(function: Function) -> None:
    """What outlives the call is as after one call of the function, or as before where refused."""
    x: Any = X if function in (_into_buffer, _by_alias_of_global) else 0.7

    def state() -> tuple[Any, ...]:
        return _BUFFER.copy(), list(_HISTORY), list(_collected.__defaults__[0]), _calls()

    before = state()
    try:
        adcompile.grad(function)(x)
    except AdcompileError:
        np.testing.assert_equal(state(), before)
        return
    got = state()
    _BUFFER[:] = before[0]
    _HISTORY[:] = before[1]
    _collected.__defaults__[0][:] = before[2]
    function(x)
    np.testing.assert_equal(got[:3], state()[:3])
    assert got[3] - before[3] == state()[3] - got[3]


@program("closures", X, 0.7, wrt=(0, 1))
def _captured_then_written(x, a):
    z = x * 1.0

    def total(c):
        return np.sum(z * z) * c

    one = total(a)
    z[0] = a
    return one + total(a)


@program("closures", X, 0.7, wrt=(0, 1))
def _written_by_closure(x, a):
    z = x * 1.0

    def bump(c):
        z[1:] *= c

    bump(a)
    bump(a + 1)
    return np.sum(z * x)


@program("closures", 0.7)
def _cell_rebound(a):
    k = a * 2
    f = lambda c: c * k
    one = f(a)
    k = k * k
    return one + f(a)


@program("closures", 0.7)
def _nonlocal_number(a):
    s = a

    def add(c):
        nonlocal s
        s = s * c
        return s

    return add(a) + add(2.0) * s


@program("closures", 0.7)
def _late_binding(a):
    functions = [lambda c: c * i * a for i in range(3)]
    return functions[0](a) + functions[1](a)


# ----- 11: constants that change in place -----

_WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
_FACTORS = [2.0]


def _weighted(x, w=_WEIGHTS):
    return np.sum(x * _WEIGHTS) * _FACTORS[-1] + np.sum(x * x * w)


def test_constants_changed_in_place() -> None:
    gradient = adcompile.grad(_weighted)
    np.testing.assert_allclose(gradient(X), 2 * _WEIGHTS + 2 * X * _WEIGHTS)
    try:
        _WEIGHTS[0] = 7.0
        _FACTORS.append(10.0)
        np.testing.assert_allclose(gradient(X), 10 * _WEIGHTS + 2 * X * _WEIGHTS)
    finally:
        _WEIGHTS[0] = 1.0
        _FACTORS.pop()


@program.each
def test_right_or_refused(function: Function, args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)
