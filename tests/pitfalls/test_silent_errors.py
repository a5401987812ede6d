"""Twelve ways in which tools of this kind are silently wrong: each is right here, or refused."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import SourceError, UsageError
from tests.pitfalls.checks import X, Y, refused, right

# ----- 1: a value that is needed backward was overwritten -----


def _rebound(x):
    z = x * x
    w = np.exp(z)
    z = z + 1
    x = w * z
    return np.sum(x * z)


def _rebound_in_loop(a):
    b = a
    for i in range(4):
        c = a * b
        a = np.sin(c)
        b = c * a
    return a * b


def _overwritten(x):
    y = np.exp(x)
    y[0] = 0.0
    return np.sum(y)


def _overwritten_by_callee(x):
    y = np.ones(5)
    s = 0.0
    for i in range(3):
        s = s + np.sum(x * x * y)
        _write(y)
    return s


def _write(z):
    z[0] = 5.0


def test_value_needed_backward_is_rebound() -> None:
    right(_rebound, X)
    right(_rebound_in_loop, 0.7)


def test_value_needed_backward_is_overwritten() -> None:
    right(_overwritten, X)
    right(_overwritten_by_callee, X)


# ----- 2: primal aliasing -----


def _alias_written(x):
    y = x * 2
    z = y
    z[0] = 0.0
    return np.sum(y * x)


def _view_written(x):
    y = x * 2
    view = y[1:]
    view[0] = 0.0
    return np.sum(y * x)


def _alias_augmented(x):
    y = x
    y += 1.0
    return np.sum(x * y)


def _alias_rebound(x):
    y = x
    x = x * 2
    return np.sum(x * y)


def _callee_writes(x):
    y = x * 2
    _zero_first(y)
    return np.sum(y)


def _zero_first(z):
    z[0] = 0.0


def _two(x, y):
    x = x * 2
    return np.sum(x * y)


def test_primal_aliasing() -> None:
    right(_alias_written, X)
    right(_view_written, X)
    right(_alias_augmented, X)
    right(_callee_writes, X)
    right(_alias_rebound, X)


def test_one_array_passed_twice() -> None:
    gradient = adcompile.grad(_two, wrt=("x", "y"))(X, X)
    np.testing.assert_allclose(gradient, (2 * X, 2 * X))


# ----- 3: duplicate integer indices -----


def _gathered(x, k):
    return np.sum(x[k] ** 2 * np.arange(1.0, 4.0))


def _gathered_twice(x, k):
    return np.sum(x[k] * x[k[::-1]]) + x[k[0]]


def _scattered(x, k):
    y = np.zeros(5)
    y[k] += x[:3]
    return np.sum(y * y)


def test_duplicate_indices_accumulate() -> None:
    k = np.array([0, 2, 2])
    right(_gathered, X, k)
    right(_gathered_twice, X, k)
    gradient = adcompile.grad(_gathered)(X, k)
    np.testing.assert_allclose(gradient, [2 * X[0], 0, 10 * X[2], 0, 0])


def test_duplicate_indices_written() -> None:
    right(_scattered, X, np.array([0, 2, 2]))


# ----- 4: adjoint aliasing -----


def _sum_of_three(x, y, z):
    return np.sum((x + y) + (x + z))


def _same_adjoint(x, y):
    s = x + y
    return np.sum(s) + np.sum(x) + np.sum(s * y)


def _adjoints_in_branch(x, y, flag):
    z = x
    if flag:
        z = x + y
    return np.sum(z) + np.sum(x) + np.sum(z * y)


def _adjoints_in_loop(x, y):
    s = x
    for i in range(3):
        x, y = y, x + s
    return np.sum(x) + np.sum(y * y)


def test_adjoint_aliasing() -> None:
    right(_sum_of_three, X, Y, X + Y, wrt=(0, 1, 2))
    right(_same_adjoint, X, Y, wrt=(0, 1))
    right(_adjoints_in_branch, X, Y, True, wrt=(0, 1))
    right(_adjoints_in_branch, X, Y, False, wrt=(0, 1))
    right(_adjoints_in_loop, X, Y, wrt=(0, 1))


def test_gradients_are_the_callers_own() -> None:
    """No two gradients share memory with one another, an argument, or the next call's."""
    first = adcompile.grad(_sum_of_three, wrt=(0, 1, 2))
    d_x, d_y, d_z = first(X, Y, X + Y)
    d_y += 100.0
    d_x *= 3.0
    np.testing.assert_allclose(d_z, np.ones(5))
    np.testing.assert_allclose(first(X, Y, X + Y), [2 * np.ones(5), np.ones(5), np.ones(5)])


