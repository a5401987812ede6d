"""Order: what an iteration hands to the next one is computed after the last use of what it got, so
that one name serves for both."""

from __future__ import annotations

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.ir import Apply, Assign, Block, Expr, Function, Var


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
    after = [set(ir.reads([statement])) for statement in block[at:]]
    last = max((i for i, reads in enumerate(after) if old in reads), default=0)
    others = (after[0] & carried) - {old}
    if last == 0 or any(new in reads for reads in after[1 : last + 1]):
        return
    if not others <= after[last]:
        return  # what this would keep alive for longer has the same trouble
    block.insert(at + last, block.pop(at))


def _defines(statement: ir.Statement, var: Var) -> bool:
    """Whether a statement computes a value, and does nothing else that others would notice later:
    draws of random numbers stay in their order."""
    return (
        isinstance(statement, Assign) and statement.targets == (var,) and _may_wait(statement.value)
    )


def _may_wait(value: Expr) -> bool:
    if isinstance(value, Apply) and value.op.startswith("scatter."):
        return all(map(is_repeatable, value.operands()))
    return is_repeatable(value)
