"""What changes in a loop becomes a value that is carried from one iteration to the next.

The body is lowered until what the loop carries, see `loop_slots`, and the kinds of that, see
`loop_kinds`, no longer change.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from adcompile import ir
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Block, Carry, Const, Expr, Var
from adcompile.kinds import Array, Kind, Scalar, Unbound, after_loop
from adcompile.lower import (
    closures,
    containers,
    exits,
    loop_kinds,
    loop_slots,
    objects,
    reads,
    scopes,
    sharing,
    views,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Memory, Versions, identity, is_lost
from adcompile.lower.loop_kinds import NotSettledError
from adcompile.lower.loop_slots import Displays, Slot
from adcompile.lower.sharing import Place
from adcompile.records import record

_ATTEMPTS = 12


def rebound(frame: Frame, nodes: Sequence[ast.AST]) -> list[str]:
    """The names that may mean something else after a loop over these statements. `a += b` changes
    the array `a`, and not what the name means."""
    names, updated = scopes.rebound(nodes)
    changed = {name for name in updated if writes.is_array(frame, frame.env.get(name, UNDEFINED))}
    return [name for name in names if name not in changed] + closures.written(frame)


def settle(
    frame: Frame,
    node: ast.AST,
    names: Sequence[str],
    index: Var,
    body: Callable[[Frame, Var], None],
    bounds: Sequence[Expr] = (),
) -> tuple[Var, list[Carry], Block]:
    """Lower a loop body until the kinds of what it carries no longer change; the index has these
    `bounds`, if any."""
    loop = _Loop.entered(frame, node, names)
    frame.depth += 1
    for _ in range(_ATTEMPTS):
        attempt = loop.attempt(index, body)
        if attempt is not None:
            break
    else:
        raise not_settled(frame, node)
    inners, nexts, block = attempt
    frame.depth -= 1
    outs = [slot.value(after_loop(slot.kind)) for slot in loop.slots]
    loop.enter(outs, after=_runs(bounds))
    carried = [
        Carry(inner, slot.init, next, out)
        for slot, inner, next, out in zip(loop.slots, inners, nexts, outs, strict=True)
    ]
    return index, carried, block


def _runs(bounds: Sequence[Expr]) -> bool:
    """Whether a loop certainly runs once at least."""
    numbers = [bound.value for bound in bounds if isinstance(bound, Const)]
    return bool(bounds) and len(numbers) == len(bounds) and len(range(*numbers)) > 0


@record(frozen=False)
class _Loop:
    """What is known so far of what a loop carries.

    Attributes:
        outer: the names before the loop.
        versions: what memories hold before the loop.
        noted: how much had been noted of memories that may be the same.
        kept: names of containers, which the loop has not been found to give another one.
        slots: what is carried.
        displays: what the names and memories are before the loop whose leaves the slots are.
        moved: the places inside these at which the loop puts something else; at all others there is
            always the same number, or the same array or container, which is memory of its own.
        shared: which of what is carried may share memory.
    """

    frame: Frame
    node: ast.AST
    outer: dict[str, Expr]
    versions: Versions
    noted: int
    kept: list[str]
    slots: list[Slot]
    displays: Displays
    moved: set[Place]
    shared: sharing.Shared

    @classmethod
    def entered(cls, frame: Frame, node: ast.AST, names: Sequence[str]) -> _Loop:
        """A loop that may give these names other values."""
        outer, versions = frame.env, frame.heap.versions
        names = list(dict.fromkeys(names))
        # `L += [v]` changes the list L, and L is still its name.
        kept = [name for name in names if identity(outer.get(name, UNDEFINED)) is not None]
        # What cannot be read before the loop cannot be read in it, before it has another value.
        displays: Displays = {
            name: before
            for name in names
            if name not in kept
            if not is_lost(before := reads.at_end(frame, node, outer.get(name, UNDEFINED)))
        }
        noted = frame.heap.noted
        loop = cls(frame, node, outer, versions, noted, kept, [], {}, set(), sharing.Shared())
        loop._carry(displays)
        return loop

    def attempt(
        self, index: Var, body: Callable[[Frame, Var], None]
    ) -> tuple[list[Var], list[Expr], Block] | None:
        """What is carried into an iteration, what it hands on, and the body; None where something
        else is carried than was known before."""
        frame = self.frame
        frame.heap.forget(self.noted)
        inners = [slot.value(slot.kind) for slot in self.slots]
        made = len(frame.heap.identities)
        self.enter(inners)
        frame.left = exits.PASSED
        nexts: list[Expr] = []
        after: Displays = {}
        with frame.build.inner() as block:
            body(frame, index)
            change = self.lost() or self.rebound() or self.grown() or self.extended()
            if change is None:
                after = loop_slots.displays_after(frame, self.node, self.displays, self.moved)
                change = self.replaced(after)
            if change is None:
                nexts = [
                    loop_slots.next_of(frame, self.node, slot, after[slot.name])
                    for slot in self.slots
                ]
        if change is not None:
            frame.heap.dropped |= ir.defined_in(block)
            frame.env, frame.heap.versions = self.outer, self.versions
            change()
            return None
        inside = {*ir.defined_in(block), *inners, *frame.heap.identities[made:]}
        slots = self.slots
        if self.is_settled(nexts, after, inside):
            return inners, nexts, block
        if self.slots is slots and self.is_settled_unread(inners, nexts, block):
            both = zip(slots, inners, strict=True)
            inners = [slot.value(slot.kind) if slot.differs(v) else v for slot, v in both]
            return inners, nexts, block
        frame.heap.dropped |= inside
        return None

    def enter(self, values: Sequence[Var], after: bool = False) -> None:
        """Let what the loop carries stand for these values, see `sharing.Shared.relate`."""
        frame = self.frame
        frame.env, frame.heap.versions = dict(self.outer), {**self.versions, **self.shared.lost}
        leaves: dict[Place, Var] = {
            (slot.name, slot.path): value for slot, value in zip(self.slots, values, strict=True)
        }
        now = {
            name: loop_slots.assembled(frame, display, name, leaves, self.moved)
            for name, display in self.displays.items()
        }
        for name, value in now.items():
            if isinstance(name, str):
                frame.env[name] = value
                containers.name(frame, value, name)
                continue
            frame.heap.versions[name] = value
            if isinstance(value, Var):
                views.note_whole(frame, name, value)
        self.shared.relate(
            frame, loop_slots.may_share_by_place(self.slots, values, now, self.moved), after
        )

    def _carry(self, inits: Displays) -> None:
        """Carry these, too, or all of these again."""
        frame, node = self.frame, self.node
        frame.heap.forget(self.noted)
        more = [
            s
            for k, init in inits.items()
            for s in loop_slots.slots_of(frame, node, k, init, self.moved)
        ]
        before = [slot for slot in self.slots if slot.name not in inits]
        self.slots, self.displays = before + more, self.displays | inits
        # What a memory holds is that memory, whatever else may be.
        others = [slot for slot in before if slot.path or isinstance(slot.name, str)] + more
        displays = {slot.name: self.displays[slot.name] for slot in others}
        values = [slot.init for slot in others]
        self.shared.begin(
            frame, loop_slots.may_share_by_place(others, values, displays | inits, self.moved)
        )

    # What an iteration has been found to change: what is to be done before the next attempt.

    def lost(self) -> Callable[[], None] | None:
        """Memories of which it is not known any more what they hold, as something that is carried
        may be the same."""
        holds = self.frame.heap.holds
        keys = [key for key in self.displays if isinstance(key, Memory)]
        found = {key: holds(key) for key in keys if is_lost(holds(key))}

        def change() -> None:
            self.shared.lost |= found
            self.slots = [slot for slot in self.slots if slot.name not in found]
            self.displays = {k: init for k, init in self.displays.items() if k not in found}

        return change if found else None

    def rebound(self) -> Callable[[], None] | None:
        """Names that are given other containers."""
        frame = self.frame
        names = [
            name
            for name in self.kept
            if not containers.is_one(frame, self.outer[name], frame.env.get(name, UNDEFINED))
        ]

        def change() -> None:
            self.kept = [name for name in self.kept if name not in names]
            self._carry({n: reads.at_end(frame, self.node, self.outer[n]) for n in names})

        return change if names else None

    def grown(self) -> Callable[[], None] | None:
        """Lists that an iteration leaves with another length than it found."""
        frame = self.frame
        kinds: dict[Memory, Kind] = {}
        varied: dict[Memory, bool] = {}
        for key, display in self.displays.items():
            if isinstance(key, Memory) and isinstance(display, Apply) and display.op == "list":
                now = frame.heap.holds(key)
                same = isinstance(now, Apply) and len(now.args) == len(display.args)
                if not is_lost(now) and not same:
                    kinds[key] = containers.many(frame.kind(display), frame.kind(now))
                    varied[key] = frame.build.varied(display) or frame.build.varied(now)

        def change() -> None:
            self.slots = [slot for slot in self.slots if slot.name not in kinds]
            for key, kind in kinds.items():
                init, hint = self.displays[key], key.initial.hint
                self.displays[key] = Var(None, kind)  # no display any more
                self.slots.append(Slot(key, (), init, kind, varied[key], hint=hint))

        return change if kinds else None

    def extended(self) -> Callable[[], None] | None:
        """Objects that are given attributes which they did not have before the loop."""
        more: Displays = {}
        for key, display in self.displays.items():
            now = self.frame.heap.holds(key) if isinstance(key, Memory) else UNDEFINED
            if objects.is_display(display) and objects.is_display(now):
                known = dict(display.kwargs)
                unset = tuple((name, UNDEFINED) for name, _ in now.kwargs if name not in known)
                if unset:
                    more[key] = Apply("record", display.args, display.kwargs + unset)
        return partial(self._carry, more) if more else None

    def replaced(self, after: Displays) -> Callable[[], None] | None:
        """Places inside containers at which an iteration puts something else."""
        frame, node = self.frame, self.node
        found = [
            (name, path)
            for name, display in self.displays.items()
            for path, part in loop_slots.fixed_parts(name, display, self.moved)
            if not loop_slots.is_same(
                frame, part, loop_slots.inside_of(frame, node, after[name], path)
            )
        ]

        def change() -> None:
            self.moved.update(found)
            self._carry({n: reads.at_end(frame, node, self.displays[n]) for n, _ in found})

        return change if found else None

    def is_settled(self, nexts: list[Expr], after: Displays, inside: set[Var]) -> bool:
        """Whether an iteration leaves nothing else than what is carried, of no other kinds."""
        frame, node = self.frame, self.node
        try:
            loop_kinds.check_fields(frame, node, self.slots, nexts)
            changed = loop_kinds.widen(frame, self.slots, nexts)
        except NotSettledError:
            raise not_settled(frame, node) from None
        now = loop_slots.may_share_by_place(self.slots, nexts, after, self.moved)
        changed |= self.shared.extend(frame, self.versions, inside, now)
        inits = loop_slots.newly_written(
            frame, node, self.versions, inside, self.displays, self.shared
        )
        if inits:
            self._carry(inits)
        return not changed and not inits

    def is_settled_unread(self, inners: list[Var], nexts: list[Expr], block: Block) -> bool:
        """Whether nothing but variables without a value before the loop turned out to be of other
        kinds, and no iteration reads what the one before has left of them: the body is the same
        whatever that is. Where memory is followed, it might be some that the body writes to."""
        heap = self.frame.heap
        differ = {v: slot for v, slot in zip(inners, self.slots, strict=True) if slot.differs(v)}
        if heap.followed or not all(
            isinstance(inner.kind, Unbound) and isinstance(slot.kind, (Array, Scalar))
            for inner, slot in differ.items()
        ):
            return False
        handed = [var for next in nexts for var in ir.variables(next)]
        return differ.keys().isdisjoint({*heap.asked, *ir.reads(block), *handed})


def not_settled(frame: Frame, node: ast.AST) -> RefusedError:
    return frame.refuse(node, "the types of the variables in this loop do not settle")
