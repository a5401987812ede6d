"""`d_a[i] = 0.0` and then `d_a[i] += g` is `d_a[i] = g`; so is what is appended to a list first."""

from __future__ import annotations

from collections import Counter

from adcompile.ir import Apply, Assign, Block, Const, Expr, Function, Var
from adcompile.kinds import Array, Scalar
from adcompile.simplify.uses import blocks_of, count_uses


def store_first(function: Function) -> None:
    """Let the first addition to a place that has been cleared be a write, in place."""
    uses = count_uses(function)
    for block in blocks_of(function.body):
        position = 0
        while position < len(block):
            chain = _chain(block, position, uses)
            if chain:
                _rewrite(block, position, chain)
            else:
                position += 1


def append_first(function: Function) -> None:
    """Let the first addition to a zero that has been appended to a list be what is appended."""
    uses = count_uses(function)
    for block in blocks_of(function.body):
        appended: dict[Var, int] = {}
        for position, statement in enumerate(block):
            if not isinstance(statement, Assign) or not isinstance(statement.value, Apply):
                continue
            match statement.value:
                case Apply("scatter.append"):
                    appended[statement.targets[0]] = position
                case Apply("scatter.merge", (Var() as longer, Const(-1), Var() as added)) if (
                    longer in appended
                    and uses[longer] == 1
                    and isinstance(added.kind, (Array, Scalar))
                ):
                    before = block[appended[longer]]
                    assert isinstance(before, Assign)
                    assert isinstance(before.value, Apply)
                    if _is_zero(before.value.args[2]):
                        base = before.value.args[0]
                        statement.value = Apply("scatter.append", (base, Const(None), added))
                        before.targets = ()
        block[:] = [s for s in block if not (isinstance(s, Assign) and not s.targets)]


def _is_zero(value: Expr) -> bool:
    return value == Const(0.0)


def _chain(block: Block, start: int, uses: Counter[Var]) -> list[int]:
    """The additions that follow the clearing of a place, up to one to the same place."""
    cleared = block[start]
    if not isinstance(cleared, Assign) or not isinstance(cleared.value, Apply):
        return []
    if cleared.value.op != "scatter.store" or cleared.value.args[2] != Const(0.0):
        return []
    place = cleared.value.args[1]
    array = cleared.targets[0]
    found = []
    for position in range(start + 1, len(block)):
        statement = block[position]
        value = statement.value if isinstance(statement, Assign) else None
        if uses[array] != 1:
            return []
        if not isinstance(value, Apply) or not value.args or value.args[0] is not array:
            continue
        if value.op != "scatter.add":
            return []
        found.append(position)
        if value.args[1] == place:
            return found
        assert isinstance(statement, Assign)
        array = statement.targets[0]
    return []


def _rewrite(block: Block, start: int, chain: list[int]) -> None:
    """Sums may be taken in any order: the one to the cleared place comes first."""
    cleared = block[start]
    steps = [block[position] for position in chain]
    first = steps[-1]
    assert isinstance(cleared, Assign) and isinstance(first, Assign)
    assert isinstance(cleared.value, Apply) and isinstance(first.value, Apply)
    stored = Assign(
        cleared.targets,
        Apply("scatter.store", (cleared.value.args[0], *first.value.args[1:])),
        first.span,
    )
    last = chain[-1]
    if len(steps) > 1:
        before_last = steps[-2]
        assert isinstance(before_last, Assign)
        before_last.targets = first.targets
    block[last : last + 1] = [stored, *steps[:-1]]
    if len(steps) == 1:
        stored.targets = first.targets
    for position in sorted([start, *chain[:-1]], reverse=True):
        del block[position]
