"""Lengths of axes: numbers, and symbols for what is known when the text runs."""

from __future__ import annotations

import math

from adcompile.records import field, record


class Origin:
    """Where a length comes from; compared by identity unless it is an axis of an argument."""

    __slots__ = ()


@record
class ArgumentAxis(Origin):
    """Axis `axis` of the argument (or the part of an argument) that `path` spells; `traced` if it
    is an axis of an argument of the function that is differentiated, and so can be asked for."""

    path: str
    axis: int
    traced: bool = field(default=True, compare=False)


@record
class Part(Origin):
    """What a slice from `start` to `stop` leaves of a length."""

    whole: Sym
    start: int
    stop: int | None


@record
class Cut(Origin):
    """What a slice with bounds that are calculated leaves of a length; `bounds` are the values."""

    whole: Dim
    bounds: tuple[object, ...]


class LengthNeededError(Exception):
    """An operation means different things for different lengths of an axis of an argument.

    Attributes:
        axis: the axis; the kinds of the arguments are to be found again with its length.
    """

    def __init__(self, axis: ArgumentAxis) -> None:
        self.axis = axis


def exact_length(dim: Dim) -> int | None:
    """A length as a number, None where it cannot be found out.

    Raises:
        LengthNeededError: it can be found out from an argument.
    """
    if isinstance(dim, int):
        return dim
    axis = argument_axis(dim.origin)
    if axis is not None:
        raise LengthNeededError(axis)
    return None


def argument_axis(origin: object) -> ArgumentAxis | None:
    """The axis of an argument that a length comes from, if it can be asked for."""
    while isinstance(origin, Part):
        origin = origin.whole.origin
    return origin if isinstance(origin, ArgumentAxis) and origin.traced else None


@record
class Sym:
    """The length `origin + offset`; `one` says that it may turn out to be one."""

    origin: object
    offset: int = 0
    one: bool = True


Dim = int | Sym
Dims = tuple[Dim, ...]


def fresh() -> Sym:
    """A length of which nothing is known."""
    return Sym(Origin())


def shifted(dim: Dim, by: int) -> Dim:
    """The length `dim + by` of a slice that leaves elements out (never below zero)."""
    if isinstance(dim, int):
        return max(dim + by, 0)
    return dim if by == 0 else Sym(dim.origin, dim.offset + by)


def may_be_one(dim: Dim) -> bool:
    return dim == 1 if isinstance(dim, int) else dim.one


def exact_size(lengths: Dims | None) -> int | None:
    """The product of lengths, None where one of them is not known."""
    known = [length for length in lengths or () if isinstance(length, int)]
    return math.prod(known) if lengths is not None and len(known) == len(lengths) else None


def broadcast(*shapes: Dims | None) -> Dims | None:
    """The lengths of the result of an elementwise operation (NumPy manual, "Broadcasting")."""
    if shapes and shapes.count(shapes[0]) == len(shapes):  # as they mostly are
        return shapes[0]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return None
    length = max(map(len, known), default=0)
    padded = [(1,) * (length - len(shape)) + shape for shape in known]
    return tuple(_broadcast_dim(column) for column in zip(*padded, strict=True))


def _broadcast_dim(column: tuple[Dim, ...]) -> Dim:
    longer = [dim for dim in column if not may_be_one(dim)]
    if longer:
        return next((dim for dim in longer if isinstance(dim, int)), longer[0])
    rest = {dim for dim in column if dim != 1}
    if len(rest) > 1:
        return fresh()
    return rest.pop() if rest else 1
