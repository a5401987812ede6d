"""Matrices of derivatives: `jacobian`, `hessian`, `hessian_diag`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from adcompile import trees
from adcompile.api import derivative_of
from adcompile.directional import Arguments, derivative_function, holds_floats
from adcompile.errors import RefusedError, UsageError
from adcompile.options import Options, Wrt
from adcompile.pullbacks import pulled_back, unread

if TYPE_CHECKING:
    from adcompile.colouring import Colouring

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
        if any(map(is_complex, _leaves(self.values))):
            raise UsageError(
                "a matrix of derivatives is one of real numbers, and here are complex ones",
                "take real and imaginary parts, or `jvp` and `vjp`",
            )
        self.leaves = [leaf for leaf in _leaves(self.values) if is_float(leaf)]
        self.shapes = [np.shape(leaf) for leaf in self.leaves]
        self._ends = np.cumsum([0, *(int(np.size(leaf)) for leaf in self.leaves)])
        self.size = int(self._ends[-1])

    def unit(self, number: int) -> tuple[Any, ...]:
        """The values with one element of theirs one, and all others zero."""
        return self.single(self.identity(number, number + 1)[0])

    def identity(self, first: int, last: int) -> Array:
        """The directions along each of the elements from one number to another, in rows."""
        return np.eye(last - first, self.size, first)

    def single(self, row: Array) -> tuple[Any, ...]:
        """The values with the numbers of a row in the places of the floats."""
        pairs = zip(self.leaves, self.split(row), strict=True)
        return self.filled(
            [
                part.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else _number(leaf, part)
                for leaf, part in pairs
            ]
        )

    def several(self, rows: Array) -> tuple[Any, ...]:
        """The values with the numbers of rows in the places of the floats, on a leading axis."""
        pairs = zip(self.leaves, self.split(rows), strict=True)
        return self.filled([part.astype(getattr(leaf, "dtype", float)) for leaf, part in pairs])

    def filled(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The values with other floats in them; what is no float stays."""
        rest = iter(leaves)
        return tuple(
            trees.map_leaves(lambda leaf: next(rest) if is_float(leaf) else leaf, value)
            for value in self.values
        )

    def derivatives(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """The structure of the values, with derivatives in the places of the floats."""
        rest = iter(leaves)
        return tuple(
            trees.map_leaves(lambda leaf: next(rest) if is_float(leaf) else None, value)
            for value in self.values
        )

    def split(self, rows: Array) -> list[Array]:
        """The last axis of an array, which runs over all elements, leaf by leaf in their shapes."""
        lead = rows.shape[:-1]
        pairs = zip(self._ends[:-1], self._ends[1:], self.shapes, strict=True)
        return [rows[..., a:b].reshape(lead + shape) for a, b, shape in pairs]

    def sets(self, values: Sequence[Any]) -> list[frozenset[int]]:
        """The sets in values of the same structure, one for each element."""
        found: list[frozenset[int]] = []
        for mine, theirs in zip(self.values, values, strict=True):
            for leaf, sets in zip(_leaves((mine,)), _leaves((theirs,)), strict=True):
                if is_float(leaf):
                    found.extend(np.ravel(np.asarray(sets, object)))
        return found

    def joined(self, values: Sequence[Any], count: int = 1) -> Array:
        """The floats in values of the same structure, one after the other; in rows, if there is a
        leading axis of so many."""
        found = [
            np.reshape(derivative, (count, -1))
            for mine, theirs in zip(self.values, values, strict=True)
            for leaf, derivative in zip(_leaves((mine,)), _leaves((theirs,)), strict=True)
            if is_float(leaf)
        ]
        return np.concatenate(found, axis=1) if found else np.zeros((count, 0))


def _leaves(values: Any) -> list[Any]:
    return [leaf for _, leaf in trees.leaves(values)]


def is_float(leaf: Any) -> bool:
    """Whether a leaf is differentiated."""
    return isinstance(leaf, float) or (
        isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind == "f"
    )


def is_complex(leaf: Any) -> bool:
    """Whether a leaf is a complex number or an array of such."""
    numeric = isinstance(leaf, (complex, np.ndarray, np.generic))
    return numeric and np.asarray(leaf).dtype.kind == "c"


def _number(leaf: Any, unit: Array) -> Any:
    return float(unit) if type(leaf) is float else type(leaf)(unit)


def _require_arrays(values: Sequence[Any]) -> None:
    """
    Raises:
        UsageError: a value is an object, whose parts cannot be counted.
    """
    for leaf in _leaves(tuple(values)):
        if holds_floats(leaf) and not is_float(leaf) and not is_complex(leaf):
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
        self,
        run: Run,
        inside: Numbers,
        outside: Numbers,
        directions: Colouring | None = None,
    ) -> Array:
        """The derivatives of `outside` along directions, in rows.

        Args:
            run: calls a derivative with directions.
            inside: what the directions are of.
            outside: what comes out.
            directions: the directions of colours; without them one along each element.
        """
        made = inside.identity if directions is None else directions.directions
        count = inside.size if directions is None else directions.count
        step = 1 if self._is_refused else max(_LEAST, _AT_ONCE // max(inside.size, outside.size, 1))
        found = []
        first = 0
        while first < count:
            last = min(first + step, count)
            block = made(first, last)
            try:
                found.append(self._block(run, block, inside, outside))
            except RefusedError:
                if self._is_refused:
                    raise
                self._is_refused, step = True, 1
                continue
            first = last
        return np.concatenate(found) if found else np.zeros((0, outside.size))

    def beside(self, run: Run, inside: Numbers) -> Any:
        """What a derivative returns besides derivatives: from the text that will be needed."""
        if not self._is_refused:
            try:
                # The text for one direction is another one.
                none = np.zeros((min(inside.size, 2), inside.size))
                return run(self._several, inside.several(none))
            except RefusedError:
                self._is_refused = True
        return run(self.one, inside.single(np.zeros(inside.size)))

    def _block(self, run: Run, block: Array, inside: Numbers, outside: Numbers) -> Array:
        if self._is_refused:
            return outside.joined(run(self.one, inside.single(block[0])))
        return outside.joined(run(self._several, inside.several(block)), len(block))


# Calls a derivative with directions.
Run = Callable[[Any, tuple[Any, ...]], Any]

# So many numbers are in an array of directions, or of derivatives: as fit into a cache. But so many
# directions are worth more than the cache.
_AT_ONCE = 65_536
_LEAST = 128


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


def _arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], derivative: Any
) -> tuple[Arguments, Numbers]:
    """
    Raises:
        UsageError: what is differentiated holds an object.
    """
    call = Arguments.of(function, args, kwargs, derivative)
    parts = [call.at(part) for part in call.directions]
    _require_arrays(parts)
    return call, Numbers(parts)


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
        call, inside = self.arguments(args, kwargs)
        if self._mode != "forward":
            ready = self._pulled_back(call)
            outside = Numbers((ready[0],))
            if self._mode == "reverse" or outside.size <= inside.size:
                matrix = self.by_rows(call, inside, outside, None, ready)
                return self._structured(matrix, inside, outside)
        outside = self.results(call, inside)
        return self._structured(self.by_columns(call, inside, outside).T, inside, outside)

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Arguments, Numbers]:
        """The arguments of a call, and what is differentiated of them."""
        return _arguments(self._function, args, kwargs, self._forward.one)

    def results(self, call: Arguments, inside: Numbers) -> Numbers:
        """What the function returns."""

        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            found: tuple[Any, ...] = derivative_function(derivative)(*call.values, *directions)
            return found[:1]

        return Numbers(self._forward.beside(run, inside))

    def by_columns(
        self,
        call: Arguments,
        inside: Numbers,
        outside: Numbers,
        colouring: Colouring | None = None,
    ) -> Array:
        """The columns of the matrix, or the sums of those of each colour, in rows."""

        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            return (derivative_function(derivative)(*call.values, *directions)[1],)

        return self._forward.rows(run, inside, outside, colouring)

    def by_rows(
        self,
        call: Arguments,
        inside: Numbers,
        outside: Numbers,
        colouring: Colouring | None = None,
        ready: Any = None,
    ) -> Array:
        """The rows of the matrix, or the sums of those of each colour."""
        pulled = {} if ready is None else {self._reverse.one: ready}

        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            if derivative not in pulled:
                pulled[derivative] = pulled_back(derivative, call.values)
            _, saved, backward = pulled[derivative]
            result = backward(unread(saved), *directions)
            return result if self._many else (result,)

        return self._reverse.rows(run, outside, inside, colouring)

    def _pulled_back(self, call: Arguments) -> Any:
        return pulled_back(self._reverse.one, call.values)

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
        call, inside = self.arguments(args, kwargs)
        matrix = self.products(call, inside)
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

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Arguments, Numbers]:
        """The arguments of a call, and what is differentiated of them."""
        return _arguments(self._function, args, kwargs, self._sweep.one)

    def products(
        self, call: Arguments, inside: Numbers, colouring: Colouring | None = None
    ) -> Array:
        """The columns of the matrix, or the sums of those of each colour, in rows."""

        def run(derivative: Any, directions: tuple[Any, ...]) -> tuple[Any, ...]:
            product = derivative_function(derivative)(*call.values, *directions)
            return product if self._many else (product,)

        return self._sweep.rows(run, inside, inside, colouring)


