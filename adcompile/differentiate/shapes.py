"""Adjoints have the shape of what they are the adjoint of."""

from __future__ import annotations

from adcompile.builder import Builder
from adcompile.differentiate.displays import display
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import (
    Dims,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    carries_derivative,
    children,
    dims,
    is_array,
    may_be_one,
)


def zero(build: Builder, value: Expr) -> Expr:
    """A zero adjoint of a value, of its shape and dtype."""
    kind = build.kind(value)
    if isinstance(kind, Scalar) or dims(kind) == ():
        return Const(0.0)
    if isinstance(kind, (Items, Many, Mapping, Record)):
        return build.apply("runtime.zeros", value)
    return build.apply("numpy.zeros_like", value)


def zero_if_there(build: Builder, value: Expr) -> Expr:
    """As `zero`, of a value that may be None: a container of known structure has its parts then."""
    kind = build.kind(value)
    if not children(kind):
        return zero(build, value)
    absent = _absent(kind)
    if isinstance(kind, Items):
        absent = Apply("list", tuple(map(_absent, kind.items)))
    return build.apply("runtime.zeros", value, absent=absent)


def _absent(kind: Kind) -> Expr:
    """A container whose parts stand for those that are not there, and are not read; they may be
    copied."""
    if children(kind):
        return display(kind, [_absent(part) for _, part in children(kind)])
    if is_array(kind):
        return Apply("numpy.zeros", (Apply("tuple"),))
    return Const(0.0 if carries_derivative(kind) else None)


def unbroadcast(build: Builder, g: Expr, result: Expr, operand: Expr) -> Expr:
    """Sum the adjoint of an elementwise result over the axes along which `operand` was broadcast.

    Args:
        build: where the operations go.
        g: the contribution, of the shape of the result.
        result: the result of the operation.
        operand: one of its operands.
    """
    if operand is result:
        return g
    target = dims(build.kind(operand))
    source = dims(build.kind(g))
    if source is None:
        source = dims(build.kind(result))
    if target == ():
        return g if source == () else build.apply("numpy.sum", g)
    if target is None or source is None:
        return build.apply("runtime.unbroadcast", g, operand)
    lead = len(source) - len(target)
    if lead < 0:
        return build.apply("numpy.broadcast_to", g, build.apply("numpy.shape", operand))
    kept = _summed_axes(source[lead:], target)
    if kept is None:
        return build.apply("runtime.unbroadcast", g, operand)
    if lead:
        g = build.apply("numpy.sum", g, axis=_axes(range(lead)))
    if kept:
        g = build.apply("numpy.sum", g, axis=_axes(kept), keepdims=Const(True))
    return _stretched(build, g, operand, target)


def _summed_axes(source: Dims, target: Dims) -> list[int] | None:
    """The axes to sum over, None where they are known only at run time."""
    axes = []
    for axis, (s, t) in enumerate(zip(source, target, strict=True)):
        if s == t:
            continue
        if t == 1:
            axes.append(axis)
        elif may_be_one(t):
            return None
    return axes


def _stretched(build: Builder, g: Expr, operand: Expr, target: Dims) -> Expr:
    """A contribution that is smaller than the operand (it came from numbers) is broadcast."""
    source = dims(build.kind(g))
    if source is None or source == target:
        return g
    if any(s == 1 and t != 1 for s, t in zip(source, target, strict=True)):
        return build.apply("numpy.broadcast_to", g, build.apply("numpy.shape", operand))
    return g


def _axes(axes: range | list[int]) -> Expr:
    numbers = tuple(Const(axis) for axis in axes)
    return numbers[0] if len(numbers) == 1 else Apply("tuple", numbers)
