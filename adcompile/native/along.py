"""Operations along the last axis of an array, which `rows` has; `texts` has those along others."""

from __future__ import annotations

from adcompile.builder import Builder
from adcompile.ir import Apply, Const, kind_of
from adcompile.kinds import Array
from adcompile.native import loops
from adcompile.rules import aliases

# The parameters that are passed on, of which the first is the array.
_PASSED = {
    "numpy.sort": ("a",),
    "numpy.argsort": ("a",),
    "numpy.cumsum": ("a",),
    "numpy.cumprod": ("a",),
    "runtime.cumprod_adjoint": ("h", "a"),
    "runtime.cumprod_tangent": ("h", "a"),
    "runtime.products_of_others": ("a",),
    "runtime.products_of_others_along": ("a", "v"),
    "runtime.resized": ("t", "n"),
    "runtime.mirrored": ("t", "n"),
    "numpy.fft.fft": ("a",),
    "numpy.fft.ifft": ("a",),
}
# Of vectors numba's own are as fast; and what they give counts as several dtypes.
_OF_VECTORS = {"numpy.cumsum"}
# A stable order is one of those that an unstable one may give.
_LEFT_OPEN = frozenset({"axis", "kind", "stable", "order"})


def of_axis(build: Builder, value: Apply) -> Apply | None:
    """An operation along the last axis; None for others, and for those of other axes."""
    name = aliases.canonical(value.op)
    passed = _PASSED.get(name)
    kind = kind_of(value.args[0]) if passed is not None else None
    if passed is None or not isinstance(kind, Array) or not kind.dims or kind.dtype is None:
        return None
    rank, call = loops.rank_of(value.args[0]), build.bind(value)
    if call.given - {*passed, *_LEFT_OPEN} or not call.is_static("axis"):
        return None
    axis = call.static("axis")
    if axis not in (-1, rank - 1) and (axis is not None or rank > 1):
        return None
    if name in _OF_VECTORS and rank == 1:
        return Apply(name, (value.args[0],))
    if kind.dtype.kind == "b" or (
        kind.dtype.kind == "c" and name in ("numpy.sort", "numpy.argsort")
    ):
        return None
    space = "transforms" if name.startswith("numpy.fft.") else "rows"
    return Apply(f"{space}.{name.rpartition('.')[2]}", tuple(call.args[param] for param in passed))


def diagonal(build: Builder, value: Apply) -> Apply | None:
    """The adjoint of a diagonal of matrices along the last axes; None for other operations."""
    if value.op != "runtime.from_diagonal":
        return None
    call = build.bind(value)
    shape = call.args["shape"]
    rank = loops.rank_of(call.args["g"]) + 1
    axes = [call.static(name) % rank for name in ("axis1", "axis2")]
    if axes != [rank - 2, rank - 1] or not rank > 1:
        return None
    n, m = (build.apply("index", shape, Const(axis)) for axis in axes)
    return Apply("rows.from_diagonal", (call.args["g"], n, m, call.args["offset"]))