def jacobian(
    function: Any = None,
    /,
    wrt: Wrt = 0,
    *,
    mode: Mode = "auto",
    allow_unused: bool = False,
    sparse: bool = False,
) -> Any:
    """The Jacobian of a function.

    Args:
        function: a function of anything that holds floats, which returns anything that does.
            Without it, `jacobian(wrt=...)` is a decorator.
        wrt: as for `grad`.
        mode: `"forward"` (a sweep for each input), `"reverse"` (a sweep for each output), or
            `"auto"`: whichever are fewer.
        allow_unused: as for `grad`.
        sparse: whether to return a sparse matrix of SciPy's, for as many sweeps as there are groups
            of columns (or rows) that do not meet, see `sparse.SparseJacobian`.

    Returns:
        A function of the same arguments. For an array it returns one of the shape of the result
        followed by that of the argument; containers as `jax.jacobian` does: the structure of the
        result, in it tuples for several `wrt`, in them the structure of the argument. With `sparse`
        it returns a matrix: a row for each element of the result, a column for each of the
        argument; a tuple of them for several `wrt`.

    Raises:
        AdcompileError: as for `grad`.
    """
    if function is None:
        return functools.partial(
            jacobian, wrt=wrt, mode=mode, allow_unused=allow_unused, sparse=sparse
        )
    if sparse:
        from adcompile.sparse import SparseJacobian

        return SparseJacobian(function, wrt, mode, allow_unused)
    return Jacobian(function, wrt, mode, allow_unused)


def hessian(function: Any = None, /, wrt: Wrt = 0, *, sparse: bool = False) -> Any:
    """The Hessian of a function of one number: a product with it for each element of the argument.

    Args:
        function: as for `grad`. Without it, `hessian(wrt=...)` is a decorator.
        wrt: as for `grad`.
        sparse: whether to return a sparse matrix of SciPy's, for as many products as a star
            colouring of it has colours, see `sparse.SparseHessian`.

    Returns:
        A function of the same arguments. For an array it returns one of its shape twice; of
        containers, or several `wrt`, their structure, in it the same structure again. With `sparse`
        it returns a matrix with a row and a column for each element of the argument; tuples of
        tuples of them for several `wrt`.

    Raises:
        AdcompileError: as for `grad`.
    """
    if function is None:
        return functools.partial(hessian, wrt=wrt, sparse=sparse)
    if sparse:
        from adcompile.sparse import SparseHessian

        return SparseHessian(function, wrt)
    return Hessian(function, wrt, False)


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
