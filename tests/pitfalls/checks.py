"""Right or refused: the two things that may become of a program."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import AdcompileError
from adcompile.testing import check_grads

Function = Callable[..., Any]
_IN_PLACE = "in place"


def right(function: Callable[..., Any], *args: Any, wrt: Any = 0, **options: Any) -> None:
    """The value is the function's and the gradient agrees with differences; no argument changes."""
    before = copy.deepcopy(args)
    value, _ = adcompile.value_and_grad(function, wrt=wrt, **options)(*args)
    np.testing.assert_equal(args, before)
    np.testing.assert_allclose(value, function(*copy.deepcopy(args)), rtol=1e-14)
    check_grads(function, args, wrt=wrt, gradient=adcompile.grad(function, wrt=wrt, **options))


def refused(
    function: Callable[..., Any], *args: Any, reason: str = _IN_PLACE, wrt: Any = 0
) -> None:
    """The compiler says that it cannot, before it has computed or changed anything."""
    before = copy.deepcopy(args)
    with pytest.raises(AdcompileError) as caught:
        adcompile.grad(function, wrt=wrt)(*args)
    assert reason in caught.value.reason, caught.value
    np.testing.assert_equal(args, before)


def right_or_refused(function: Callable[..., Any], *args: Any, wrt: Any = 0) -> None:
    """`right` where the compiler accepts the function; else it has said so and changed nothing."""
    before = copy.deepcopy(args)
    try:
        adcompile.grad(function, wrt=wrt, allow_unused=True)(*args)
    except AdcompileError:
        np.testing.assert_equal(args, before)
    else:
        right(function, *before, wrt=wrt, allow_unused=True)


class Programs:
    """Functions with arguments for them, entered by a decorator.

    `@program("aliases", X)` enters a function under a name of a pitfall; `@program.each` runs a
    test with each function, its arguments and what to differentiate by.
    """

    def __init__(self) -> None:
        self._rows: list[Any] = []

    def __call__(self, pitfall: str, *args: Any, wrt: Any = 0) -> Callable[[Function], Function]:
        def enter(function: Function) -> Function:
            name = f"{pitfall}: {function.__name__.removeprefix('_')}"
            self._rows.append(pytest.param(function, args, wrt, id=name))
            return function

        return enter

    @property
    def each(self) -> pytest.MarkDecorator:
        return pytest.mark.parametrize(("function", "args", "wrt"), self._rows)


def text(function: Callable[..., Any], *args: Any, wrt: Any = 0) -> str:
    return adcompile.grad(function, wrt=wrt).source_for(*args)


X = np.array([0.7, -1.2, 0.4, 1.5, -0.3])
Y = np.array([1.1, 0.6, -0.8, 0.2, 0.9])
