"""In the backward sweep, the shorter of two spellings: `d_z.sum(axis=0)` for `np.sum(d_z, axis=0)`,
`d_z[:, None]` for `np.expand_dims(d_z, 1)`, `-a * b` for `-(a * b)`.

NumPy takes half the time for the first, and a tenth for the second. The user's own operations keep
their spelling.
"""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Block, Const, Expr, Function, Var
from adcompile.kinds import is_array, is_exact, rank

_PRODUCTS = ("operator.mul", "operator.truediv")
_WHOLE = Apply("slice", (Const(None), Const(None), Const(None)))


def respell(function: Function) -> None:
    """Respell the operations of a backward sweep, in place."""
    if (backward := _backward(function)) is not None:
        _respell_block(backward)
        function.result = respelled(function.result)


def _backward(function: Function) -> Block | None:
    """The statements of the backward sweep."""
    start = next((i for i, s in enumerate(function.body) if isinstance(s, ir.Note)), None)
    if start is None and not function.name.endswith("_backward"):
        return None
    return function.body[start or 0 :]


def index_new_axes(function: Function) -> None:
    """Write new axes of a backward sweep as indices, in place, while each operand has a rank."""
    for statement in ir.walk(_backward(function) or []):
        value = statement.value if isinstance(statement, ir.Assign) else None
        if isinstance(value, Apply) and value.op == "numpy.expand_dims":
            first = value.args[0]
            index = _new_axes(first, value.args[1:]) if isinstance(first, Var) else None
            if index is not None:
                assert isinstance(statement, ir.Assign)
                statement.value = Apply("index", (first, index))


def _respell_block(block: Block) -> None:
    for statement in ir.walk(block):
        match statement:
            case ir.Assign() | ir.Do():
                statement.value = respelled(statement.value)
        for carry in ir.carries(statement):
            carry.next = respelled(carry.next)


def respelled(expr: Expr) -> Expr:
    """An expression in its shorter spelling."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(respelled, expr.args))
    kwargs = tuple((name, respelled(value)) for name, value in expr.kwargs)
    if expr.op == "operator.neg":
        return _negated(args[0])
    if expr.op == "numpy.sum" and isinstance(args[0], Var) and _has_axes(args[0]):
        return Apply("ndarray.sum", args, kwargs)
    return Apply(expr.op, args, kwargs)


def _negated(expr: Expr) -> Apply:
    """The minus of a product stands before its first factor: no parentheses, and where that is the
    smaller one, less work."""
    if isinstance(expr, Apply) and expr.op in _PRODUCTS and _may_be_negated(_first_factor(expr)):
        return Apply(expr.op, (_negated_factor(expr.args[0]), *expr.args[1:]))
    return Apply("operator.neg", (expr,))


def _first_factor(expr: Expr) -> Expr:
    while isinstance(expr, Apply) and expr.op in _PRODUCTS:
        expr = expr.args[0]
    return expr


def _may_be_negated(expr: Expr) -> bool:
    """Whether minus that factor is certainly a number: it is not where that is unsigned."""
    if isinstance(expr, Const):
        return isinstance(expr.value, (int, float))
    if isinstance(expr, Apply) and expr.op == "index":
        return _may_be_negated(expr.args[0])
    return all(is_exact(var.kind) for var in ir.variables(expr))


def _negated_factor(expr: Expr) -> Expr:
    return Const(-expr.value) if isinstance(expr, Const) else _negated(expr)


def _has_axes(var: Var) -> bool:
    return is_array(var.kind) and bool(rank(var.kind))


def _new_axes(var: Var, axis: tuple[Expr, ...]) -> Expr | None:
    """The index that adds an axis."""
    size = rank(var.kind)
    value = axis[0].value if axis and isinstance(axis[0], Const) else None
    if (
        not is_array(var.kind)
        or size is None
        or not isinstance(value, int)
        or not -size - 1 <= value <= size
    ):
        return None
    at = value % (size + 1)
    return Apply("tuple", (*[_WHOLE] * at, Const(None), *[_WHOLE] * (size - at)))
