"""A write that is undone before anything has read what it wrote need not happen at all."""

from __future__ import annotations

from collections import Counter

from adcompile import ir
from adcompile.ir import Apply, Assign, Expr, Function, Var
from adcompile.places import nested
from adcompile.simplify.uses import count_uses


def skip_undone(function: Function) -> bool:
    """Let what an undone write restores be what was there before it, in place; whether there was
    one."""
    uses = count_uses(function)
    definitions = {
        statement.targets[0]: statement.value
        for statement in ir.walk(function.body)
        if isinstance(statement, Assign) and isinstance(statement.value, Apply)
    }
    env: dict[Var, Expr] = {}
    for statement in ir.walk(function.body):
        ir.replace_read(statement, env)
        before = _before(statement, definitions, uses)
        if before is not None:
            assert isinstance(statement, Assign)
            restored = statement.targets[0]
            env[restored] = before
            uses[before] += uses.pop(restored, 0)
            _forget(statement, definitions, uses)
            statement.value = before
    if env:
        for statement in ir.walk(function.body):
            ir.replace_handed_over(statement, env)
        function.result = ir.substitute(function.result, env)
    return bool(env)


def _before(
    statement: ir.Statement, definitions: dict[Var, Apply], uses: Counter[Var]
) -> Var | None:
    """The array before the write that a statement undoes, if only this reads what it wrote."""
    value = statement.value if isinstance(statement, Assign) else None
    if not isinstance(value, Apply) or value.op != "scatter.store":
        return None
    array, place, saved = value.args
    write = definitions.get(array) if isinstance(array, Var) else None
    if write is None or not write.op.startswith("scatter.") or write.args[1] != place:
        return None
    base = write.args[0]
    assert isinstance(array, Var)
    if not isinstance(base, Var) or not isinstance(saved, Var) or uses[array] != 1:
        return None
    return base if definitions.get(saved) == nested(base, place) else None


def _forget(statement: Assign, definitions: dict[Var, Apply], uses: Counter[Var]) -> None:
    """Count the reads of a statement that goes no more, nor those of what only it has read."""
    stack: list[Expr] = [statement.value]
    while stack:
        for var in ir.variables(stack.pop()):
            uses[var] -= 1
            if uses[var] == 0 and var in definitions:
                stack.append(definitions[var])
