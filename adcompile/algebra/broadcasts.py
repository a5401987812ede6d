"""Broadcasts: the adjoint of a sum stays small as long as it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.algebra.terms import BROADCAST, MUL, NEG, TRANSPOSE, covers, parts_of
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Dims, dims, exact_size

if TYPE_CHECKING:
    from adcompile.builder import Builder


VIEWS = ("numpy.expand_dims", "numpy.squeeze", "numpy.reshape", TRANSPOSE)


def _spread(build: Builder, expr: Expr) -> tuple[Expr, ...] | None:
    """The operands of a broadcast, of which a view may have been taken if it is of a number."""
    broadcast = parts_of(build, expr, BROADCAST)
    if broadcast is not None:
        return broadcast
    for view in VIEWS:
        parts = parts_of(build, expr, view)
        inner = _spread(build, parts[0]) if parts is not None else None
        if inner is not None and dims(build.kind(inner[0])) == ():
            return inner[0], build.apply("attribute.shape", expr)
    return None


def small_operand(build: Builder, expr: Apply) -> Expr | None:
    """broadcast_to(c, shape) * x is c * x where x has the shape already."""
    a, b = expr.args
    for i, other in ((0, b), (1, a)):
        broadcast = _spread(build, expr.args[i])
        if broadcast is None:
            continue
        operands = list(expr.args)
        operands[i] = broadcast[0]
        if covers(dims(build.kind(expr.args[i])), dims(build.kind(other))):
            return build.apply(expr.op, *operands)
        if covers(dims(build.kind(other)), dims(build.kind(broadcast[0]))) or (
            dims(build.kind(other)) == ()
        ):
            return build.apply(BROADCAST, build.apply(expr.op, *operands), broadcast[1])
        second = parts_of(build, other, BROADCAST)
        if second is not None and dims(build.kind(other)) == dims(build.kind(expr.args[i])):
            small = build.apply(expr.op, *(p[0] for p in ((broadcast, second)[:: 1 - 2 * i])))
            return build.apply(BROADCAST, small, broadcast[1])
    return None


def scattered(build: Builder, expr: Apply) -> Expr | None:
    """x[i] += broadcast_to(c, shape) is x[i] += c."""
    broadcast = parts_of(build, expr.args[2], BROADCAST)
    if broadcast is None:
        return None
    return build.apply(expr.op, expr.args[0], expr.args[1], broadcast[0])


def negated_broadcast(build: Builder, expr: Apply) -> Expr | None:
    """-broadcast_to(c, shape) is broadcast_to(-c, shape)."""
    broadcast = parts_of(build, expr.args[0], BROADCAST)
    if broadcast is None:
        return None
    return build.apply(BROADCAST, build.apply(NEG, broadcast[0]), broadcast[1])


def broadcast_to_itself(build: Builder, expr: Apply) -> Expr | None:
    """broadcast_to(x, shape) is x where x has that shape; two broadcasts are one."""
    kind = build.kind(expr)
    inner = parts_of(build, expr.args[0], BROADCAST)
    if inner is not None:
        return build.apply(BROADCAST, inner[0], expr.args[1])
    shape = dims(build.kind(expr.args[0]))
    return expr.args[0] if shape is not None and shape == dims(kind) else None


def sum_of_broadcast(build: Builder, expr: Apply) -> Expr | None:
    """The sum over everything of a broadcast number is the number times the size."""
    broadcast = parts_of(build, expr.args[0], BROADCAST)
    if broadcast is None or len(expr.args) > 1 or expr.kwargs:
        return None
    if dims(build.kind(broadcast[0])) != ():
        return None
    size = size_of_shape(build, broadcast[1], dims(build.kind(expr.args[0])))
    return build.apply(MUL, broadcast[0], size)


def view_of_broadcast(build: Builder, expr: Apply) -> Expr | None:
    """reshape(broadcast_to(c, s), t) is broadcast_to(c, t) for a number c."""
    broadcast = parts_of(build, expr.args[0], BROADCAST)
    if broadcast is None or expr.kwargs or dims(build.kind(broadcast[0])) != ():
        return None
    return build.apply(BROADCAST, broadcast[0], expr.args[1])


def size_of_shape(build: Builder, shape: Expr, lengths: Dims | None) -> Expr:
    """The number of elements of an array of a shape that is given as an expression."""
    size = exact_size(lengths)
    if size is not None:
        return Const(size)
    owner = parts_of(build, shape, "attribute.shape")
    if owner is not None:
        return build.apply("attribute.size", owner[0])
    return build.apply("math.prod", shape)
