"""Values that not every path gives: what copies or records one of them finds None there."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import UNDEFINED, UNSET, Block, Carry, If, Merge, Var

# For what a loop carries or a branch merges, where it comes from.
Flows = dict[Var, list[tuple[Merge | Carry, str]]]


def flows(body: Block) -> Flows:
    """Where the values come from that loops carry and branches merge."""
    found: Flows = {}
    for statement in ir.walk(body):
        for merge in statement.merges if isinstance(statement, If) else ():
            found[merge.out] = [(merge, "then"), (merge, "orelse")]
        for carry in ir.carries(statement):
            found[carry.inner] = found[carry.out] = [(carry, "init"), (carry, "next")]
    return found


def let_be_none(known: Flows, var: Var) -> None:
    """Let a value be None on the paths that give it none, in place."""
    todo, seen = [var], {var}
    while todo:
        for holder, side in known.get(todo.pop(), ()):
            source = getattr(holder, side)
            if source is UNDEFINED:
                setattr(holder, side, UNSET)
            elif isinstance(source, Var) and source not in seen:
                seen.add(source)
                todo.append(source)
