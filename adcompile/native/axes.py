"""Axes in another order. numba's own functions for it build the text of an error that they may
raise, which takes seconds to compile."""

from __future__ import annotations

from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr
from adcompile.native import loops
from adcompile.rules import aliases

_SOURCES = {
    "numpy.transpose": ("axes",),
    "numpy.swapaxes": ("axis1", "axis2"),
    "numpy.moveaxis": ("source", "destination"),
}


def turned(build: Builder, value: Apply) -> Apply | None:
    """An array whose axes are in another order; None where it is no such operation, or not known
    in which."""
    array = value.args[0]
    rank = loops.rank_of(array)
    if value.op == "attribute.mT":
        return permuted(array, (*range(rank - 2), rank - 1, rank - 2))
    names = _SOURCES.get(aliases.canonical(value.op))
    call = None if names is None else build.bind(value)
    if names is None or call is None or not all(map(call.is_static, names)):
        return None
    first, *others = (_listed(call.static(name), rank) for name in names)
    if not others:
        return permuted(array, first or tuple(range(rank))[::-1])
    if names == ("axis1", "axis2"):
        if first == others[0]:
            return permuted(array, tuple(range(rank)))
        first, others = first + others[0], [others[0] + first]
    return permuted(array, _moved(first, others[0], rank))


def permuted(array: Expr, order: tuple[int, ...]) -> Apply:
    """An array whose axis i is axis `order[i]` of another one."""
    if order == tuple(range(len(order)))[::-1]:
        return Apply("attribute.T", (array,))
    helper = "native.transposed" if len(order) in (2, 3, 4) else "numpy.transpose"
    return Apply(helper, (array, Apply("tuple", tuple(map(Const, order)))))


def to_place(rank: int, axis: int) -> tuple[int, ...]:
    """The order in which the first axis has become this one."""
    return _moved((0,), (axis,), rank)


def _moved(source: tuple[int, ...], destination: tuple[int, ...], rank: int) -> tuple[int, ...]:
    order = [axis for axis in range(rank) if axis not in source]
    for to, axis in sorted(zip(destination, source, strict=True)):
        order.insert(to, axis)
    return tuple(order)


def _listed(axes: int | tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    listed = axes if isinstance(axes, (tuple, list)) else () if axes is None else (axes,)
    return tuple(axis % rank for axis in listed)
