"""Minus signs: they move outwards until they meet another or become a subtraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.algebra.terms import ADD, DIV, MUL, NEG, SUB, number_of, parts_of
from adcompile.ir import Apply, Const, Expr

if TYPE_CHECKING:
    from adcompile.builder import Builder


def sign_of_product(build: Builder, expr: Apply) -> Expr | None:
    """(-a) * b, a * (-b), (-a) / b and a / (-b) are -(a * b), -(a / b)."""
    for i in (0, 1):
        negated = parts_of(build, expr.args[i], NEG)
        if negated is not None:
            operands = list(expr.args)
            operands[i] = negated[0]
            return build.apply(NEG, build.apply(expr.op, *operands))
    return None


def sign_of_sum(build: Builder, expr: Apply) -> Expr | None:
    """a + (-b) is a - b, (-a) + b is b - a, a - (-b) is a + b."""
    a, b = expr.args
    negated = parts_of(build, b, NEG)
    if negated is not None:
        return build.apply(SUB if expr.op == ADD else ADD, a, negated[0])
    negated = parts_of(build, a, NEG)
    if negated is not None and expr.op == ADD:
        return build.apply(SUB, b, negated[0])
    return None


def negative_term(build: Builder, expr: Apply) -> Expr | None:
    """a + (-2 * b) is a - 2 * b, a - (-2 * b) is a + 2 * b."""
    a, b = expr.args
    positive = _without_sign(build, b)
    return None if positive is None else build.apply(SUB if expr.op == ADD else ADD, a, positive)


def _without_sign(build: Builder, expr: Expr) -> Expr | None:
    """The product or quotient `expr` without the minus of its first factor, None if it has none."""
    for op in (MUL, DIV):
        parts = parts_of(build, expr, op)
        if parts is None:
            continue
        factor = number_of(parts[0])
        first = _without_sign(build, parts[0]) if factor is None else None
        if factor is not None and factor < 0 and op == MUL:
            first = Const(-factor)
        return None if first is None else build.apply(op, first, parts[1])
    return None


def double_negation(build: Builder, expr: Apply) -> Expr | None:
    """-(-a) is a, -(2 * a) is -2 * a, -(a - b) is b - a."""
    negated = parts_of(build, expr.args[0], NEG)
    if negated is not None:
        return negated[0]
    product = parts_of(build, expr.args[0], MUL)
    number = number_of(product[0]) if product is not None else None
    if product is not None and number is not None:
        return build.apply(MUL, Const(-number), product[1])
    difference = parts_of(build, expr.args[0], SUB)
    return build.apply(SUB, difference[1], difference[0]) if difference is not None else None
