"""Values that not every path gives: what copies or records one of them finds None there."""

from __future__ import annotations

from collections.abc import Iterator

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.ir import UNDEFINED, UNSET, Apply, Block, Carry, Const, Expr, If, Merge, Var
from adcompile.records import record

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


def let_be_none(known: Flows, var: Var) -> bool:
    """Let a value be None on the paths that give it none, in place; whether there are any."""
    todo, seen, found = [var], {var}, False
    while todo:
        for holder, side in known.get(todo.pop(), ()):
            source = getattr(holder, side)
            if source is UNDEFINED:
                setattr(holder, side, UNSET)
            found = found or source in (UNDEFINED, UNSET)
            if isinstance(source, Var) and source not in seen:
                seen.add(source)
                todo.append(source)
    return found


# ----- values that a test tells to be absent -----

SIDES = ("then", "orelse")
_STEPS = 64


@record
class Merged:
    """Where a branch merges a value.

    Attributes:
        order: of the branches, by where they end.
    """

    statement: If
    merge: Merge
    order: int


Branches = dict[Var | None, Merged]


def branches(body: Block, first: int = 0) -> Branches:
    """The branches of a function, by the values that they merge; counted from `first`."""
    found: Branches = {}
    for order, statement in enumerate(_by_end(body), first):
        for merge in statement.merges:
            found[merge.out] = Merged(statement, merge, order)
    return found


def _by_end(block: Block) -> Iterator[If]:
    for statement in block:
        for inner in ir.blocks(statement):
            yield from _by_end(inner)
        if isinstance(statement, If):
            yield statement


def is_absent(known: Branches, value: Expr, test: Expr, side: str) -> bool:
    """Whether no path that leads to a side of a branch on a test gives a value: what one test gives
    is not there where the same test fails, nor what is given only where control has not left."""
    if not is_repeatable(test):
        return False
    todo: list[tuple[Expr, Expr]] = [(value, test)]
    for _ in range(_STEPS):
        if not todo:
            return True
        value, test = todo.pop()
        if value in (UNDEFINED, UNSET):
            continue
        if not isinstance(value, Var):
            return False
        at = [known[var] for var in (value, _code(test)) if var in known]
        if not at:
            return False
        last = max(at, key=lambda merged: merged.order).statement
        for way in SIDES if last.test != test else (side,):
            rest = _test_before(known, test, last, way, side)
            if rest is not None:
                todo.append((_before(known, value, last, way), rest))
    return False


def _before(known: Branches, value: Expr, branch: If, way: str) -> Expr:
    """What a value is at the end of one side of a branch."""
    merged = known.get(value) if isinstance(value, Var) else None
    return getattr(merged.merge, way) if merged and merged.statement is branch else value


def _test_before(known: Branches, test: Expr, branch: If, way: str, side: str) -> Expr | None:
    """A test of how control has left, at the end of one side of a branch; None where it is known
    there and leads to the other side."""
    code = _code(test)
    then = code and _before(known, code, branch, way)
    if then is code or then is None:
        return test
    assert isinstance(test, Apply)
    if isinstance(then, Const):
        return _NOTHING if (then == test.args[1]) is (side == "then") else None
    return Apply(test.op, (then, test.args[1])) if isinstance(then, Var) else None


def _code(test: Expr) -> Var | None:
    """What a test compares with the code of an exit."""
    match test:
        case Apply("operator.eq", (Var() as code, Const(str()))):
            return code
    return None


_NOTHING = Const(None)
