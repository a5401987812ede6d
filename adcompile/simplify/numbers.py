"""Single numbers are calculated with `math` instead of NumPy, which takes a fifth of the time.

Where NumPy gives inf or nan, `math` raises an exception; the caller then runs the text as the user
wrote it. So what `math` returns, NumPy returns too.
"""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Const, Function, Var
from adcompile.kinds import Array, Kind, Scalar, dims
from adcompile.rules import registry

_MATH = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2",
} | {
    name: name
    for name in (
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log", "log10", "log2",
        "log1p", "sqrt", "hypot",
    )
}  # fmt: skip


def use_math(function: Function) -> bool:
    """Rewrite NumPy functions of single numbers; whether there were any."""
    pinned = _pinned(function)
    changed = False
    for statement in ir.walk(function.body):
        if not isinstance(statement, Assign) or not isinstance(statement.value, Apply):
            continue
        value = statement.value
        if statement.targets[0] in pinned or value.kwargs:
            continue
        faster = _faster(value)
        if faster is not None:
            statement.value, changed = faster, True
    return changed


def _pinned(function: Function) -> set[Var]:
    """Values that must stay NumPy scalars, because a method or attribute of theirs is used."""
    pinned: set[Var] = set()
    for statement in ir.walk(function.body):
        for expr in ir.expressions(statement):
            if isinstance(expr, Apply) and expr.op.startswith(("ndarray.", "attribute.", "index")):
                pinned.update(ir.variables(expr.args[0]))
            elif isinstance(expr, Apply) and expr.op in ("call", "opaque"):
                pinned.update(ir.variables(expr))
    return pinned


def _faster(value: Apply) -> Apply | None:
    space, _, name = value.op.rpartition(".")
    if not all(_is_double(_kind(arg)) for arg in value.args):
        return None
    if space == "numpy" and name in _MATH:
        return Apply(f"math.{_MATH[name]}", value.args)
    if value.op == "operator.pow" and not _is_integer(value.args[1]):
        return Apply("math.pow", value.args)
    return None


def _kind(expr: ir.Expr) -> Kind:
    return ir.kind_of(expr)


def _is_double(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.type in (float, int)
    return dims(kind) == () and isinstance(kind, Array) and kind.dtype == "float64"


def _is_integer(expr: ir.Expr) -> bool:
    kind = ir.kind_of(expr)
    return isinstance(kind, Scalar) and kind.type is int and isinstance(expr, Const)


__all__ = ["registry", "use_math"]
