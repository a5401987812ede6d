"""The pitfalls where memory is written to, in many variants: each is right, or refused.

The numbers of the twelve and the letters of the fourteen are those of the other modules here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import AdcompileError
from tests.pitfalls.checks import X, Y, right_or_refused

Function = Callable[..., Any]
M = np.outer(X[:3], Y) + 0.1
K = np.array([0, 2, 2])
PROGRAMS: list[Any] = []


def program(pitfall: str, *args: Any, wrt: Any = 0) -> Callable[[Function], Function]:
    """Enter a function among the programs of a pitfall, with arguments for it."""

    def enter(function: Function) -> Function:
        PROGRAMS.append(pytest.param(function, args, wrt, id=f"{pitfall}: {function.__name__}"))
        return function

    return enter


# ----- 1: a value that is needed backward was overwritten -----


@program("overwritten", X)
def _result_of_exp(x):
    y = np.exp(x)
    s = np.sum(y)
    y[1:] = 2.0
    return s * np.sum(y)


@program("overwritten", X, Y, wrt=(0, 1))
def _factor(x, y):
    z = x * 1.0
    p = z * y
    z[0] = 7.0
    return np.sum(p * z)


@program("overwritten", X)
def _factor_by_view(x):
    z = x * 1.0
    p = z * z
    z[::2][0] = 7.0
    return np.sum(p * z)


@program("overwritten", X)
def _factor_by_out(x):
    z = x * 1.0
    p = z * x
    np.multiply(z, p, out=z)
    return np.sum(p * z)


@program("overwritten", X, Y, wrt=(0, 1))
def _factor_by_copyto(x, y):
    z = x * 1.0
    p = z * y
    np.copyto(z, p)
    return np.sum(p * z)


@program("overwritten", X)
def _in_loop(x):
    z = x * 1.0
    s = 0.0
    for i in range(3):
        s = s + np.sum(z * z * x)
        z[i] = z[i + 1] * s
    return s


@program("overwritten", X)
def _list_of_old_values(x):
    z = x * 1.0
    kept = [z, z * z]
    z *= 2
    return np.sum(kept[0] * kept[1])


@program("overwritten", X)
def _argument_of_product(x):
    p = x * x
    x[0] = 3.0
    return np.sum(p * x)


@program("overwritten", X)
def _index_overwritten(x):
    k = np.array([0, 1, 2])
    s = np.sum(x[k] ** 2)
    k[0] = 4
    return s + np.sum(x[k] ** 3)


@program("overwritten", X)
def _mask_overwritten(x):
    mask = x > 0
    s = np.sum(x[mask] ** 2)
    mask[0] = False
    return s + np.sum(x[mask] ** 3)


@program("overwritten", X)
def _branch_on_what_is_overwritten(x):
    z = x * 1.0
    if z[0] > 0:
        z[0] = -z[0] * z[1]
    else:
        z[0] = 3.0
    return np.sum(z * z)


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
    """The value is the function's on arguments that share as these do, or there is a refusal."""
    x = X.copy()
    expected = _writes_one(*(lambda c: (c, second(c)))(X.copy()))
    try:
        value, _ = adcompile.value_and_grad(_writes_one, wrt=(0, 1))(x, second(x))
    except AdcompileError:
        pass
    else:
        assert value == pytest.approx(expected)
    np.testing.assert_array_equal(x, X)


# ----- 3, e: repeated indices -----


@program("repeats", X, K)
def _stored(x, k):
    z = x * 1.0
    z[k] = x[:3] * 2
    return np.sum(z * z)


@program("repeats", X, K)
def _added(x, k):
    z = x * 1.0
    z[k] += x[:3] ** 2
    return np.sum(z * z)


@program("repeats", X, K)
def _added_at(x, k):
    z = x * 1.0
    np.add.at(z, k, x[:3] ** 2)
    np.subtract.at(z, k, x[1:4])
    return np.sum(z * z)


@program("repeats", X, K)
def _multiplied(x, k):
    z = x * 1.0
    z[k] *= x[:3]
    return np.sum(z * z)


@program("repeats", X)
def _same_place_by_two_names(x):
    z = x * 1.0
    z[[0, -5, 1]] = x[1:4] * 2
    z[[4, -1]] += x[:2]
    return np.sum(z * z)


@program("repeats", M)
def _pairs(m):
    z = m * 1.0
    z[[0, 0, 1], [1, 1, 2]] = m[2, :3] ** 2
    z[[0, 0]] += m[1:]
    return np.sum(z * z)


