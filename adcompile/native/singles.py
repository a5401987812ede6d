"""Axes that turn out to have length one: `x[:, :1]`, of which NumPy would find out when it runs
whether there is an element.

Native code requires that there is, and knows from then on that the axis is stretched where it meets
a longer one.
"""

from __future__ import annotations

from adcompile.ir import Apply, Const, Expr, Var, kind_of
from adcompile.kinds import Array, Dim, dims, may_be_one
from adcompile.native.bounds import Bounds, axes_of
from adcompile.native.elements import Pointwise
from adcompile.native.indices import is_new, is_slice, parts_of
from adcompile.native.loops import rank_of
from adcompile.places import WHOLE


def require(bounds: Bounds, target: Var, value: Apply) -> None:
    """Require of a view that its slices of one element have it, in place."""
    base, index = value.args
    sizes, kind = dims(kind_of(base)), target.kind
    if not sizes or not isinstance(kind, Array) or not kind.dims:
        return
    parts = parts_of(index)
    if not all(is_slice(part) or is_new(part) or rank_of(part) == 0 for part in parts):
        return
    found: list[Dim] = []
    for part, axis in zip(parts, axes_of(parts, len(sizes)), strict=True):
        if part == WHOLE:
            return
        if axis is None or not is_slice(part):
            found += [1] if axis is None else []
            continue
        least = _least(part)
        size = kind.dims[len(found)]
        if least is not None and not isinstance(size, int):
            bounds.require(base, axis, sizes[axis], least)
            size = 1
        found.append(size)
    target.kind = Array(kind.dtype, (*found, *kind.dims[len(found) :]))


def _least(part: Expr) -> int | None:
    """How long an axis must be for a slice of one element; None for another slice."""
    assert isinstance(part, Apply)
    start, stop, step = (p.value if isinstance(p, Const) else p for p in part.args)
    start = 0 if start is None else start
    if step not in (None, 1) or type(start) is not int:
        return None
    if start == -1 and stop is None:
        return 1
    if type(stop) is not int or stop != start + 1 or stop == 0:
        return None
    return stop if start >= 0 else -start


def narrowed(target: Var, item: Pointwise) -> Pointwise:
    """An elementwise operation, with the axes of length one that its operands all have; the kind of
    the result is changed in place."""
    kind = target.kind
    assert isinstance(kind, Array)
    if item.op in _OTHERS or item.shape is not None:
        return item
    sizes = [dims(kind_of(operand)) or () for operand in item.operands]
    rank = len(item.axes)
    axes = tuple(
        1 if may_be_one(axis) and all(_size(size, i - rank) == 1 for size in sizes) else axis
        for i, axis in enumerate(item.axes)
    )
    target.kind = Array(kind.dtype, axes)
    return Pointwise(item.op, item.operands, axes, item.shape, item.single)


_OTHERS = ("outer", "gather", "cross", "ordinal", "roll")


def _size(sizes: tuple[Dim, ...], place: int) -> Dim:
    return sizes[place] if -place <= len(sizes) else 1


def stretched(g: Expr, x: Expr) -> tuple[int, ...]:
    """The axes of length one of an array that are longer in its adjoint."""
    given, sizes = dims(kind_of(g)) or (), dims(kind_of(x)) or ()
    if len(given) != len(sizes):
        return ()
    pairs = zip(given, sizes, strict=True)
    return tuple(axis for axis, (long, size) in enumerate(pairs) if size == 1 and long != 1)
