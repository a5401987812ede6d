"""Matrices of derivatives: `jacobian`, `hessian`, `hessian_diag`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from adcompile import trees
from adcompile.api import derive
from adcompile.directional import (
    Arguments,
    derivative_function,
    holds_floats,
    options_of,
)
from adcompile.errors import UsageError
from adcompile.options import Wrt
from adcompile.pullbacks import pullback_at

__all__ = ["hessian", "hessian_diag", "jacobian"]

Mode = Literal["auto", "forward", "reverse"]
Array = np.ndarray[Any, Any]


class Numbers:
    """The floats in a tuple of values: what is differentiated, or what comes out.

    Attributes:
        values: the values.
        leaves: the floats and arrays of floats in them.
        size: the number of all their elements.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = tuple(values)
        self.leaves = [leaf for leaf in _leaves(self.values) if _is_float(leaf)]
        self.shapes = [np.shape(leaf) for leaf in self.leaves]
        self._ends = np.cumsum([0, *(int(np.size(leaf)) for leaf in self.leaves)])
        self.size = int(self._ends[-1])

    def unit(self, number: int) -> tuple[Any, ...]:
        """The values with one element of theirs one, and all others zero."""
        units = []
        for i, leaf in enumerate(self.leaves):
            unit = np.zeros(self.shapes[i], getattr(leaf, "dtype", float))
            if self._ends[i] <= number < self._ends[i + 1]:
                unit.flat[number - self._ends[i]] = 1
            units.append(unit if isinstance(leaf, np.ndarray) else _number(leaf, unit))
        return self.filled(units)

    def filled(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The values with other floats in them; what is no float stays."""
        rest = iter(leaves)
        return tuple(
            trees.map_leaves(lambda leaf: next(rest) if _is_float(leaf) else leaf, value)
            for value in self.values
        )

    def derivatives(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The structure of the values, with derivatives in the places of the floats."""
        rest = iter(leaves)
        return tuple(
            trees.map_leaves(lambda leaf: next(rest) if _is_float(leaf) else None, value)
            for value in self.values
        )

    def split(self, rows: Array) -> list[Array]:
        """The last axis of an array, which runs over all elements, leaf by leaf in their shapes."""
        lead = rows.shape[:-1]
        pairs = zip(self._ends[:-1], self._ends[1:], self.shapes, strict=True)
        return [rows[..., a:b].reshape(lead + shape) for a, b, shape in pairs]

    def joined(self, values: Sequence[Any]) -> Array:
        """The floats in values of the same structure, one after the other."""
        found = [
            np.ravel(derivative)
            for mine, theirs in zip(self.values, values, strict=True)
            for leaf, derivative in zip(_leaves((mine,)), _leaves((theirs,)), strict=True)
            if _is_float(leaf)
        ]
        return np.concatenate(found) if found else np.zeros(0)


def _leaves(values: Any) -> list[Any]:
    return [leaf for _, leaf in trees.leaves(values)]


def _is_float(leaf: Any) -> bool:
    return isinstance(leaf, float) or (
        isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind == "f"
    )


def _number(leaf: Any, unit: Array) -> Any:
    return float(unit) if type(leaf) is float else type(leaf)(unit)


def _require_arrays(values: Sequence[Any]) -> None:
    """
    Raises:
        UsageError: a value is an object, whose parts cannot be counted.
    """
    for leaf in _leaves(tuple(values)):
        if holds_floats(leaf) and not _is_float(leaf):
            raise UsageError(
                f"a {type(leaf).__name__} is no array and no container",
                'differentiate by a part of it, as in wrt="self.W"',
            )


class _Matrix:
    """A function of a function's arguments that computes a matrix of derivatives."""

    def __init__(self, function: Callable[..., Any], wrt: Wrt) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._wrt = wrt
        self._many = isinstance(wrt, (tuple, list))

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The matrix at these arguments."""
        raise NotImplementedError

    def _one_or_many(self, parts: tuple[Any, ...]) -> Any:
        return parts if self._many else parts[0]


class Jacobian(_Matrix):
    """The derivatives of everything that a function returns by everything in an argument.

    Attributes:
        __wrapped__: the user's function.
    """

    def __init__(
        self, function: Callable[..., Any], wrt: Wrt, mode: Mode, allow_unused: bool
    ) -> None:
        super().__init__(function, wrt)
        if mode not in ("auto", "forward", "reverse"):
            raise UsageError(f"there is no mode {mode!r}", 'write "auto", "forward" or "reverse"')
        self._mode = mode
        self._forward = derive("jvp", function, wrt, False, allow_unused)
        self._allow_unused = allow_unused

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments."""
        call = Arguments.of(self._function, args, kwargs, self._forward)
        parts = [call.at(part) for part in call.directions]
        _require_arrays(parts)
        inside = Numbers(parts)
        if self._mode == "forward":
            return self._by_columns(call, inside)
        value, pullback = pullback_at(self._function, args, kwargs, self._wrt, self._allow_unused)
        outside = Numbers((value,))
        if self._mode == "auto" and outside.size > inside.size:
            return self._by_columns(call, inside)
        rows = [pullback.run(outside.unit(i)[0]) for i in range(outside.size)]
        matrix = np.array([inside.joined(row if self._many else (row,)) for row in rows])
        return self._structured(matrix.reshape(outside.size, inside.size), inside, outside)

    def _by_columns(self, call: Arguments, inside: Numbers) -> Any:
        run = derivative_function(self._forward)
        columns, outside = [], None
        for i in range(inside.size):
            value, tangent = run(*call.values, *inside.unit(i))
            outside = outside or Numbers((value,))
            columns.append(outside.joined((tangent,)))
        if outside is None:
            outside = Numbers((self._function(*call.values),))
        matrix = np.array(columns).reshape(inside.size, outside.size).T
        return self._structured(matrix, inside, outside)

    def _structured(self, matrix: Array, inside: Numbers, outside: Numbers) -> Any:
        """The structure of the result, each float in it replaced by the structure of the arguments
        with arrays of the shapes of both."""
        blocks = []
        for rows, shape in zip(outside.split(matrix.T), outside.shapes, strict=True):
            columns = np.moveaxis(rows, 0, -1)
            parts = [block[()] for block in inside.split(columns)]
            assert all(np.shape(p)[: len(shape)] == shape for p in parts)
            blocks.append(_Block(self._one_or_many(inside.derivatives(parts))))
        (result,) = outside.derivatives(blocks)
        return _opened(result)


class _Block:
    """A container that counts as a leaf of another one."""

    def __init__(self, content: Any) -> None:
        self.content = content


def _opened(tree: Any) -> Any:
    return trees.map_leaves(lambda leaf: leaf.content if isinstance(leaf, _Block) else leaf, tree)


class Hessian(_Matrix):
    """The second derivatives of a function that returns one number.

    Attributes:
        __wrapped__: the user's function.
    """

    def __init__(self, function: Callable[..., Any], wrt: Wrt, diagonal: bool) -> None:
        super().__init__(function, wrt)
        self._derivative = derive("hvp", function, wrt)
        self._diagonal = diagonal

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian, or its diagonal, at these arguments."""
        call = Arguments.of(self._function, args, kwargs, self._derivative)
        parts = [call.at(part) for part in call.directions]
        _require_arrays(parts)
        inside = Numbers(parts)
        matrix = self._matrix(call, inside)
        if self._diagonal:
            leaves = [leaf[()] for leaf in inside.split(np.diagonal(matrix))]
            return self._one_or_many(inside.derivatives(leaves))
        blocks = []
        for rows in inside.split(matrix):
            # The first axis runs over what the second derivative is by; it goes last.
            columns = np.moveaxis(rows, 0, -1)
            inner = [block[()] for block in inside.split(columns)]
            blocks.append(_Block(self._one_or_many(inside.derivatives(inner))))
        return _opened(self._one_or_many(inside.derivatives(blocks)))

    def _matrix(self, call: Arguments, inside: Numbers) -> Array:
        run = derivative_function(self._derivative)
        rows = []
        for i in range(inside.size):
            product = run(*call.values, *inside.unit(i))
            many = isinstance(options_of(self._derivative).wrt, tuple)
            rows.append(inside.joined(product if many else (product,)))
        return np.array(rows).reshape(inside.size, inside.size)


def jacobian(
    function: Any = None,
    /,
    wrt: Wrt = 0,
    *,
    mode: Mode = "auto",
    allow_unused: bool = False,
) -> Any:
    """The Jacobian of a function.

    Args:
        function: a function of anything that holds floats, which returns anything that does.
            Without it, `jacobian(wrt=...)` is a decorator.
        wrt: as for `grad`.
        mode: `"forward"` (a sweep for each input), `"reverse"` (a sweep for each output), or
            `"auto"`: whichever are fewer.
        allow_unused: as for `grad`.

    Returns:
        A function of the same arguments. For an array it returns one of the shape of the result
        followed by that of the argument; containers as `jax.jacobian` does: the structure of the
        result, in it tuples for several `wrt`, in them the structure of the argument.

    Raises:
        AdcompileError: as for `grad`.
    """
    if function is None:
        return functools.partial(jacobian, wrt=wrt, mode=mode, allow_unused=allow_unused)
    return Jacobian(function, wrt, mode, allow_unused)


def hessian(function: Any = None, /, wrt: Wrt = 0) -> Any:
    """The Hessian of a function of one number: a product with it for each element of the argument.

    Args:
        function: as for `grad`. Without it, `hessian(wrt=...)` is a decorator.
        wrt: as for `grad`.

    Returns:
        A function of the same arguments. For an array it returns one of its shape twice; of
        containers, or several `wrt`, their structure, in it the same structure again.

    Raises:
        AdcompileError: as for `grad`.
    """
    return (
        functools.partial(hessian, wrt=wrt) if function is None else Hessian(function, wrt, False)
    )


def hessian_diag(function: Any = None, /, wrt: Wrt = 0) -> Any:
    """The diagonal of the Hessian of a function, in the structure and shapes of its argument.

    Args:
        function: as for `grad`. Without it, it is a decorator.
        wrt: as for `grad`.

    Returns:
        A function of the same arguments.

    Raises:
        AdcompileError: as for `grad`.
    """
    if function is None:
        return functools.partial(hessian_diag, wrt=wrt)
    return Hessian(function, wrt, True)
