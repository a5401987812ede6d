"""Order: what an iteration hands to the next one is computed after the last use of what it got, so
that one name serves for both."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Assign, Block, Function, Var


def update_last(function: Function) -> None:
    """Move the updates of carried values behind the last uses of their old values, in place."""
    for statement in ir.walk(function.body):
        carried = {carry.inner for carry in ir.carries(statement)}
        for carry in ir.carries(statement):
            if isinstance(carry.next, Var):
                for block in ir.blocks(statement):
                    _sink(block, carry.inner, carry.next, carried)


def _sink(block: Block, old: Var, new: Var, carried: set[Var]) -> None:
    at = next((i for i, s in enumerate(block) if _defines(s, new)), None)
    if at is None:
        return
    last = max((i for i, s in enumerate(block) if old in _reads(s)), default=at)
    between = block[at + 1 : last + 1]
    others = (_reads(block[at]) & carried) - {old}
    if last <= at or any(new in _reads(s) for s in between):
        return
    if any(other not in _reads(block[last]) for other in others):
        return  # what this would keep alive for longer has the same trouble
    block.insert(last, block.pop(at))


def _defines(statement: ir.Statement, var: Var) -> bool:
    return isinstance(statement, Assign) and statement.targets == (var,)


def _reads(statement: ir.Statement) -> set[Var]:
    """The values that a statement reads, in its blocks too."""
    return {
        var
        for inner in ir.walk([statement])
        for expr in ir.expressions(inner)
        for var in ir.variables(expr)
    }
