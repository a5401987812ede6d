"""`vjp`: the value of a function that may return anything, and its derivative backwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adcompile.api import derivative_of, derive
from adcompile.directional import (
    Arguments,
    derivative_function,
    holds_floats,
    options_of,
    tangent_of,
)
from adcompile.options import PRIMAL, Wrt
from adcompile.trees import leaves, map_leaves

__all__ = ["Pullback", "vjp"]


class Pullback:
    """The derivative of a function at its arguments, backwards: it maps the derivative of a number
    by the function's value to the derivatives of the number by the arguments.

    Attributes:
        value: the function's value.
    """

    def __init__(self, value: Any, saved: Any, backward: Callable[..., Any]) -> None:
        self.value = value
        self._saved = saved
        self._backward = backward

    def __call__(self, cotangent: Any) -> Any:
        """The derivatives by the arguments.

        Args:
            cotangent: of the structure and shapes of the value.

        Raises:
            UsageError: it has another structure or shape.
        """
        given = tangent_of("the result", self.value, cotangent)
        return _in_own_memory(self.run(given), given)

    def run(self, cotangent: Any) -> Any:
        """As a call, for what has the types of the value already."""
        return self._backward(unread(self._saved), cotangent)


class Spread(Pullback):
    """A pullback with a derivative for each argument, None for those without floats."""

    def __init__(self, pullback: Pullback, count: int, places: tuple[int, ...]) -> None:
        super().__init__(pullback.value, pullback._saved, pullback._backward)
        self._count = count
        self._places = places

    def run(self, cotangent: Any) -> Any:
        """As `Pullback.run`."""
        found = dict(zip(self._places, super().run(cotangent), strict=True))
        return tuple(found.get(i) for i in range(self._count))


def _in_own_memory(derivatives: Any, cotangent: Any) -> Any:
    """Derivatives of which no array is one of the cotangent's, nor another one's."""
    import numpy as np

    taken = [leaf for _, leaf in leaves(cotangent) if isinstance(leaf, np.ndarray)]

    def own(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        mine = leaf.copy() if any(np.may_share_memory(leaf, other) for other in taken) else leaf
        taken.append(mine)
        return mine

    return map_leaves(own, derivatives)


def unread(saved: Any) -> Any:
    """What was saved, with lists of its own: the backward sweep takes values off them."""
    if type(saved) is list:
        return list(map(unread, saved))
    return tuple(map(unread, saved)) if type(saved) is tuple else saved


def vjp(
    function: Callable[..., Any],
    *primals: Any,
    wrt: Wrt | None = None,
    allow_unused: bool = False,
) -> tuple[Any, Pullback]:
    """The value of a function, and its derivative as a function from the value to the arguments.

    Args:
        function: a function written in Python and NumPy; it may return anything that holds floats.
        primals: its positional arguments.
        wrt: what to differentiate by, as for `grad`. The default is all arguments that hold floats.
        allow_unused: whether the value may be independent of one of them.

    Returns:
        `(value, pullback)`. `pullback(cotangent)`, for a cotangent of the structure and shapes of
        the value, is a tuple of a derivative for each argument, None for one without floats; with
        `wrt`, a derivative for that, or a tuple. It may be called often. Neither the arguments nor
        the value must be changed before.

    Raises:
        AdcompileError: the derivative cannot be proven right.
    """
    if wrt is not None:
        return pullback_at(function, primals, {}, wrt, allow_unused)
    places = tuple(i for i, primal in enumerate(primals) if holds_floats(primal))
    value, pullback = pullback_at(function, primals, {}, places, allow_unused)
    return value, Spread(pullback, len(primals), places)


def pullback_at(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    wrt: Wrt,
    allow_unused: bool,
) -> tuple[Any, Pullback]:
    """As `vjp`, of a call with arguments by name too."""
    derivative = derive("vjp", function, wrt, False, allow_unused)
    call = Arguments.of(function, args, kwargs, derivative)
    value, saved, backward = pulled_back(derivative, call.values)
    return value, Pullback(value, saved, backward)


def pulled_back(derivative: Any, values: tuple[Any, ...]) -> tuple[Any, Any, Callable[..., Any]]:
    """The value of a function, what its derivative backwards needs, and the function for that.

    Native code keeps the arguments only, and runs the function again: lists of what a sweep keeps
    would be taken apart between Python and native code.
    """
    found: Any = derivative_function(derivative)
    options = options_of(derivative)
    if not options.native:
        value, saved, backward = found(*values)
        return value, saved, backward
    itself = derivative_of(found.primal, options._replace(verb=PRIMAL, wrt=(), vector=False))
    return itself(*values), values, lambda saved, cotangent: found(*saved, cotangent)
