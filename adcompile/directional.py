"""Derivatives along directions: `jvp`, `linearize`, `hvp`; and `elementwise_grad`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adcompile import trees
from adcompile.api import BoundDerivative, Derivative, derivative_of, derive
from adcompile.errors import UsageError
from adcompile.options import Options, Wrt
from adcompile.parts import Part

__all__ = ["elementwise_grad", "hvp", "jvp", "linearize"]


def jvp(
    function: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    wrt: Wrt | None = None,
    kwargs: Mapping[str, Any] | None = None,
    allow_unused: bool = False,
) -> tuple[Any, Any]:
    """The value of a function and its derivative along a direction, in one forward sweep.

    Args:
        function: a function written in Python and NumPy; it may return anything that holds floats.
            Also a `grad` of one, of which this is the second derivative along the direction.
        primals: its positional arguments.
        tangents: the direction: for each argument, or for each in `wrt`, what has its structure and
            shapes; None for an argument that stays as it is.
        wrt: the arguments, or parts of them, that `tangents` are of, as for `grad`. The default is
            all of `primals`.
        kwargs: arguments by name; they stay as they are unless `wrt` names them.
        allow_unused: whether the result may be independent of an argument that has a tangent.

    Returns:
        `(value, tangent)`; the tangent has the structure and shapes of the value.

    Raises:
        UsageError: the tangents do not fit the arguments.
        AdcompileError: the derivative cannot be proven right.
    """
    run = linear_map(function, primals, dict(kwargs or {}), tangents, wrt, allow_unused)
    return run(tangents)


def linearize(
    function: Callable[..., Any],
    *primals: Any,
    wrt: Wrt | None = None,
    allow_unused: bool = False,
) -> tuple[Any, Callable[..., Any]]:
    """The value of a function, and its derivative as a linear function of the direction.

    Args:
        function: as for `jvp`.
        primals: its positional arguments.
        wrt: as for `jvp`. The default is all arguments that hold floats.
        allow_unused: as for `jvp`.

    Returns:
        `(value, derivative)`. `derivative(*tangents)`, of a tangent for each argument (None for one
        without floats) or for each in `wrt`, is the tangent of the value. Each call runs the
        function along with its derivative; the arguments must not be changed in between.

    Raises:
        AdcompileError: as for `jvp`.
    """
    zeros: Sequence[Any] = [zeros_like(primal) for primal in primals]
    if wrt is not None:
        derivative, inner = directional(function, as_tuple(wrt), allow_unused)
        call = Arguments.of(inner, primals, {}, derivative)
        zeros = [zeros_like(call.at(part)) for part in call.directions]
    run = linear_map(function, primals, {}, zeros, wrt, allow_unused)
    value, _ = run(zeros)
    return value, lambda *tangents: run(tangents)[1]


def linear_map(
    function: Callable[..., Any],
    primals: Sequence[Any],
    kwargs: dict[str, Any],
    tangents: Sequence[Any],
    wrt: Wrt | None,
    allow_unused: bool,
) -> Callable[[Sequence[Any]], tuple[Any, Any]]:
    """What maps tangents to the value of a function and its tangent. `tangents` tells which are
    None; those of each call are like them."""
    wanted: tuple[int | str, ...]
    chosen: Sequence[int]
    if wrt is None:
        _require_as_many(tangents, primals, "arguments", "give one for each, None for no change")
        wanted = chosen = tuple(i for i, tangent in enumerate(tangents) if tangent is not None)
    else:
        wanted = as_tuple(wrt)
        _require_as_many(tangents, wanted, "arguments in `wrt`", "give one for each")
        chosen = range(len(wanted))
    derivative, inner = directional(function, wanted, allow_unused)
    call = Arguments.of(inner, primals, kwargs, derivative)
    parts = call.directions

    def run(tangents: Sequence[Any]) -> tuple[Any, Any]:
        given = [
            tangent_of(str(part), call.at(part), tangents[i])
            for part, i in zip(parts, chosen, strict=True)
        ]
        value, tangent = derivative_function(derivative)(*call.values, *given)
        return value, tangent

    return run


def as_tuple(wrt: Wrt) -> tuple[int | str, ...]:
    """What `wrt` names, one or several."""
    return (wrt,) if isinstance(wrt, (int, str)) else tuple(wrt)


def _require_as_many(given: Sequence[Any], wanted: Sequence[Any], what: str, hint: str) -> None:
    """
    Raises:
        UsageError: the numbers differ.
    """
    if len(given) != len(wanted):
        raise UsageError(f"{len(given)} tangents were given for {len(wanted)} {what}", hint)


def directional(function: Any, wrt: Wrt, allow_unused: bool) -> tuple[Any, Any]:
    """The derivative in forward mode of a function, or of a gradient; and the function itself."""
    if isinstance(function, (Derivative, BoundDerivative)):
        options = options_of(function)
        simple = options.verb in ("grad", "elementwise_grad") and options.inner is None
        if not simple or options.has_aux:
            return derive("jvp", function, wrt, False, allow_unused), function
        along = Options.of("jvp", wrt, False, False).wrt
        assert isinstance(along, tuple)
        options = options._replace(verb="jvp of grad", along=along)
        inner = function.primal
        return derivative_of(inner, options), inner
    return derive("jvp", function, wrt, False, allow_unused), function


def options_of(derivative: Any) -> Options:
    """What was asked of a derivative."""
    found = derivative.__func__ if isinstance(derivative, BoundDerivative) else derivative
    options: Options = found._specialisations.options
    return options


def derivative_function(derivative: Any) -> Callable[..., Any]:
    """What a derivative calls, without the object that it is bound to."""
    found = derivative.__func__ if isinstance(derivative, BoundDerivative) else derivative
    return found  # type: ignore[no-any-return]


class Arguments:
    """The arguments of a function, one for each parameter.

    Attributes:
        values: the arguments in the order of the parameters.
        names: of the parameters.
        directions: the parts of them that have tangents.
    """

    def __init__(self, arguments: dict[str, Any], derivative: Any) -> None:
        self.values = tuple(arguments.values())
        self.names = tuple(arguments)
        self._arguments = arguments
        self._derivative = derivative
        specialisations = derivative_function(derivative)._specialisations  # type: ignore[attr-defined]
        self.directions: tuple[Part, ...] = specialisations.along or specialisations.wrt

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
        derivative: Any,
    ) -> Arguments:
        """The arguments of a call."""
        owner = getattr(function, "__self__", None)
        signature = derivative_function(derivative)._specialisations.of_function  # type: ignore[attr-defined]
        bound = signature.bind(*(() if owner is None else (owner,)), *args, **kwargs)
        bound.apply_defaults()
        return cls(dict(bound.arguments), derivative)

    def at(self, part: Part) -> Any:
        """An argument, or the part of one."""
        return part.of(self._arguments[part.name])


def zeros_like(primal: Any) -> Any:
    """A direction that leads nowhere; None for what has no direction."""
    import numpy as np

    if not holds_floats(primal):
        return None
    return trees.map_leaves(
        lambda leaf: np.zeros_like(leaf)[()] if holds_floats(leaf) else leaf, primal
    )


def holds_floats(value: Any) -> bool:
    """Whether a value is a float or complex number or an array of such, or holds one."""
    import numpy as np

    return any(
        isinstance(leaf, (float, complex))
        or (isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "fc")
        or (not isinstance(leaf, (int, str, type(None))) and hasattr(leaf, "__dict__"))
        for _, leaf in trees.leaves(value)
    )


def tangent_of(name: str, primal: Any, tangent: Any) -> Any:
    """A tangent in the types of its argument.

    Raises:
        UsageError: it has another structure or shape.
    """
    import numpy as np

    try:
        if isinstance(primal, (np.ndarray, float, complex)):
            return _leaf(name, primal, tangent)
        return trees.map_leaves(lambda *pair: _leaf(name, *pair), primal, tangent)
    except ValueError as error:
        raise UsageError(
            f"the tangent of `{name}` does not fit: {error}",
            "give it the structure and shapes of the argument",
        ) from None


def _leaf(name: str, primal: Any, tangent: Any) -> Any:
    import numpy as np

    if isinstance(primal, (np.ndarray, np.generic)):
        if primal.dtype.kind not in "fc":
            return primal  # it has no direction
        if not isinstance(tangent, (np.ndarray, np.generic, int, float, complex)):
            raise ValueError(f"it is a {type(tangent).__name__}, the argument an array")
        given = np.asarray(tangent)
        if given.dtype.kind not in ("fiubc" if primal.dtype.kind == "c" else "fiub"):
            raise ValueError(f"it is of dtype {given.dtype}")
        if given.shape != primal.shape:
            raise ValueError(f"its shape is {given.shape}, that of the argument {primal.shape}")
        given = given.astype(primal.dtype, copy=False)
        return given if isinstance(primal, np.ndarray) else given[()]
    if isinstance(primal, (bool, str, type(None))) or (isinstance(primal, int) and tangent is None):
        return primal
    if isinstance(primal, (int, float, complex)):
        if not isinstance(tangent, (int, float, complex, np.ndarray, np.generic)):
            raise ValueError(f"it is a {type(tangent).__name__}, the argument a number")
        if np.ndim(tangent):
            raise ValueError(f"its shape is {np.shape(tangent)}, the argument is a number")
        if isinstance(primal, complex):
            return complex(tangent)
        if np.iscomplexobj(tangent):
            raise ValueError("it is complex, the argument real")
        return float(np.real(tangent))
    if type(tangent) is not type(primal):
        raise ValueError(f"it is a {type(tangent).__name__}, not a {type(primal).__name__}")
    return tangent


# ----- products with the Hessian -----


class HessianProduct:
    """The Hessian of a function times a vector, without the Hessian: forward over reverse.

    Attributes:
        __wrapped__: the user's function.
    """

    def __init__(self, function: Callable[..., Any], wrt: Wrt, allow_unused: bool) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._derivative = derive("hvp", function, wrt, False, allow_unused)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The product at the arguments of the function, with the vector that follows them."""
        values, tangents = self._arguments(args, kwargs)
        return derivative_function(self._derivative)(*values, *tangents)

    def _arguments(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], list[Any]]:
        if not args:
            raise UsageError("there is no vector", "give it after the arguments of the function")
        *rest, vector = args
        call = Arguments.of(self._function, rest, kwargs, self._derivative)
        many = isinstance(options_of(self._derivative).wrt, tuple)
        vectors = vector if many else (vector,)
        if len(vectors) != len(call.directions):
            raise UsageError(
                f"{len(vectors)} vectors were given for {len(call.directions)} arguments in `wrt`",
                "give a tuple of one for each",
            )
        pairs = zip(call.directions, vectors, strict=True)
        return call.values, [tangent_of(str(part), call.at(part), v) for part, v in pairs]

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The text for arguments and a vector like these; nothing is run."""
        values, tangents = self._arguments(args, kwargs)
        return str(derivative_function(self._derivative).source_for(*values, *tangents))  # type: ignore[attr-defined]


def hvp(function: Any = None, /, wrt: Wrt = 0, *, allow_unused: bool = False) -> Any:
    """The product of the Hessian of a function with a vector.

    Args:
        function: a function of one number, as for `grad`. Without it, `hvp(wrt=...)` is a
            decorator.
        wrt: as for `grad`.
        allow_unused: as for `grad`.

    Returns:
        A function of the same arguments and, after them, the vector: what has the structure of the
        argument in `wrt`, or a tuple of such if `wrt` is a tuple. It costs a few gradients.

    Raises:
        AdcompileError: as for `grad`.
    """
    if function is None:
        return functools.partial(hvp, wrt=wrt, allow_unused=allow_unused)
    return HessianProduct(function, wrt, allow_unused)


def elementwise_grad(function: Any = None, /, wrt: Wrt = 0, *, allow_unused: bool = False) -> Any:
    """The derivative of each element of a function's result by the element of its argument.

    Args:
        function: a function of arrays in which each element of the result depends on one element
            of the argument, such as `np.tanh`. Without it, it is a decorator.
        wrt: as for `grad`.
        allow_unused: as for `grad`.

    Returns:
        A function that returns the derivatives, in the shape of the argument. What it computes is
        the gradient of the sum of the result: of a function that mixes elements, it is the sum of
        each column of the Jacobian, as in autograd.

    Raises:
        AdcompileError: as for `grad`.
    """
    return derive("elementwise_grad", function, wrt, False, allow_unused)