# ----- 5: loop bookkeeping -----


def _trips(a, n):
    s = 0.0
    for i in range(n):
        t = a * i
        s = s + t * t
    return s + a


def _bound_changes(a, n):
    for i in range(n):
        n = n + 1
        i = i * 2
        a = a * (n + i)
    return a


def _body_local(x):
    s = 0.0
    for e in x:
        t = 0.0
        if e > 0:
            t = e * e
        s = s + t * e
    return s


def _active_bound(a):
    s = a
    for i in range(int(a * 3), 0, -1):
        s = s * a
    return s


def _with_break(x):
    s = 0.0
    for e in x:
        if e < 0:
            break
        s = s + e * e
    return s


def _with_continue(x):
    s = 0.0
    for e in x:
        if e < 0:
            continue
        s = s + e * e
    return s


def _with_return(x):
    s = 0.0
    for e in x:
        s = s * e + e * e
        if s > 1.0:
            return s * s
        s = 2.0 * s
    return s


def _with_else(x):
    s = 1.0
    for e in x:
        if e < 0:
            s = s * e
            break
        s = s + e
    else:
        s = s * s
    return s


def test_loop_bookkeeping() -> None:
    for n in (0, 1, 2, 7):
        right(_trips, 0.7, n)
        right(_bound_changes, 0.7, n)
    right(_body_local, X)
    right(_active_bound, 0.9)


def test_loop_exits() -> None:
    for function in (_with_break, _with_continue, _with_return, _with_else):
        for x in (X, -X, np.abs(X), X[:0]):
            right(function, x, allow_unused=True)


# ----- 6: dtypes -----


def _square(x):
    return np.sum(x * x)


def _halves(x, k):
    return np.sum(x * k) + np.sum(x[k] / 2)


def _lossy(a):
    return int(a * 10) * a + math.floor(a) + round(a)


def test_integers_are_no_floats() -> None:
    refused(_square, np.arange(3), reason="int64")
    refused(_square, np.array([True, False]), reason="bool")
    with pytest.raises(UsageError):
        adcompile.grad(_square)(True)


def test_accumulators_are_inexact() -> None:
    gradient = adcompile.grad(_halves)(np.arange(3.0), np.array([0, 1, 1]))
    np.testing.assert_allclose(gradient, [0.5, 2.0, 1.0])
    assert adcompile.grad(_square)(3) == 6.0
    assert isinstance(adcompile.grad(_square)(3), float)


def test_float32_stays_float32() -> None:
    for shape in ((), (3,), (2, 3)):
        x = np.ones(shape, np.float32)
        assert np.asarray(adcompile.grad(_square)(x)).dtype == np.float32


def test_lossy_casts_end_the_active_path() -> None:
    right(_lossy, 0.73)


# ----- 7: flow leaves the visible code -----


def _converted(x):
    return float(x[0]) * float(np.sum(x))


def _item(x):
    return x[0].item() * x[1]


def _text(a):
    return float(f"{a:.10f}") * a


def _printed(a):
    return float(str(a)) * a


def _out(x):
    y = np.zeros(5)
    np.multiply(x, x, out=y)
    return np.sum(y)


def _unknown(x):
    return float(np.polynomial.polynomial.polyval(0.5, x))


def _callback(x):
    return sum(map(math.sin, x))


def test_flow_leaves_the_visible_code() -> None:
    right(_converted, X)
    right(_item, X)
    refused(_text, 0.7, reason="formatted string")
    refused(_printed, 0.7, reason="`str`")
    right(_out, X)
    right(_callback, X)
    with pytest.raises(adcompile.errors.AdcompileError):
        adcompile.grad(_unknown)(X)


# ----- 8: state and effects -----

_state = {"calls": 0}
_TOTAL = np.zeros(2)


class _Counter:
    def __init__(self) -> None:
        self.count = 0.0

    def step(self, a):
        self.count = self.count + a
        return self.count * a


_counter = _Counter()


