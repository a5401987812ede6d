"""Matrices of derivatives: `jacobian`, `hessian`, `hessian_diag`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from adcompile import trees
from adcompile.api import derivative_of
from adcompile.directional import Arguments, derivative_function, holds_floats
from adcompile.errors import RefusedError, UsageError
from adcompile.options import Options, Wrt
from adcompile.pullbacks import unread

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

    def units(self, first: int, last: int) -> tuple[Any, ...]:
        """Those of `unit` from one number to another, on a leading axis."""
        units = []
        for i, leaf in enumerate(self.leaves):
            start, stop = self._ends[i], self._ends[i + 1]
            block = np.zeros((last - first, stop - start), getattr(leaf, "dtype", float))
            rows = np.arange(max(first, start), min(last, stop))
            block[rows - first, rows - start] = 1
            units.append(block.reshape(last - first, *self.shapes[i]))
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

    def joined(self, values: Sequence[Any], count: int = 1) -> Array:
        """The floats in values of the same structure, one after the other; in rows, if there is a
        leading axis of so many."""
        found = [
            np.reshape(derivative, (count, -1))
            for mine, theirs in zip(self.values, values, strict=True)
            for leaf, derivative in zip(_leaves((mine,)), _leaves((theirs,)), strict=True)
            if _is_float(leaf)
        ]
        return np.concatenate(found, axis=1) if found else np.zeros((count, 0))


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


class Sweep:
    """Runs a derivative in many directions: several at once where the text can be written so, one
    by one otherwise.

    Args:
        verb: the derivative.
        function: the user's function.
        wrt: what it is by.
        allow_unused: as for `grad`.
    """

    def __init__(
        self, verb: str, function: Callable[..., Any], wrt: Wrt, allow_unused: bool
    ) -> None:
        options = Options.of(verb, wrt, False, allow_unused).running(None, False, False)
        self.one = derivative_of(function, options)
        self._several = derivative_of(function, options._replace(vector=True))
        self._is_refused = False

    def rows(
        self, run: Callable[[Any, tuple[Any, ...]], Any], inside: Numbers, outside: Numbers
    ) -> Array:
        """The derivatives of `outside` along each element of `inside`, in rows.

        Args:
            run: calls a derivative with directions.
            inside: what the directions are of.
            outside: what comes out.
        """
        if not self._is_refused:
            try:
                return self._by_several(run, inside, outside)
            except RefusedError:
                self._is_refused = True
        found = [outside.joined(run(self.one, inside.unit(i))) for i in range(inside.size)]
        return np.concatenate(found) if found else np.zeros((0, outside.size))

    def _by_several(
        self, run: Callable[[Any, tuple[Any, ...]], Any], inside: Numbers, outside: Numbers
    ) -> Array:
        step = max(16, _AT_ONCE // max(inside.size, outside.size, 1))
        found = [np.zeros((0, outside.size))]
        for first in range(0, inside.size, step):
            last = min(first + step, inside.size)
            directions = inside.units(first, last)
            found.append(outside.joined(run(self._several, directions), last - first))
        return np.concatenate(found[1:] or found)


# So many numbers are in an array of directions, or of derivatives.
_AT_ONCE = 2_000_000


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
        self._forward = Sweep("jvp", function, wrt, allow_unused)
        self._reverse = Sweep("vjp", function, wrt, allow_unused)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments."""
        call = Arguments.of(self._function, args, kwargs, self._forward.one)
        parts = [call.at(part) for part in call.directions]
        _require_arrays(parts)
        inside = Numbers(parts)
        if self._mode == "forward":
            return self._by_columns(call, inside)
        ready = {self._reverse.one: derivative_function(self._reverse.one)(*call.values)}
        outside = Numbers((ready[self._reverse.one][0],))
        if self._mode == "auto" and outside.size > inside.size:
            return self._by_columns(call, inside)

        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            if derivative not in ready:
                ready[derivative] = derivative_function(derivative)(*call.values)
            _, saved, backward = ready[derivative]
            result = backward(unread(saved), *directions)
            return result if self._many else (result,)

        matrix = self._reverse.rows(run, outside, inside)
        return self._structured(matrix, inside, outside)

    def _by_columns(self, call: Arguments, inside: Numbers) -> Any:
        value, _ = derivative_function(self._forward.one)(*call.values, *inside.unit(0))

        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            return (derivative_function(derivative)(*call.values, *directions)[1],)

        outside = Numbers((value,))
        matrix = self._forward.rows(run, inside, outside).T
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
        self._sweep = Sweep("hvp", function, wrt, False)
        self._diagonal = diagonal

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian, or its diagonal, at these arguments."""
        call = Arguments.of(self._function, args, kwargs, self._sweep.one)
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
        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            product = derivative_function(derivative)(*call.values, *directions)
            return product if self._many else (product,)

        return self._sweep.rows(run, inside, inside)


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
