"""Shapes, and what changes nothing but the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.algebra.terms import TRANSPOSE, number_of, parts_of
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Array, Scalar, dims

if TYPE_CHECKING:
    from adcompile.builder import Builder


def undone_transpose(build: Builder, expr: Apply) -> Expr | None:
    """x.T.T is x."""
    inner = parts_of(build, expr.args[0], TRANSPOSE)
    return inner[0] if inner is not None else None


def same_shape(build: Builder, expr: Apply) -> Expr | None:
    """reshape(x, x.shape) is x; reshape of a reshape is one reshape."""
    inner = parts_of(build, expr.args[0], "numpy.reshape")
    if inner is not None and not expr.kwargs:
        return build.apply("numpy.reshape", inner[0], expr.args[1])
    shape = dims(build.kind(expr.args[0]))
    if shape is None or shape != dims(build.kind(expr)):
        return None
    return expr.args[0]


def shape_of_number(build: Builder, expr: Apply) -> Expr | None:
    """The shape of a number is (), that of an array its attribute."""
    kind = build.kind(expr.args[0])
    if isinstance(kind, Scalar) or dims(kind) == ():
        return Apply("tuple")
    known = isinstance(kind, Array) and kind.dims is not None
    return build.apply("attribute.shape", expr.args[0]) if known else None


def size_of_number(build: Builder, expr: Apply) -> Expr | None:
    """The size of a number is 1, that of an array its attribute."""
    if expr.kwargs or len(expr.args) > 1:
        return None
    kind = build.kind(expr.args[0])
    if isinstance(kind, Scalar) or dims(kind) == ():
        return Const(1)
    known = isinstance(kind, Array) and kind.dims is not None
    return build.apply("attribute.size", expr.args[0]) if known else None


def kept_axis(build: Builder, expr: Apply) -> Expr | None:
    """sum(x, axis=1, keepdims=True)[:, 0] is sum(x, axis=1)."""
    total = build.definition(expr.args[0])
    index = expr.args[1]
    if total is None or total.op != "numpy.sum" or not isinstance(index, Apply):
        return None
    options = dict(total.kwargs)
    if options.get("keepdims") != Const(True) or "axis" not in options:
        return None
    axis = options["axis"]
    axes = axis.args if isinstance(axis, Apply) else (axis,)
    zeros = [i for i, part in enumerate(index.args) if part == Const(0)]
    if sorted(number_of(a) or 0 for a in axes) != zeros:
        return None
    return build.apply("numpy.sum", *total.args, axis=axis)


def static_length(build: Builder, expr: Apply) -> Expr | None:
    """An element of a shape that is known to be a number is that number."""
    shape = parts_of(build, expr.args[0], "attribute.shape")
    axis = number_of(expr.args[1])
    if shape is None or axis is None:
        return None
    lengths = dims(build.kind(shape[0]))
    if lengths is None or not -len(lengths) <= axis < len(lengths):
        return None
    length = lengths[int(axis)]
    return Const(length) if isinstance(length, int) else None