def _global(a):
    global _TOTAL
    _TOTAL = a * a
    return _TOTAL * a


def _attribute(a):
    return _counter.step(a) * a


def _item_of_global(a):
    _state["last"] = a
    return _state["last"] * a


def _random(x):
    np.random.seed(1)
    noise = np.random.rand(5)
    for i in range(3):
        x = x * np.random.rand() + noise * x
    return np.sum(x * x)


def _random_branch(a):
    np.random.seed(3)
    for i in range(6):
        if np.random.rand() > 0.5:
            a = a * a
        else:
            a = a + 0.1
    return a


def _tick():
    _state["calls"] += 1
    return _state["calls"]


def _ticking(a):
    k = _tick()
    return a * k * a


def test_state_that_outlives_the_call() -> None:
    refused(_global, 0.7, reason="writing the global")
    refused(_attribute, 0.7, reason="attribute")
    refused(_item_of_global, 0.7, reason="outlives the call")
    assert _counter.count == 0.0
    assert "last" not in _state


def test_random_numbers_are_drawn_once() -> None:
    right(_random, X)
    right(_random_branch, 0.7)


def test_effects_happen_once() -> None:
    before = _state["calls"]
    adcompile.grad(_ticking)(0.7)
    assert _state["calls"] == before + 1


# ----- 9: kinks, and zero times infinity -----


def _guarded(x):
    return np.sum(np.where(x > 0, np.sqrt(abs(x)), 0.0))


def _guarded_log(x):
    return np.sum(np.where(x == 0, 0.0, np.log(x)))


def _kinks(x):
    return np.sum(np.abs(x)) + np.linalg.norm(x)


def _ties(x):
    return np.max(x) + np.min(x) + np.sum(np.maximum(x, x[::-1])) + max(x[0], x[1])


