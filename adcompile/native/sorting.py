"""Elements in order: of a vector, or along the last axis of a matrix."""

from __future__ import annotations

from adcompile.builder import Builder
from adcompile.ir import Apply, kind_of
from adcompile.kinds import Array
from adcompile.native import loops
from adcompile.rules import aliases

_HELPERS = {
    "numpy.sort": "native.in_order",
    "numpy.argsort": "native.order",
    "numpy.median": "native.median",
}
# A stable order is one of those that an unstable one may give.
_LEFT_OPEN = ("kind", "stable", "order")


def of_axis(build: Builder, value: Apply) -> Apply | None:
    """An operation that puts elements in order; None for others, and for those of other axes."""
    name = aliases.canonical(value.op)
    if name not in _HELPERS:
        return None
    array = value.args[0]
    kind, rank = kind_of(array), loops.rank_of(array)
    if not isinstance(kind, Array) or rank not in ((1,) if name == "numpy.median" else (1, 2)):
        return None
    call = build.bind(value)
    if call.given - {"a", "axis", *_LEFT_OPEN} or not call.is_static("axis"):
        return None
    axis = call.static("axis")
    if axis not in (-1, rank - 1) and not (axis is None and name == "numpy.median"):
        return None
    return Apply(_HELPERS[name], (array,))
