"""`checkpoint` in the other modes: forward, vector, and derivatives of derivatives are those of the
program without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adcompile import grad, hessian, hvp, jacobian, jvp, trees, vjp
from adcompile.api import derive
from tests.checkpoints import programs
from tests.checkpoints.test_checkpoints import ARGUMENTS, RNG, Kept, U

Args = list[Any]
Wrt = tuple[str, ...]
X, W = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 3, 3))
FUNCTIONS = [
    (getattr(programs, name), getattr(programs, f"{name}_plain"))
    for name in ("network", "blocks", "layers")
]


def names_of(function: Any) -> tuple[str, ...]:
    return tuple(function.__code__.co_varnames[: function.__code__.co_argcount])


def arguments(function: Any, n: int) -> Args:
    return [n if name == "n" else ARGUMENTS[name] for name in names_of(function)]


def directions(function: Any, args: Args, wrt: Wrt) -> tuple[Any, ...]:
    """The same for a program and itself without checkpoints."""
    rng = np.random.default_rng(1)
    given = dict(zip(names_of(function), args, strict=True))
    return tuple(rng.normal(size=np.shape(given[name]))[()] for name in wrt)


def along(function: Any, args: Args, wrt: Wrt) -> Any:
    return jvp(function, args, directions(function, args, wrt), wrt=wrt)


def by_hessian(function: Any, args: Args, wrt: Wrt) -> Any:
    return hvp(function, wrt=wrt)(*args, directions(function, args, wrt))


def whole_hessian(function: Any, args: Args, wrt: Wrt) -> Any:
    return hessian(function, wrt=wrt)(*args)


def pulled_back(function: Any, args: Args, wrt: Wrt) -> Any:
    """A pullback can be asked more than once."""
    value, pull = vjp(function, *args, wrt=wrt)
    ones = trees.map_leaves(np.ones_like, value)
    twos = trees.map_leaves(lambda leaf: 2.0 * np.ones_like(leaf), value)
    return value, pull(ones), pull(twos), pull(ones)


def by_rows(function: Any, args: Args, wrt: Wrt) -> Any:
    return jacobian(function, wrt=wrt, mode="reverse")(*args)


def by_columns(function: Any, args: Args, wrt: Wrt) -> Any:
    return jacobian(function, wrt=wrt, mode="forward")(*args)


Mode = Callable[[Any, Args, Wrt], Any]
OF_ANY: list[Mode] = [along, pulled_back, by_rows, by_columns]
OF_NUMBERS: list[Mode] = [along, by_hessian, whole_hessian]


def require_same(mode: Mode, function: Any, plain: Any, args: Args, wrt: Wrt) -> None:
    got, expected = mode(function, args, wrt), mode(plain, args, wrt)
    for (path, one), (_, other) in zip(trees.leaves(got), trees.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12, err_msg=str(path))


@pytest.mark.parametrize("n", [0, 1, 2, 7])
@pytest.mark.parametrize("mode", OF_NUMBERS)
@pytest.mark.parametrize(("function", "plain", "wrt"), programs.PAIRS)
def test_loops(function: Any, plain: Any, wrt: Wrt, mode: Mode, n: int) -> None:
    require_same(mode, function, plain, arguments(function, n), wrt)


@pytest.mark.parametrize("n", [0, 1, 2, 7])
@pytest.mark.parametrize("mode", OF_ANY)
@pytest.mark.parametrize(("function", "plain", "wrt"), programs.ARRAYS)
def test_loops_to_arrays(function: Any, plain: Any, wrt: Wrt, mode: Mode, n: int) -> None:
    require_same(mode, function, plain, arguments(function, n), wrt)


@pytest.mark.parametrize("n", [0, 1, 2, 7])
@pytest.mark.parametrize(("function", "plain", "wrt"), programs.PAIRS)
def test_pullback_of_a_loop(function: Any, plain: Any, wrt: Wrt, n: int) -> None:
    args = arguments(function, n)
    expected = grad(plain, wrt=wrt)(*args)
    for program in (function, plain):
        _, *pulled = pulled_back(program, args, wrt)
        for scale, got in zip((1.0, 2.0, 1.0), pulled, strict=True):
            for one, other in zip(got, expected, strict=True):
                np.testing.assert_allclose(one, scale * other, rtol=1e-11, atol=1e-12)
                assert np.asarray(one).dtype == float


@pytest.mark.parametrize("mode", OF_ANY)
@pytest.mark.parametrize(("function", "plain"), FUNCTIONS)
def test_functions(function: Any, plain: Any, mode: Mode) -> None:
    require_same(mode, function, plain, [X, W], ("x", "w"))


@pytest.mark.parametrize("mode", [by_hessian, whole_hessian])
@pytest.mark.parametrize(("function", "plain"), FUNCTIONS[:2])
def test_functions_twice(function: Any, plain: Any, mode: Mode) -> None:
    require_same(mode, function, plain, [X, W], ("x", "w"))


def test_recursive_function() -> None:
    args = [X, W[0]]
    for mode in (along, by_hessian):
        require_same(mode, programs.recursive, programs.recursive_plain, args, ("x", "w"))


@pytest.mark.parametrize("n", [1, 50, 1000])
@pytest.mark.parametrize("name", ["by_default", "until_by_default"])
def test_second_derivatives_keep_as_many_states(name: str, n: int) -> None:
    """The tangent of a state stands beside it."""
    function = getattr(programs, name)
    text = hvp(function).source_for(U, n, 0, U)
    assert text.count("u_saved = []") == 1
    assert "u_saved_dot = []" not in text
    space: dict[str, Any] = {"Kept": Kept}
    exec(text.replace("u_saved = []", "u_saved = Kept()"), space)
    Kept.most = 0
    got = space[f"{name}_hvp"](U, n, 0, U)
    np.testing.assert_allclose(got, hvp(programs.rollout_plain)(U, n, 0, U), rtol=1e-11)
    assert Kept.most <= (2 * n) ** 0.5 + 2


def test_along_a_direction_nothing_is_kept() -> None:
    text = str(derive("jvp", programs.by_default, "u").source_for(U, 5, 0, U))
    assert "saved" not in text
    assert "snapshots" not in text