def test_zero_times_infinity() -> None:
    x = np.array([0.0, 4.0, -1.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_allclose(adcompile.grad(_guarded)(x), [0.0, 0.25, 0.0])
        gradient = adcompile.grad(_guarded_log)(np.array([0.0, 2.0]))
    np.testing.assert_allclose(gradient, [0.0, 0.5])


def test_kinks_have_symmetric_slopes() -> None:
    np.testing.assert_allclose(adcompile.grad(_kinks)(np.zeros(3)), np.zeros(3))
    np.testing.assert_allclose(adcompile.grad(_ties)(np.ones(2)), [2.5, 2.5])


# ----- 10: the program is not the function -----


def _converged(a):
    z = a
    while abs(z * z - a) > 1e-14:
        z = 0.5 * (z + a / z)
    return z


def _selected(x):
    return x[np.argmax(x)] * x[np.argsort(x)[0]]


def _zero_everywhere(x):
    return np.sum(np.sign(x)) + np.sum(np.floor(x)) + float(np.argmax(x))


def _constant(x):
    return 3.0


def test_derivative_of_the_path_taken() -> None:
    right(_converged, 2.0)
    right(_selected, X)


def test_zero_everywhere_is_told() -> None:
    refused(_zero_everywhere, X, reason="does not depend on `x`")
    refused(_constant, X, reason="does not depend on `x`")
    gradient = adcompile.grad(_zero_everywhere, allow_unused=True)(X)
    np.testing.assert_array_equal(gradient, np.zeros(5))


# ----- 11: the text is not the code -----


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the module `edited` and imports it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text: str) -> ModuleType:
        (tmp_path / "edited.py").write_text(text)
        sys.modules.pop("edited", None)
        importlib.invalidate_caches()
        return importlib.import_module("edited")

    yield write
    sys.modules.pop("edited", None)


def test_file_edited_after_import(module: Any, tmp_path: Path) -> None:
    function = module("def f(a):\n    return a * a\n").f
    (tmp_path / "edited.py").write_text("def f(a):\n    return a * a * a\n")
    with pytest.raises(SourceError, match="is not the code that runs"):
        adcompile.grad(function)(2.0)


def test_two_lambdas_on_a_line(module: Any) -> None:
    square, cube = module("pair = (lambda a: a * a, lambda a: a * a * a)\n").pair
    assert adcompile.grad(square)(2.0) == 4.0
    assert adcompile.grad(cube)(2.0) == 12.0


def test_decorator_replaced_the_function(module: Any) -> None:
    text = (
        "import functools\n\n\ndef twice(f):\n    @functools.wraps(f)\n"
        "    def wrapper(a):\n        return 2 * f(a)\n    return wrapper\n\n\n"
        "@twice\ndef f(a):\n    return a * a\n"
    )
    function = module(text).f
    try:
        assert adcompile.grad(function)(3.0) == 12.0
    except SourceError:
        pass


def test_code_without_a_file() -> None:
    namespace: dict[str, Any] = {}
    exec("def f(a):\n    return a * a\n", namespace)
    with pytest.raises(SourceError):
        adcompile.grad(namespace["f"])(2.0)


def test_callee_rebound(module: Any) -> None:
    edited = module(
        "def g(a):\n    return a * a\n\n\ndef other(a):\n    return a * a * a\n\n\n"
        "def f(a):\n    return g(a)\n"
    )
    gradient = adcompile.grad(edited.f)
    assert gradient(2.0) == 4.0
    edited.g = edited.other
    assert gradient(2.0) == 12.0


def test_global_rebound(module: Any) -> None:
    edited = module("k = 2.0\ntable = {'k': 1.0}\n\n\ndef f(a):\n    return a * k * table['k']\n")
    gradient = adcompile.grad(edited.f)
    assert gradient(1.0) == 2.0
    edited.k = 5.0
    assert gradient(1.0) == 5.0
    edited.table["k"] = 3.0
    assert gradient(1.0) == 15.0


def test_cell_changed(module: Any) -> None:
    edited = module(
        "def make():\n    k = 2.0\n\n    def f(a):\n        return a * k\n\n"
        "    def change(value):\n        nonlocal k\n        k = value\n\n    return f, change\n"
    )
    function, change = edited.make()
    gradient = adcompile.grad(function)
    assert gradient(1.0) == 2.0
    change(5.0)
    assert gradient(1.0) == 5.0


def test_object_changed(module: Any) -> None:
    edited = module(
        "class Model:\n    def __init__(self):\n        self.k = 2.0\n\n"
        "    def run(self, a):\n        return a * self.k\n\n\n"
        "model = Model()\n\n\ndef f(a):\n    return model.run(a) * model.k\n"
    )
    gradient = adcompile.grad(edited.f)
    assert gradient(1.0) == 4.0
    edited.model.k = 3.0
    assert gradient(1.0) == 9.0
    edited.model = edited.Model()
    assert gradient(1.0) == 4.0


def test_method_replaced(module: Any) -> None:
    edited = module(
        "class Model:\n    def run(self, a):\n        return a * 2\n\n"
        "    def other(self, a):\n        return a * 7\n\n\n"
        "model = Model()\n\n\ndef f(a):\n    return model.run(a)\n"
    )
    gradient = adcompile.grad(edited.f)
    assert gradient(1.0) == 2.0
    edited.Model.run = edited.Model.other
    assert gradient(1.0) == 7.0


def test_module_function_replaced(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of another module, reached by attribute, replaced after compiling."""
    edited = module(
        "import types\n\nhelpers = types.SimpleNamespace()\n\n\n"
        "def one(a):\n    return a * 2\n\n\ndef two(a):\n    return a * 5\n\n\n"
        "helpers.g = one\n\n\ndef f(a):\n    return helpers.g(a)\n"
    )
    gradient = adcompile.grad(edited.f)
    assert gradient(1.0) == 2.0
    edited.helpers.g = edited.two
    assert gradient(1.0) == 5.0


def test_default_changed(module: Any) -> None:
    edited = module("def g(a, k=2.0):\n    return a * k\n\n\ndef f(a):\n    return g(a)\n")
    gradient = adcompile.grad(edited.f)
    assert gradient(1.0) == 2.0
    edited.g.__defaults__ = (5.0,)
    assert gradient(1.0) == 5.0


# ----- 12: nesting -----


def _inner(z):
    return z * z * z


_d_inner = adcompile.grad(_inner)


def _outer(a):
    return _d_inner(a) * a


def test_gradient_inside_a_function() -> None:
    """Right (9 a^2), or refused: never the derivative with the inner gradient held constant."""
    try:
        gradient = adcompile.grad(_outer)(2.0)
    except adcompile.errors.AdcompileError:
        return
    assert gradient == 36.0
