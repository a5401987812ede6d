"""Sums of products that share a factor: `x_dot * a + x_dot * b` is `x_dot * (a + b)`.

What two operands contribute to a tangent that depend on one value alike is put together as a person
would, and costs an operation less.
"""

from __future__ import annotations

from functools import partial

from adcompile.algebra.terms import ADD, DIV, MUL, NEG
from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import is_exact


def sum_of(build: Builder, a: Expr, b: Expr) -> Expr:
    """The sum of two contributions to a tangent; of tuples part by part."""
    if isinstance(a, Apply) and isinstance(b, Apply) and a.op == b.op == "tuple":
        return Apply("tuple", tuple(map(partial(_sum_of_parts, build), a.args, b.args)))
    common = _tangent_of(build, a)
    if common is not None and common == _tangent_of(build, b):
        left, right = (_without(build, expr, common) for expr in (a, b))
        if left is not None and right is not None:
            return build.apply(MUL, common, build.apply(ADD, left, right))
    return build.apply(ADD, a, b)


def _sum_of_parts(build: Builder, a: Expr, b: Expr) -> Expr:
    """None is what a part without a derivative has."""
    nothing = Const(None)
    return b if a == nothing else a if b == nothing else sum_of(build, a, b)


def _tangent_of(build: Builder, expr: Expr) -> Var | None:
    """The first factor that has a tangent's name."""
    while True:
        if isinstance(expr, Var) and expr.hint is not None and expr.hint.endswith("_dot"):
            return expr
        definition = None if _has_name(expr) else build.definition(expr)
        if definition is None or definition.op not in (MUL, DIV, NEG):
            return None
        first = definition.args[0]
        expr = definition.args[1] if isinstance(first, Const) else first


def _has_name(expr: Expr) -> bool:
    return isinstance(expr, Var) and expr.named


def _without(build: Builder, expr: Expr, factor: Var) -> Expr | None:
    """A product without one of its factors; None where what is left is no product of numbers."""
    rest = _rest(build, expr, factor)
    return rest if rest is not None and is_exact(build.kind(rest)) else None


def _rest(build: Builder, expr: Expr, factor: Var) -> Expr | None:
    if expr == factor:
        return Const(1.0)
    definition = build.definition(expr)
    assert definition is not None
    if definition.op == NEG:
        negated = _without(build, definition.args[0], factor)
        return None if negated is None else build.apply(NEG, negated)
    first, second = definition.args
    inner = second if isinstance(first, Const) else first
    rest = _without(build, inner, factor)
    if rest is None:
        return None
    if isinstance(first, Const):
        return first if rest == Const(1.0) else build.apply(definition.op, first, rest)
    if rest == Const(1.0) and definition.op == MUL:
        return second
    return build.apply(definition.op, rest, second)
