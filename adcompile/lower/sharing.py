"""Which values may share memory where paths meet: after a branch, and between iterations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.ir import Expr, Merge, Var
from adcompile.lower.heap import Memory, Versions, holds_memory, is_lost

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame

# What a loop carries, by the name or memory and the path into it.
Place = tuple[object, tuple[object, ...]]

Places = dict[Place, Expr]


class Shared:
    """What is known of the memory of the values that a loop carries.

    Attributes:
        lost: the memories from outside that cannot be read in the loop, nor after it.
    """

    def __init__(self) -> None:
        self.lost: dict[Memory, Expr] = {}
        self._from: dict[Place, set[Memory]] = {}
        self._last: dict[Place, set[Memory]] = {}
        self._pairs: set[tuple[Place, Place]] = set()
        self._own: dict[Place, set[Memory]] = {}

    def begin(self, frame: Frame, inits: Places) -> None:
        """Note what is carried into the first iteration."""
        if frame.heap.followed:
            self._note(frame, inits, set())

    def _note(self, frame: Frame, values: Places, inside: set[Var]) -> bool:
        """Note which values may share memory, with one another or with what is outside."""
        before = (len(self._pairs), sum(map(len, self._from.values())))
        self._last = {}
        reach: dict[Place, set[Memory]] = {}
        found: list[tuple[Place, set[Memory]]] = []
        for place, value in values.items():
            mine = memories(frame, [value])
            near = reach[place] = mine.union(*map(frame.heap.near, mine))
            outside = {m for m in near if m.initial not in inside | frame.heap.dropped}
            self._from.setdefault(place, set()).update(outside)
            self._last[place] = outside
            self._pairs |= {(other, place) for other, theirs in found if near & theirs}
            found.append((place, mine))
        self._hand_around(reach)
        return before != (len(self._pairs), sum(map(len, self._from.values())))

    def _hand_around(self, reach: dict[Place, set[Memory]]) -> None:
        """`u, v = v, u`: what v came from, u may be in the next iteration."""
        size = -1
        while size != sum(map(len, self._from.values())):
            size = sum(map(len, self._from.values()))
            for place, near in reach.items():
                for other, mine in self._own.items():
                    if near & mine:
                        self._from[place] |= self._from.get(other, set())

    def relate(self, frame: Frame, values: Places, after: bool = False) -> None:
        """Let the values at the start of an iteration share what they may, or those `after` a last
        iteration."""
        if not frame.heap.followed:
            return
        origins = self._last if after else self._from
        own = self._own = {p: memories(frame, [value]) for p, value in values.items()}
        for place, mine in own.items():
            apart = {
                memory
                for other, theirs in own.items()
                if other != place and not {(place, other), (other, place)} & self._pairs
                for memory in theirs
            }
            for memory in mine:
                if memory.initial is values[place]:  # a new one
                    frame.heap.relate(memory, origins.get(place, set()), apart)
        for one, other in self._pairs:
            for memory in own.get(one, ()):
                frame.heap.relate(memory, own.get(other, ()))

    def extend(self, frame: Frame, outer: Versions, inside: set[Var], nexts: Places) -> bool:
        """Note what an iteration leaves; whether that is new."""
        if not frame.heap.followed:
            return False
        new = {
            key: value
            for key, value in frame.heap.versions.items()
            if is_lost(value)
            if key.initial not in inside and key not in self.lost
            if not is_lost(outer.get(key, key.first))
        }
        self.lost |= new
        return self._note(frame, nexts, inside) or bool(new)


def join(frame: Frame, out: Expr, sources: Iterable[Expr], apart: Collection[Memory] = ()) -> None:
    """A value that is one of several is in the memory of one of them; it is none of those that are
    `apart`."""
    if frame.heap.followed and isinstance(out, Var) and holds_memory(out):
        frame.heap.relate(frame.heap.origin(out).memory, memories(frame, sources), apart)


def apart(frame: Frame, merges: Sequence[Merge]) -> set[Memory]:
    """The memories that a branch has merged and that are others than that of the last, because they
    are others on each of the two paths."""
    heap = frame.heap
    if not heap.followed or not holds_memory(merges[-1].out):
        return set()
    last = merges[-1]
    near = []
    for side in (last.then, last.orelse):
        mine = memories(frame, [side])
        near.append(mine.union(*map(heap.near, mine)))
    return {
        heap.origin(merge.out).memory
        for merge in merges[:-1]
        if holds_memory(merge.out)
        if not (near[0] & memories(frame, [merge.then]))
        if not (near[1] & memories(frame, [merge.orelse]))
    }


def memories(frame: Frame, exprs: Iterable[Expr]) -> set[Memory]:
    """The memories that expressions may share."""
    return {
        frame.heap.origin(var).memory
        for expr in exprs
        for var in ir.variables(expr)
        if holds_memory(var)
    }
