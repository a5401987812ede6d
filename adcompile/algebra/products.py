"""Sums and products of matrices, and factors of what is linear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.algebra.terms import MATMUL, MUL, NEG, TRANSPOSE, is_floating, parts_of
from adcompile.ir import Apply, Expr
from adcompile.kinds import dims

if TYPE_CHECKING:
    from adcompile.builder import Builder


def inner_product(build: Builder, expr: Apply) -> Expr | None:
    """The sum of the products of two vectors' elements is `a @ b`: one pass instead of two."""
    product = parts_of(build, expr.args[0], MUL)
    if product is None or len(expr.args) > 1 or expr.kwargs:
        return None
    a, b = map(build.kind, product)
    lengths = dims(a)
    if lengths is None or len(lengths) != 1 or lengths != dims(b) or lengths[0] == 1:
        return None
    if a != b or not is_floating(build, product[0]):
        return None
    return build.apply(MATMUL, *product)


def factor_outwards(build: Builder, expr: Apply) -> Expr | None:
    """f(c * x) is c * f(x) and f(-x) is -f(x), for a number c and a linear f: one pass less."""
    negated = parts_of(build, expr.args[0], NEG)
    if negated is not None and is_floating(build, negated[0]):
        return build.apply(NEG, build.operation(_with_first(expr, negated[0])))
    product = parts_of(build, expr.args[0], MUL)
    if product is None:
        return None
    for number, other in (product, product[::-1]):
        if dims(build.kind(number)) == () and dims(build.kind(other)) != ():
            if build.kind(other) != build.kind(expr.args[0]):
                continue
            return build.apply(MUL, number, build.operation(_with_first(expr, other)))
    return None


def _with_first(expr: Apply, first: Expr) -> Apply:
    return Apply(expr.op, (first, *expr.args[1:]), expr.kwargs)


def transposed_product(build: Builder, expr: Apply) -> Expr | None:
    """(a.T @ b).T is b.T @ a, and (a @ b.T).T is b @ a.T."""
    product = parts_of(build, expr.args[0], MATMUL)
    if product is None or any(len(dims(build.kind(p)) or ()) != 2 for p in product):
        return None
    if not any(parts_of(build, p, TRANSPOSE) for p in product):
        return None
    left, right = (build.apply(TRANSPOSE, p) for p in product[::-1])
    return build.apply(MATMUL, left, right)