@program("repeats", X, K)
def _in_a_loop(x, k):
    z = np.zeros(5)
    for i in range(3):
        z[k[i]] += x[i] * x[i]
    return np.sum(z * z)


@program("repeats", X)
def _index_computed(x):
    z = x * 1.0
    k = np.argsort(x)[:2] % 2
    z[k] = x[2:4]
    return np.sum(z * z)


@program("repeats", M)
def _read_in_two_dimensions(m):
    return np.sum(m[[[0, 0], [1, 0]], [[1, 1], [2, 1]]] ** 2 * np.arange(4.0).reshape(2, 2))


def _known(v, k):
    a = np.zeros(3)
    a[k] = v
    return np.sum(a * np.array([1.0, 2.0, 3.0]))


def test_repeated_store_of_known_gradient() -> None:
    """Of what is stored twice in one place, only the last counts."""
    try:
        gradient = adcompile.grad(_known)(np.array([0.3, 0.4, 0.5]), np.array([0, 0, 2]))
    except AdcompileError:
        return
    np.testing.assert_array_equal(gradient, [0.0, 1.0, 3.0])


# ----- 4: adjoints that share memory -----


@program("adjoints", X, Y, wrt=(0, 1))
def _stored_twice(x, y):
    z, w = np.zeros(5), np.zeros(5)
    z[:] = x
    w[:] = x
    z += y
    w += z
    return np.sum(z * w) + np.sum(x)


@program("adjoints", X, Y, wrt=(0, 1))
def _part_and_whole(x, y):
    z = x + y
    z[1:] += x[1:]
    w = z + x
    w[0] *= 2
    return np.sum(w) + np.sum(z)


@program("adjoints", X)
def _identity_and_view(x):
    z = x.copy()
    view = z[1:]
    view += z[:-1].copy()
    return np.sum(z) + np.sum(view) + np.sum(x)


def _stored_sum(x, y):
    z = np.zeros(5)
    z[:] = x + y
    return np.sum(z)


def test_gradients_of_a_store_are_two() -> None:
    try:
        d_x, d_y = adcompile.grad(_stored_sum, wrt=(0, 1))(X, Y)
    except AdcompileError:
        return
    d_x += 1.0
    np.testing.assert_array_equal(d_y, np.ones(5))


# ----- 5: loops and their exits -----


@program("exits", X)
def _break_after_write(x):
    z = x * 1.0
    for i in range(5):
        z[i] *= 2
        if z[i] < -1:
            break
        z[i - 1] += z[i] ** 2
    return np.sum(z * z)


@program("exits", X)
def _continue_before_write(x):
    z = x * 1.0
    for i in range(5):
        if z[i] > 1:
            continue
        z[i] = z[i] ** 2 + z[i - 1]
    return np.sum(z * z)


@program("exits", 0.7)
def _break_at_once(a):
    s = a
    for i in range(4):
        break
    else:
        s = s * 100
    return s * a * (i + 1)


@program("exits", 0.7)
def _else_of_empty_loop(a):
    s = a
    for i in range(0):
        s = s * 2
    else:
        s = s * s
    return s


@program("exits", 0.7)
def _break_of_inner(a):
    s = 0.0
    for i in range(3):
        for j in range(3):
            if j > i:
                break
            s = s + a * j
        else:
            s = s * a
        s = s + s * a
    return s


@program("exits", 0.7)
def _forever(a):
    s = a
    while True:
        s = s * 1.7
        if s > 5:
            break
        if s < 1.5:
            continue
        s = s + a * a
    return s * a


@program("exits", X)
def _return_from_two_loops(x):
    s = 1.0
    for i in range(5):
        for e in x:
            s = s * 1.1 + e * e
            if s > 8:
                return s * x[i]
    return s


@program("exits", X)
def _counter_after_break(x):
    for i in range(5):
        if x[i] < -1:
            break
    return x[i] * x[i] * i


@program("exits", 0.7)
def _counter_changed(a):
    s = a
    i = 0
    while i < 5:
        i += 1
        if i == 2:
            i += 1
            continue
        s = s * a + i
    return s


@program("exits", X)
def _body_local_survives(x):
    t = 0.0
    for e in x:
        if e < 0:
            continue
        t = e * e
    return t * x[0]


@program("exits", X)
def _rows_and_break(x):
    m = np.zeros((3, 5))
    for row in m:
        row += x
        if row[0] > 100:
            break
        x = x * row
    return np.sum(m * m)


# ----- 6, m: dtypes -----


@program("dtypes", 0.73)
def _truncated(a):
    z = np.array([1, 2, 3])
    z[1] = a * 10
    return np.sum(z) * a


