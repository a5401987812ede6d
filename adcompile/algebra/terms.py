"""The words that identities are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.ir import Const, Expr, Var
from adcompile.kinds import Array, Dim, Dims, Scalar, is_exact, may_be_one

if TYPE_CHECKING:
    from adcompile.builder import Builder

ADD, SUB, MUL, DIV, NEG = (f"operator.{name}" for name in ("add", "sub", "mul", "truediv", "neg"))
MATMUL = "operator.matmul"
BROADCAST = "numpy.broadcast_to"
WHERE = "numpy.where"
TRANSPOSE = "attribute.T"
CONJ = "numpy.conj"
ARITHMETIC = {ADD, SUB, MUL, DIV, NEG}


def is_floating(build: Builder, expr: Expr) -> bool:
    """Whether multiplying by a Python float leaves the dtype as it is."""
    kind = build.kind(expr)
    if isinstance(kind, Scalar):
        return kind.type in (float, complex)
    return isinstance(kind, Array) and kind.dtype is not None and kind.dtype.kind in "fc"


def number_of(expr: Expr) -> float | None:
    """The number that a literal is, None for anything else."""
    value = expr.value if isinstance(expr, Const) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def parts_of(build: Builder, expr: Expr, op: str) -> tuple[Expr, ...] | None:
    """The operands of `expr` if it is an `op`; what has a name of the user's keeps it."""
    if isinstance(expr, Var) and expr.named:
        return None
    definition = build.definition(expr)
    if definition is None or definition.op != op:
        return None
    return definition.args if op not in ARITHMETIC or is_exact(build.kind(expr)) else None


def covers(shape: Dims | None, by: Dims | None) -> bool:
    """Whether broadcasting an array of shape `by` against `shape` gives `by`, in an operation that
    succeeds."""
    if shape is None or by is None or len(by) < len(shape):
        return False
    tail = by[len(by) - len(shape) :]
    return all(_covers_axis(s, b) for s, b in zip(shape, tail, strict=True))


def _covers_axis(s: Dim, b: Dim) -> bool:
    return s in (b, 1) or not may_be_one(b)
