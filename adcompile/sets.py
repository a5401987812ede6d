"""What generated code calls to find out what depends on what.

Beside an array stands an array of objects of its shape: for each element the frozenset of the
numbers of the inputs that it depends on. Views, gathers and writes are NumPy's own on such arrays,
and `a | b` are the inputs of what is calculated from both; here is the rest. Of an argument that is
no array of sets, only the shape is read.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile import trees
from adcompile.runtime import attributes, make

NOTHING: frozenset[int] = frozenset()


def nothing(x: Any) -> Any:
    """The sets for a value that depends on no input.

    Args:
        x: an array, a number, or a container of such.

    Returns:
        Empty sets in the structure and shape of the value.
    """
    if isinstance(x, np.ndarray):
        return _full(x.shape, NOTHING)
    if isinstance(x, (int, float, np.generic)):
        return NOTHING

    def of(leaf: Any) -> Any:
        if isinstance(leaf, (np.ndarray, np.generic, float)):
            return nothing(leaf)
        fields = {} if callable(leaf) else attributes(leaf)
        parts = {name: trees.map_leaves(of, part) for name, part in fields.items()}
        return make(type(leaf), **parts) if parts else leaf

    return trees.map_leaves(of, x)


def union(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sets of a sum, or any other result of all elements along axes.

    Args:
        x: sets.
        axis: the axis or axes, None for all.
        keepdims: whether the axes stay, with length one.
    """
    x = np.asarray(x, object)
    given = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = sorted(a % x.ndim for a in given)
    rest = [a for a in range(x.ndim) if a not in axes]
    shape = tuple(x.shape[a] for a in rest)
    rows = x.transpose(*rest, *axes).reshape(*shape, -1)
    result = np.empty(shape, object)
    for index in np.ndindex(shape):
        result[index] = NOTHING.union(*rows[index])
    return np.expand_dims(result, tuple(axes)) if keepdims else result[()]


def spread(x: Any, *others: Any) -> Any:
    """The sets of what is calculated, element by element, from a value and others.

    Args:
        x: sets of the value.
        others: arrays that depend on no input, or shapes.
    """
    shapes = [other if isinstance(other, tuple) else np.shape(other) for other in others]
    return np.broadcast_to(_array(x), np.broadcast_shapes(np.shape(x), *shapes)).copy()[()]


def everywhere(y: Any, *xs: Any) -> Any:
    """The sets of a result of which each element may depend on everything.

    Args:
        y: anything of the shape of the result.
        xs: sets of what it is calculated from.
    """
    found = NOTHING.union(*(union(leaf) for _, leaf in trees.leaves(xs) if _is_sets(leaf)))
    return trees.map_leaves(
        lambda leaf: _full(np.shape(leaf), found) if np.ndim(leaf) else found, y
    )


def summed(values: Any, start: Any = 0) -> Any:
    """The sets of `sum(values, start)`."""
    return functools.reduce(operator.or_, values, start if _is_sets(start) else NOTHING)


def blank(x: Any) -> Any:
    """Zeros of the shape of sets, to calculate the shape of a result with."""
    return trees.map_leaves(
        lambda leaf: np.zeros(np.shape(leaf))[()] if _is_sets(leaf) else leaf, x
    )


def numbered(x: Any) -> Any:
    """The elements of an array by number, from one on."""
    return np.arange(1, np.size(x) + 1).reshape(np.shape(x))


def picked(x: Any, places: Any) -> Any:
    """The sets of what takes elements of an array to places, and has zeros in others.

    Args:
        x: sets of the array.
        places: in each place the number of the element, as `numbered` has it, or zero.
    """
    known = np.empty(np.size(x) + 1, object)
    known[0], known[1:] = NOTHING, np.ravel(_array(x))
    return known[np.asarray(places, int)]


def at(x: Any, index: Any) -> Any:
    """`x[index]` of sets, or of the set of one number."""
    return _array(x)[index]


def united_at(x: Any, index: Any, y: Any) -> Any:
    """The sets after `np.add.at(x, index, y)`."""
    result = _array(x).copy()
    np.bitwise_or.at(result, index, _array(y))
    return result


def accumulated(x: Any, axis: int | None = None) -> Any:
    """The sets of `np.cumsum(x, axis)`."""
    x = np.ravel(_array(x)) if axis is None else _array(x)
    return np.bitwise_or.accumulate(x, axis=0 if axis is None else axis)


