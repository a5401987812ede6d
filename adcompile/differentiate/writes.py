"""Writes into arrays in the backward sweep: their adjoints, and how they are undone.

The adjoint of `a[i] = e` takes what is at `[i]` of the adjoint of a, and leaves zero there. What
the backward sweep reads of an array must be what the forward sweep read, so each write is undone at
its place in the backward sweep, by what the forward sweep saved of the place: Griewank & Walther,
Evaluating Derivatives (2008), section 4.3. Undoing that nothing reads is dead code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir, places
from adcompile.differentiate import lists
from adcompile.differentiate.shapes import unbroadcast
from adcompile.ir import Apply, Assign, Block, Carry, Expr, For, If, Merge, Var, While
from adcompile.kinds import children, dims

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse


def backward(reverse: Reverse, target: Var, value: Apply, g: Expr) -> None:
    """The adjoint of a write."""
    base, place, written = value.args
    build = reverse.build
    if value.op in lists.RESIZING:
        lists.backward(reverse, value, g)
        return
    stores = value.op == "scatter.store"
    if build.varied(written):
        part = _part(reverse, g, place, written)
        if stores and places.is_repeating(build, place):
            around, index = places.split(place)
            view = places.at(build, g, around)
            part = build.apply("runtime.last_written", part, view, index)
        if value.op == "scatter.sub":
            part = build.apply("operator.neg", part)
        if not children(build.kind(written)):
            part = unbroadcast(build, part, part, written)
        reverse.adjoints.accumulate(written, part)
    if build.varied(base):
        assert isinstance(base, Var)
        if stores and place == places.WHOLE:
            return  # nothing is left of what was there
        if stores:
            g = reverse.adjoints.full(g, base)
            g = build.apply("scatter.store", g, place, lists.cleared(reverse, base, written))
        reverse.adjoints.accumulate(base, g)


def _part(reverse: Reverse, g: Expr, place: Expr, written: Expr) -> Expr:
    """What is at a place of an adjoint; if it is everywhere the same, as much as was written."""
    build = reverse.build
    definition = build.definition(g)
    if definition is not None and definition.op == "numpy.broadcast_to":
        everywhere = definition.args[0]
        shape = dims(build.kind(places.nested(g, place)))
        if shape is not None and shape == dims(build.kind(written)):
            size = build.apply("numpy.shape", written)
            return everywhere if not shape else build.apply("numpy.broadcast_to", everywhere, size)
    return places.at(build, g, place)


# ----- undoing -----


def versions(body: Block) -> set[Var]:
    """The values that are an array before or after a write."""
    found: set[Var] = set()
    flows: list[list[Expr]] = []
    for statement in ir.walk(body):
        if isinstance(statement, Assign) and is_write(statement.value):
            assert isinstance(statement.value, Apply)
            found |= {statement.targets[0], ir.first_variable(statement.value)}
        if isinstance(statement, If):
            flows += [[merge.out, merge.then, merge.orelse] for merge in statement.merges]
        flows += [[c.inner, c.init, c.next, c.out] for c in ir.carries(statement)]
    size = -1
    while size != len(found):
        size = len(found)
        for flow in flows:
            if any(isinstance(value, Var) and value in found for value in flow):
                found.update(value for value in flow if isinstance(value, Var))
    return found


def is_write(value: Expr) -> bool:
    """Whether an operation is a write."""
    return isinstance(value, Apply) and value.op.startswith("scatter.")


def undo(reverse: Reverse, block: Block, statement: Assign) -> None:
    """Undo a write: the array is as it was before."""
    assert isinstance(statement.value, Apply)
    base, place, _ = statement.value.args
    assert isinstance(base, Var)
    if statement.value.op in lists.RESIZING:
        reverse.restored[base] = lists.undone(reverse, block, statement)
        return
    if place == places.WHOLE:
        return  # all of the array is saved where it is needed
    read = places.nested(base, place)
    saved = reverse.computed(read)
    if saved is None:
        assert isinstance(read, Apply)
        saved = reverse.insert(block, statement, base.hint, read)
    array = reverse.restored.get(statement.targets[0], statement.targets[0])
    before = reverse.build.apply("scatter.store", array, place, saved)
    assert isinstance(before, Var)
    before.hint, before.named, before.kind = base.hint, True, base.kind
    reverse.restored[base] = before


# ----- undoing in branches and loops -----


def enter_side(reverse: Reverse, statement: If, side: str) -> None:
    """At the end of a side, the arrays are what they are after the branch. An array may have two
    values there, that of its name and that of its memory: one that is restored counts."""
    for merge in sorted(statement.merges, key=lambda merge: merge.out in reverse.restored):
        value = getattr(merge, side)
        if merge.out in reverse.versions and isinstance(value, Var):
            reverse.restored[value] = reverse.restored.get(merge.out, merge.out)


def leave_sides(
    statement: If, before: dict[Var, Expr], sides: list[dict[Var, Expr]]
) -> list[Merge]:
    """Before a branch, the arrays are what either side has left, if both have restored them;
    `before` is updated."""
    inside = ir.defined_in([*statement.then, *statement.orelse])
    merges = []
    for var in dict.fromkeys(var for side in sides for var in side):
        values = [side.get(var, before.get(var, var)) for side in sides]
        if values[0] == values[1]:
            before[var] = values[0]
        elif var not in inside and var not in values:
            out = Var(var.hint, var.kind, named=True)
            merges.append(Merge(out, values[0], values[1]))
            before[var] = out
    return merges


class Contents:
    """The arrays that a loop run backwards carries, because its iterations can be undone."""

    def __init__(self, reverse: Reverse, loop: For | While) -> None:
        # What is computed again need not be undone.
        self.carries = _undone(loop, reverse.versions) if loop.snapshots is None else []
        self._before = reverse.restored
        self._inner: list[Var] = []
        self._out: list[Var] = []

    def enter(self, reverse: Reverse) -> None:
        """At the start of an iteration run backwards, arrays are what it left behind."""
        reverse.restored = dict(self._before)
        self._inner = [Var(c.inner.hint, c.inner.kind, named=True) for c in self.carries]
        for carry, inner in zip(self.carries, self._inner, strict=True):
            assert isinstance(carry.next, Var)
            reverse.restored[carry.next] = inner

    def carried(self, reverse: Reverse) -> list[Carry]:
        """How arrays go from iteration to iteration."""
        self._out = [Var(c.inner.hint, c.inner.kind, named=True) for c in self.carries]
        return [
            Carry(inner, self._before.get(c.out, c.out), reverse.restored[c.inner], out)
            for c, inner, out in zip(self.carries, self._inner, self._out, strict=True)
        ]

    def leave(self, reverse: Reverse) -> None:
        """Before the loop, arrays are what its first iteration began with."""
        reverse.restored = self._before
        for carry, out in zip(self.carries, self._out, strict=True):
            if isinstance(carry.init, Var):
                self._before[carry.init] = out


def _undone(loop: For | While, written: set[Var]) -> list[Carry]:
    """The arrays that a loop carries and of which every iteration can be undone."""
    first: dict[Var, Var] = {}
    _find_first(loop.body, first)
    return _closed([carry for carry in loop.carries if carry.inner in written], first)


def _closed(carries: list[Carry], first: dict[Var, Var]) -> list[Carry]:
    """Those of some arrays that a loop carries of which undoing an iteration gives all back."""
    carried = {carry.inner: carry for carry in carries}
    ends = {
        inner: first.get(carry.next, carry.next)
        for inner, carry in carried.items()
        if isinstance(carry.next, Var)
    }
    while True:
        reached = set(ends.values())
        kept = {a: b for a, b in ends.items() if a in reached and b in ends}
        if len(kept) == len(ends):
            return [carried[inner] for inner in ends]
        ends = kept


def _find_first(block: Block, first: dict[Var, Var]) -> None:
    """For each version of an array, the first one that it was written from, in this block or
    around it; none where its writes cannot be undone."""
    for statement in block:
        for inner in ir.blocks(statement):
            _find_first(inner, first)
        match statement:
            case Assign(targets=(target,), value=Apply() as value) if is_write(value):
                if value.args[1] != places.WHOLE:
                    base = ir.first_variable(value)
                    first[target] = first.get(base, base)
            case If():
                for merge in statement.merges:
                    sides = {
                        first.get(side, side)
                        for side in (merge.then, merge.orelse)
                        if isinstance(side, Var)
                    }
                    if len(sides) == 1:
                        first[merge.out] = sides.pop()
            case For(snapshots=None) | While(snapshots=None):
                for carry in _closed(statement.carries, first):
                    if isinstance(carry.init, Var) and carry.next != carry.inner:
                        first[carry.out] = first.get(carry.init, carry.init)
