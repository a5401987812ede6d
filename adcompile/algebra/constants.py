"""Numbers: ones, zeros, factors that can be multiplied while compiling."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from adcompile.algebra.terms import ADD, DIV, MUL, NEG, is_floating, number_of, parts_of
from adcompile.ir import Apply, Const, Expr

if TYPE_CHECKING:
    from adcompile.builder import Builder


def fold(build: Builder, expr: Apply) -> Expr | None:
    """An operation of numbers is its result."""
    numbers = [number_of(arg) for arg in expr.args]
    if any(number is None for number in numbers):
        return None
    function = getattr(operator, expr.op.removeprefix("operator."))
    try:
        return Const(function(*numbers))
    except ArithmeticError:
        return None


def unit(build: Builder, expr: Apply) -> Expr | None:
    """1 * x, x * 1, x / 1 are x; -1 * x is -x."""
    a, b = expr.args
    if expr.op == MUL and number_of(b) is not None and number_of(a) is None:
        return build.apply(MUL, b, a)
    number, other = (a, b) if expr.op == MUL else (b, a)
    if not is_floating(build, other):
        return None
    if number_of(number) == 1:
        return other
    return build.apply(NEG, other) if number_of(number) == -1 else None


def zero_term(build: Builder, expr: Apply) -> Expr | None:
    """x + 0, x - 0 and 0 + x are x; a float 0 only beside a floating x."""
    a, b = expr.args
    if number_of(b) == 0 and (isinstance(number_of(b), int) or is_floating(build, a)):
        return a
    if expr.op == ADD and number_of(a) == 0 and is_floating(build, b):
        return b
    return None


def doubled(build: Builder, expr: Apply) -> Expr | None:
    """x + x is 2 * x, and a * b + a * b is 2 * a * b."""
    a, b = expr.args
    return _twice(build, a) if a == b and is_floating(build, a) else None


def _twice(build: Builder, expr: Expr) -> Expr:
    """Two times an expression: of a product, two times its first factor, which is as exact."""
    product = parts_of(build, expr, MUL)
    if product is not None and is_floating(build, product[0]):
        return build.apply(MUL, _twice(build, product[0]), product[1])
    return build.apply(MUL, Const(2), expr)


def scaled_twice(build: Builder, expr: Apply) -> Expr | None:
    """2 * (3 * x) is 6 * x, and 2 * (3 / x) is 6 / x."""
    a, b = expr.args
    outer = number_of(a)
    for op in (MUL, DIV):
        scaled = parts_of(build, b, op)
        inner = number_of(scaled[0]) if scaled is not None else None
        if outer is not None and scaled is not None and inner is not None:
            return build.apply(op, Const(outer * inner), scaled[1])
    return None


def reciprocal(build: Builder, expr: Apply) -> Expr | None:
    """a * (1 / b) and (1 / b) * a are a / b."""
    for i in (0, 1):
        quotient = parts_of(build, expr.args[i], DIV)
        if quotient is not None and number_of(quotient[0]) == 1:
            other = expr.args[1 - i]
            if is_floating(build, other):
                return build.apply(DIV, other, quotient[1])
    return None


def integer_factor(build: Builder, expr: Apply) -> Expr | None:
    """(1.0 * n) * x is n * x, and (1.0 * n) / x is n / x: the result is floating anyway."""
    for i in (0, 1) if expr.op == MUL else (0,):
        product = parts_of(build, expr.args[i], MUL)
        other = expr.args[1 - i]
        if product is None or number_of(product[0]) != 1:
            continue
        if is_floating(build, other) or expr.op == DIV:
            operands = list(expr.args)
            operands[i] = product[1]
            return build.apply(expr.op, *operands)
    return None


def power_of_one(build: Builder, expr: Apply) -> Expr | None:
    """x ** 1 is x."""
    exponent = number_of(expr.args[1])
    return expr.args[0] if exponent == 1 and is_floating(build, expr.args[0]) else None
