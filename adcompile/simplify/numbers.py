"""Single numbers are calculated with `math` instead of NumPy, which takes a fifth of the time.

Where NumPy gives inf or nan, `math` raises an exception; the caller then runs the text as the user
wrote it. So what `math` returns, NumPy returns too.
"""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Const, Function, Var
from adcompile.kinds import Array, Kind, Scalar, dims, is_int

MATH = {
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
    found = [
        (statement, faster)
        for statement in ir.walk(function.body)
        if isinstance(statement, Assign) and (faster := _faster(statement.value)) is not None
    ]
    if not found or not _all_double(function):
        return False
    pinned = _pinned(function)
    free = [
        (statement, faster) for statement, faster in found if statement.targets[0] not in pinned
    ]
    for statement, faster in free:
        statement.value = faster
    return bool(free)


def _all_double(function: Function) -> bool:
    """Whether each array is of float64 or integers: beside float32, a Python float is weak where a
    NumPy scalar is not."""
    found = [*function.params]
    for statement in ir.walk(function.body):
        found.extend(ir.defined(statement))
    return all(
        var.kind.dtype is not None and (var.kind.dtype == "float64" or var.kind.dtype.kind in "biu")
        for var in found
        if isinstance(var.kind, Array)
    )


def _pinned(function: Function) -> set[Var]:
    """Values that must stay NumPy scalars, because a method or attribute of theirs is used."""
    feeds: dict[Var, list[Var]] = {}
    stack: list[Var] = []
    for statement in ir.walk(function.body):
        for expr in ir.expressions(statement):
            stack.extend(_methods_of(expr))
        for target, sources in _flows(statement):
            feeds.setdefault(target, []).extend(sources)
    pinned: set[Var] = set()
    while stack:
        var = stack.pop()
        if var not in pinned:
            pinned.add(var)
            stack.extend(feeds.get(var, ()))
    return pinned


def _methods_of(expr: ir.Expr) -> list[Var]:
    """The values of which an expression uses a method, an attribute or an element."""
    found: list[Var] = []
    todo = [expr]
    while todo:
        top = todo.pop()
        if isinstance(top, Apply):
            todo.extend(top.operands())
            if top.op.startswith(("ndarray.", "attribute.", "index")):
                found.extend(ir.variables(top.args[0]))
            elif top.op in ("call", "opaque", "effect"):
                found.extend(ir.variables(top))
    return found


def _flows(statement: ir.Statement) -> list[tuple[Var, list[Var]]]:
    """From which values those that a statement defines may take their type."""
    match statement:
        case Assign():
            return [(t, list(ir.variables(statement.value))) for t in statement.targets]
        case ir.If():
            return [
                (m.out, [*ir.variables(m.then), *ir.variables(m.orelse)]) for m in statement.merges
            ]
    return [
        (var, [*ir.variables(c.init), *ir.variables(c.next)])
        for c in ir.carries(statement)
        for var in (c.inner, c.out)
    ]


def _faster(value: ir.Expr) -> Apply | None:
    """The same by `math`."""
    if not isinstance(value, Apply) or value.kwargs:
        return None
    space, _, name = value.op.rpartition(".")
    if not all(_is_double(ir.kind_of(arg)) for arg in value.args):
        return None
    if space == "numpy" and name in MATH:
        return Apply(f"math.{MATH[name]}", value.args)
    if value.op == "operator.pow" and _is_of_floats(value) and not _is_integer(value.args[1]):
        return Apply("math.pow", value.args)
    return None


def _is_double(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.type in (float, int)
    return dims(kind) == () and isinstance(kind, Array) and kind.dtype == "float64"


def _is_of_floats(power: Apply) -> bool:
    """Whether a power is a float: one of integers is an integer."""
    return any(not is_int(ir.kind_of(arg)) for arg in power.args)


def _is_integer(expr: ir.Expr) -> bool:
    kind = ir.kind_of(expr)
    return isinstance(kind, Scalar) and kind.type is int and isinstance(expr, Const)
