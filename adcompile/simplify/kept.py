"""What a forward function returns and keeps for its backward function as well is one array: where
the caller writes to it, the caller gets a copy."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Function, Ref, Var
from adcompile.kinds import Array
from adcompile.regions import Roots
from adcompile.simplify.in_place import Groups


def part_from_kept(function: Function) -> None:
    """Let the results of forward functions that are written to be copies of what these keep."""
    groups = Groups(function)
    if groups.any():
        _part(function.body, groups)


def _part(block: ir.Block, groups: Groups) -> None:
    for i, statement in reversed(list(enumerate(block))):
        for inner in ir.blocks(statement):
            _part(inner, groups)
        if isinstance(statement, Assign) and _keeps_result(statement):
            result, saved = statement.targets
            if isinstance(result.kind, Array) and groups.of(result):
                returned = Var(result.hint, result.kind, named=result.named)
                statement.targets = (returned, saved)
                copy = Assign((result,), Apply("ndarray.copy", (returned,)), statement.span)
                block.insert(i + 1, copy)


def _keeps_result(statement: Assign) -> bool:
    """Whether a statement calls a forward function that keeps what it returns, or a part of it."""
    call = statement.value
    callee = call.args[0] if isinstance(call, Apply) and call.op == "call" else None
    target = callee.target if isinstance(callee, Ref) else None
    if not isinstance(target, tuple) or len(statement.targets) != 2 or target[1] != "forward":
        return False
    forward = target[0].sides()["forward"]
    value, kept = forward.result.args
    roots = Roots(forward, forward.body)
    return bool(roots.of(value) & roots.of(kept))