def product(a: Any, b: Any) -> Any:
    """The sets of `a @ b`.

    Args:
        a: sets, or an array that depends on no input.
        b: the same.
    """
    left = a if np.ndim(a) > 1 else np.expand_dims(a, 0)
    right = b if np.ndim(b) > 1 else np.expand_dims(b, 1)
    stacks = np.broadcast_shapes(np.shape(left)[:-2], np.shape(right)[:-2])
    result = _full((*stacks, np.shape(left)[-2], np.shape(right)[-1]), NOTHING)
    if _is_sets(a):
        result = result | union(left, axis=-1, keepdims=True)
    if _is_sets(b):
        result = result | union(right, axis=-2, keepdims=True)
    result = result if np.ndim(a) > 1 else result[..., 0, :]
    return result if np.ndim(b) > 1 else result[..., 0][()]


def contracted(subscripts: str, *operands: Any) -> Any:
    """The sets of `np.einsum(subscripts, *operands)`, where the output is written out and no
    letter occurs twice in an operand.

    Args:
        subscripts: the letters.
        operands: sets, or arrays that depend on no input.
    """
    given, out = subscripts.replace(" ", "").split("->")
    terms = given.split(",")
    lengths: dict[str, int] = {}
    for term, operand in zip(terms, operands, strict=True):
        for letter, n in zip(term, np.shape(operand), strict=True):
            lengths[letter] = max(n, lengths.get(letter, 1)) if n else 0
    result = _full(tuple(lengths[letter] for letter in out), NOTHING)
    for term, operand in zip(terms, operands, strict=True):
        if _is_sets(operand):
            summed = tuple(i for i, letter in enumerate(term) if letter not in out)
            left = [letter for letter in term if letter in out]
            part = _array(union(operand, axis=summed) if summed else operand)
            part = part.transpose([left.index(letter) for letter in out if letter in left])
            missing = tuple(i for i, letter in enumerate(out) if letter not in left)
            result = _array(result | np.expand_dims(part, missing))
    return result[()]


def unbroadcast(t: Any, x: Any) -> Any:
    """The sets of the sum of `t` over the axes along which `x` was broadcast."""
    extra = np.ndim(t) - np.ndim(x)
    t = union(t, axis=tuple(range(extra))) if extra else t
    axes = tuple(i for i, n in enumerate(np.shape(x)) if n == 1 and np.shape(t)[i] != 1)
    return union(t, axis=axes, keepdims=True) if axes else t


def either(a: Any, b: Any) -> Any:
    """The sets of the sum of two containers, part by part; None depends on nothing."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(b, (tuple, list)) and isinstance(a, np.ndarray):
        a = type(b)(a)  # the rows of an array that was made of them
    if isinstance(a, (tuple, list)):
        parts = [either(x, y) for x, y in zip(a, b, strict=True)]
        return type(a)(*parts) if hasattr(a, "_fields") else type(a)(parts)
    if isinstance(a, dict):
        return {key: either(a[key], b[key]) for key in a}
    if _is_sets(a) and _is_sets(b):
        return a | b
    fields = attributes(a)
    return make(type(a), **{k: either(v, getattr(b, k, None)) for k, v in fields.items()})


def inputs(x: Any, first: int, is_float: Callable[[Any], bool]) -> tuple[Any, int]:
    """The sets of the inputs themselves: each element depends on itself.

    Args:
        x: an array, a number, or a container of such.
        first: the number of the first element.
        is_float: whether a leaf is differentiated.

    Returns:
        The sets, and the number after the last.
    """

    def of(leaf: Any) -> Any:
        nonlocal first
        if not is_float(leaf):
            # An int may stand where a float could.
            return NOTHING if type(leaf) is int else leaf
        result = np.empty(np.size(leaf), object)
        result[:] = [frozenset((first + i,)) for i in range(result.size)]
        first += result.size
        return result.reshape(np.shape(leaf)) if np.ndim(leaf) else result[0]

    return trees.map_leaves(of, x), first


def _is_sets(x: Any) -> bool:
    return isinstance(x, frozenset) or (isinstance(x, np.ndarray) and x.dtype == object)


def _array(x: Any) -> np.ndarray[Any, Any]:
    """Sets as an array, of no axes for one set."""
    return np.asarray(x, object)


def _full(shape: tuple[int, ...], fill: frozenset[int]) -> np.ndarray[Any, Any]:
    result = np.empty(shape, object)
    result[...] = fill
    return result
