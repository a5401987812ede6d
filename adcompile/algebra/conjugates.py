"""Complex numbers: conjugates, real parts and moduli."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.algebra.terms import CONJ, MUL, NEG, parts_of
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import is_real

if TYPE_CHECKING:
    from adcompile.builder import Builder


_MODULI = ("numpy.abs", "numpy.absolute", "builtins.abs")


def of_real(build: Builder, expr: Apply) -> Expr | None:
    """conj(x) and real(x) of a real x are x, conj(conj(x)) is x."""
    inner = parts_of(build, expr.args[0], CONJ) if expr.op == CONJ else None
    if inner is not None:
        return inner[0]
    return expr.args[0] if is_real(build.kind(expr.args[0])) else None


def turned_real(build: Builder, expr: Apply) -> Expr | None:
    """real(1j * x) is -imag(x)."""
    product = parts_of(build, expr.args[0], MUL)
    if product is None or product[0] != Const(1j):
        return None
    return build.apply(NEG, build.apply("numpy.imag", product[1]))


def squared_modulus(build: Builder, expr: Apply) -> Expr | None:
    """(c * abs(z)) * conj(sign(z)) is c * conj(z)."""
    scaled, turned = (parts_of(build, expr.args[0], MUL), parts_of(build, expr.args[1], CONJ))
    sign = parts_of(build, turned[0], "numpy.sign") if turned is not None else None
    if scaled is None or sign is None:
        return None
    moduli = (parts_of(build, scaled[1], op) for op in _MODULI)
    if not any(modulus == sign for modulus in moduli):
        return None
    return build.apply(MUL, scaled[0], build.apply(CONJ, sign[0]))
