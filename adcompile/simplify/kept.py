"""What a forward function returns and keeps for its backward function as well is one array: where
the caller writes to it, the caller gets a copy."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Expr, Function, Ref, Var
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
        if isinstance(statement, Assign) and any(map(groups.of, statement.targets)):
            block[i + 1 : i + 1] = _copies(statement, groups)


def _copies(statement: Assign, groups: Groups) -> list[Assign]:
    """The copies of those results of a call that are written to and kept as well; the call gets
    other targets for them."""
    targets = list(statement.targets)
    copies: list[Assign] = []
    for position in _shared(statement.value):
        result = targets[position]
        if isinstance(result.kind, Array) and groups.of(result):
            returned = targets[position] = Var(result.hint, result.kind, named=result.named)
            copy = Apply("ndarray.copy", (returned,))
            copies.append(Assign((result,), copy, statement.span))
    statement.targets = tuple(targets)
    return copies


def _shared(call: Expr) -> list[int]:
    """The results of a call of a forward function that may be in memory of what it keeps."""
    callee = call.args[0] if isinstance(call, Apply) and call.op == "call" else None
    target = callee.target if isinstance(callee, Ref) else None
    if not isinstance(target, tuple) or target[1] != "forward":
        return []
    forward = target[0].sides()["forward"]
    roots = Roots(forward, forward.body)
    kept = target[0].handed.values()
    saved = set().union(*(roots.of(forward.result.args[i]) for i in kept))
    results = enumerate(forward.result.args)
    return [i for i, result in results if i not in kept and roots.of(result) & saved]