@program("dtypes", X)
def _truncated_slice(x):
    z = np.zeros(5, dtype=int)
    z[:] = x * 10
    return np.sum(z * x)


@program("dtypes", X)
def _truncated_like(x):
    z = np.zeros_like(np.arange(5))
    z[1:] = x[1:] * 7
    return np.sum(z * x)


@program("dtypes", X)
def _truth_values(x):
    z = x > 0
    z[0] = x[1]
    return np.sum(z * x)


@program("dtypes", X)
def _integers_filled(x):
    z = np.full(5, 3)
    z[2] = x[2] * 9
    return np.sum(z * x)


@program("dtypes", X, np.arange(5))
def _integers_received(x, k):
    k[0] = x[0] * 10
    return np.sum(x * k)


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
    functions = [lambda c: c * i * a for i in range(3)]  # noqa: B023
    return functions[0](a) + functions[1](a)


# ----- 9: kinks -----


@program("kinks", X)
def _rectified_in_place(x):
    z = x * 2
    np.maximum(z, 0.0, out=z)
    z[z > 1] = 1.0
    return np.sum(z * z * x)


@program("kinks", X)
def _guarded_by_mask(x):
    z = np.zeros(5)
    z[x > 0] = np.log(x[x > 0])
    return np.sum(z * x)


# ----- 10: the path taken -----


@program("path", 2.0)
def _newton_in_place(a):
    z = np.ones(1)
    while abs(z[0] * z[0] - a) > 1e-12:
        z[0] = 0.5 * (z[0] + a / z[0])
    return z[0] * a


@program("path", X)
def _bubbles(x):
    z = x * 1.0
    for i in range(5):
        for j in range(4 - i):
            if z[j] > z[j + 1]:
                z[j], z[j + 1] = z[j + 1], z[j]
    return np.sum(z * np.arange(5) * z)


@program("path", X)
def _permuted_in_place(x):
    z = x * 1.0
    z[:] = z[np.argsort(z)]
    return np.sum(z * np.arange(5) * z)


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


# ----- a, b: constant and augmented stores -----


@program("constant stores", M)
def _row_cleared(m):
    z = m * m
    z[0] = 0.0
    z[:, 1] = 2.0
    z[z > 1] = 1.5
    return np.sum(z * z)


@program("constant stores", X)
def _constant_then_active(x):
    z = x * x
    z[:] = 0.0
    z[1] = x[0]
    return np.sum(z * x)


@program("augmented stores", M)
def _row_sums(m):
    z = np.zeros(3)
    for i in range(3):
        for j in range(5):
            z[i] += m[i, j] * m[i, j]
    return np.sum(z * z)


@program("augmented stores", X)
def _each_operator(x):
    z = x * 1.0
    z[0] -= x[1] * x[0]
    z[1] *= z[0]
    z[2] /= 2 + x[1]
    z[3] **= 3
    return np.sum(z * z)


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


# ----- f: broadcasting in place -----


@program("broadcasting", M, X, 0.7, wrt=(0, 1, 2))
def _broadcast_into(m, x, a):
    z = m * 1.0
    z += x
    z *= x[:3, None]
    z[1:] = x * a
    z[:, 2:] += a
    z[0] /= 1 + a * a
    return np.sum(z * z)


# ----- g, n: keyword arguments and further results of functions that write -----


def _scaled_into(z, *, factor=2.0, start=0):
    z[start:] *= factor
    return z, np.sum(z)


@program("keywords", X, 0.7, wrt=(0, 1))
def _keyword_into(x, a):
    z = x * 1.0
    same, total = _scaled_into(z, factor=a, start=1)
    same[0] = total * a
    _scaled_into(factor=total, z=z)
    return np.sum(z * z)


@program("loops over lists", [0.7, 1.2, -0.4])
def _list_overwritten_in_its_loop(values):
    for i, e in enumerate(values):
        values[i] = e * e
        values[i - 1] = values[i - 1] + e
    return sum(values) * values[0]


@program("loops over lists", [X[:3], Y[:3]])
def _arrays_of_list_written(parts):
    s = 0.0
    for p in parts:
        p *= 2
        s = s + np.sum(p * parts[0])
    return s


@program("loops over lists", 0.7)
def _list_grown(a):
    values = []
    for i in range(4):
        values.append(a**i)
    values[0] = math.sin(a)
    return sum(values) * values[-1]


@pytest.mark.parametrize(("function", "args", "wrt"), PROGRAMS)
def test_right_or_refused(function: Function, args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)
