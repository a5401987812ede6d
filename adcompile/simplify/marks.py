"""What only told where derivatives go is gone once they have been written: `stop_gradient(x)` is
`x`."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Block, Expr, Function, Statement, Var

MARKS = ("stop_gradient",)


def drop_marks(function: Function) -> None:
    """Put the values that were marked in the place of their marks."""
    env: dict[Var, Expr] = {}
    _drop(function.body, env)
    function.result = ir.substitute(_unmarked(function.result), env)


def _drop(block: Block, env: dict[Var, Expr]) -> None:
    kept: Block = []
    for statement in block:
        _unmark(statement)
        ir.replace_read(statement, env)
        if _is_mark(statement):
            assert isinstance(statement, Assign)
            env[statement.targets[0]] = _named_after(statement)
            continue
        kept.append(statement)
        for inner in ir.blocks(statement):
            _drop(inner, env)
        if env:
            ir.replace_handed_over(statement, env)
    block[:] = kept


def _is_mark(statement: Statement) -> bool:
    value = statement.value if isinstance(statement, Assign) else None
    return isinstance(value, Apply) and value.op in MARKS


def _named_after(statement: Assign) -> Expr:
    """The value that is marked; if it has no name, it takes that of its mark."""
    assert isinstance(statement.value, Apply)
    value, mark = statement.value.args[0], statement.targets[0]
    if isinstance(value, Var) and value.hint is None:
        value.hint, value.named = mark.hint, mark.named
    return value


def _unmark(statement: Statement) -> None:
    """Take the marks out of the expressions of a statement, where they are nested in others."""
    match statement:
        case ir.Assign() | ir.Do() if isinstance(statement.value, Apply):
            value = statement.value
            kwargs = tuple((name, _unmarked(arg)) for name, arg in value.kwargs)
            statement.value = Apply(value.op, tuple(map(_unmarked, value.args)), kwargs)
        case ir.Keep():
            statement.reads = {name: _unmarked(expr) for name, expr in statement.reads.items()}
        case ir.If() | ir.While():
            statement.test = _unmarked(statement.test)


def _unmarked(expr: Expr) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    if expr.op in MARKS:
        return _unmarked(expr.args[0])
    kwargs = tuple((name, _unmarked(arg)) for name, arg in expr.kwargs)
    return Apply(expr.op, tuple(map(_unmarked, expr.args)), kwargs)
