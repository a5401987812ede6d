"""Indices by arrays of ints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Const, Expr, Ref, Var, kind_of
from adcompile.kinds import Array, Scalar, dims, fresh
from adcompile.native import loops
from adcompile.places import WHOLE
from adcompile.records import record

ALL = Apply("slice", (Const(None),) * 3)


@record
class Gathering:
    """What an index with arrays of ints takes out of an array.

    Attributes:
        parts: the index, with a part for each axis: an array, a number, a slice; a new axis for
            `None`.
        first: the first of the axes of the result that the arrays share.
        rank: the number of these axes.
    """

    parts: tuple[Expr, ...]
    first: int
    rank: int

    def split(self, at: Sequence[Expr]) -> tuple[tuple[Expr, ...], Iterator[Expr]]:
        """The axes that the arrays share, and the others one by one."""
        end = self.first + self.rank
        return tuple(at[self.first : end]), iter((*at[: self.first], *at[end:]))


def parts_of(index: Expr) -> tuple[Expr, ...]:
    """The parts of an index."""
    return index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)


def is_new(part: Expr) -> bool:
    """Whether a part of an index makes a new axis."""
    return part == Const(None) or (isinstance(part, Ref) and part.name in ("None", "np.newaxis"))


def is_slice(part: Expr) -> bool:
    """Whether a part of an index is a slice."""
    return isinstance(part, Apply) and part.op == "slice"


def of_ints(part: Expr) -> bool:
    """Whether a part of an index is an array of ints."""
    kind = kind_of(part)
    dtype = kind.dtype if isinstance(kind, Array) and kind.dims else None
    return dtype is not None and dtype.kind in "iu"


def _is_int(part: Expr) -> bool:
    kind = kind_of(part)
    if isinstance(kind, Scalar):
        return kind.type is int
    return isinstance(kind, Array) and kind.dims == () and str(kind.dtype)[:1] in "iu"


def full(base: Expr, index: Expr) -> tuple[Expr, ...]:
    """An index with a part for each axis."""
    parts = [*parts_of(index)]
    if index == WHOLE:
        parts = []
    taken = sum(not is_new(part) and part != WHOLE for part in parts)
    rest = [ALL] * (loops.rank_of(base) - taken)
    at = parts.index(WHOLE) if WHOLE in parts else len(parts)
    parts[at : at + 1] = rest
    return tuple(parts)


def gathering(base: Expr, index: Expr) -> Gathering | None:
    """What an index takes out of an array, None where it has no arrays of ints, or others."""
    if not isinstance(kind_of(base), Array) or not loops.rank_of(base):
        return None
    parts = full(base, index)
    if not any(map(of_ints, parts)):
        return None
    if not all(of_ints(p) or _is_int(p) or is_slice(p) or is_new(p) for p in parts):
        return None
    taken = [i for i, part in enumerate(parts) if not (is_slice(part) or is_new(part))]
    together = taken[-1] - taken[0] == len(taken) - 1
    rank = max(len(dims(kind_of(part)) or ()) for part in parts)
    return Gathering(parts, taken[0] if together else 0, rank)


def sliced(build: Builder, base: Expr, index: Expr) -> tuple[Expr, Expr]:
    """An array and an index of arrays and whole axes that take what an index with slices takes."""
    parts = full(base, index)
    slices = tuple(part if is_slice(part) else ALL for part in parts)
    rest = index_of(tuple(ALL if is_slice(part) else part for part in parts))
    if all(part == ALL for part in slices):
        return base, rest
    return build.apply("index", base, index_of(slices)), rest


def index_of(parts: tuple[Expr, ...]) -> Expr:
    """An index of these parts."""
    return parts[0] if len(parts) == 1 else Apply("tuple", parts)


def with_arrays(build: Builder, value: Apply) -> Apply:
    """An operation whose index has arrays of ints where it had displays, or masks."""
    place = 2 if value.op == "runtime.last_written" else 1
    is_indexed = value.op == "index" or value.op.startswith("scatter.") or place == 2
    if not is_indexed or not isinstance(kind_of(value.args[0]), Array):
        return value
    index = value.args[place]
    if value.op.startswith("scatter.") and _fills(*value.args):
        return value
    parts = tuple(made for part in parts_of(index) for made in _as_arrays(build, part))
    if parts == parts_of(index):
        return value
    is_tuple = (isinstance(index, Apply) and index.op == "tuple") or len(parts) > 1
    made = Apply("tuple", parts) if is_tuple else parts[0]
    return Apply(value.op, (*value.args[:place], made, *value.args[place + 1 :]), value.kwargs)


def is_mask(part: Expr) -> bool:
    """Whether a part of an index is an array of bools."""
    kind = kind_of(part)
    return isinstance(kind, Array) and bool(kind.dims) and kind.dtype == np.bool_


def _fills(base: Expr, mask: Expr, g: Expr) -> bool:
    """Whether one number is written where a mask of all of an array is true."""
    return is_mask(mask) and loops.rank_of(mask) == loops.rank_of(base) and not loops.rank_of(g)


def _as_arrays(build: Builder, part: Expr) -> tuple[Expr, ...]:
    """A part of an index, as arrays if it is a display of ints or a mask."""
    if is_mask(part):
        return _places(build, part)
    if not isinstance(part, Apply) or part.op != "list" or not part.args:
        return (part,)
    kinds = [kind_of(i) for i in part.args]
    if not all(isinstance(kind, Scalar) and kind.type is int for kind in kinds):
        return (part,)
    rows = Var("rows", Array(np.dtype(np.int64), (len(part.args),)))
    build.block.append(Assign((rows,), Apply("numpy.array", (part,)), build.span))
    return (rows,)


def _places(build: Builder, mask: Expr) -> tuple[Var, ...]:
    """Where a mask is true, for each of its axes."""
    rank = loops.rank_of(mask)
    names = ("rows", "columns") if rank == 2 else ("places",) * rank
    count = fresh()
    places = tuple(Var(name, Array(np.dtype(np.int64), (count,))) for name in names)
    function = "numpy.flatnonzero" if rank == 1 else "numpy.nonzero"
    build.block.append(Assign(places, Apply(function, (mask,)), build.span))
    return places
