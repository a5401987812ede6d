"""Loops run backwards: adjoints are carried from iteration to iteration.

Which of them are, and in what kind, is known only once the body has been run backwards: it is tried
again until what was assumed holds. Most often the first guess does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.analyse import carried_adjoints, summed
from adcompile.differentiate import checkpoints, indexing, recording, writes
from adcompile.differentiate.exits import Exits
from adcompile.differentiate.scopes import Scope
from adcompile.ir import Block, Carry, Const, Expr, For, Var, While
from adcompile.kinds import Array, any_dtype

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse


def write(reverse: Reverse, around: Block, loop: For | While) -> None:
    """Write the adjoint of a loop that stands in a block of the forward sweep."""
    seeds = {carry.out: reverse.adjoints.take(carry.out) for carry in loop.carries}
    contents = writes.Contents(reverse, loop)
    if all(seed is None for seed in seeds.values()) and not contents.carries:
        return
    _Backward(reverse, loop, seeds, contents, checkpoints.replay(reverse, around, loop)).write()


class _Backward:
    """The adjoint of one loop. Of what the loop carries, by identity:

    Attributes:
        seeds: the adjoint that arrives from after the loop, None where none does.
        seeded: where one does.
        is_guess: whether what is active and constant is a guess still, which no iteration has borne
            out.
        active: what has an adjoint.
        constant: of which the adjoint is the same in each iteration.
        vague: of which the adjoint may have another dtype than the value.
        incoming: the adjoint at the end of an iteration, where it is run backwards first.
        outgoing: the adjoint at its beginning.
    """

    def __init__(
        self,
        reverse: Reverse,
        loop: For | While,
        seeds: dict[Var, Expr | None],
        contents: writes.Contents,
        replay: checkpoints.Replay | None,
    ) -> None:
        self.reverse, self.contents, self.replay = reverse, contents, replay
        self.loop = loop if replay is None else replay.loop
        self.seeds = {id(c): seeds[c.out] for c in self.loop.carries}
        self.is_guess = True
        self.seeded = {key for key, seed in self.seeds.items() if seed is not None}
        self.active = carried_adjoints(self.loop, self.seeded)
        self.constant = summed(self.loop) & self.seeded
        self.vague: set[int] = set()
        self.incoming: dict[int, Expr] = {}
        self.outgoing: dict[int, Expr] = {}

    def write(self) -> None:
        """Write it."""
        reverse, outer, span = self.reverse, self.reverse.adjoints.scope, self.reverse.build.span
        exits = None if self.loop.stop is None else Exits(self.loop)
        reverse.exits.update({} if exits is None else exits.of)
        block, scope = self._body(outer)
        reverse.adjoints.scope, reverse.build.span = outer, span
        moved = self._moved()
        carries = [*moved.values(), *self._accumulators(scope), *self.contents.carried(reverse)]
        if exits is not None:
            carries.append(exits.carry)
            exits.reset_where_read(block)
        backward = self._backward(carries, block)
        self.contents.leave(reverse)
        reverse.build.block.append(backward)
        for carry in self.loop.carries:
            if id(carry) in self.constant:
                reverse.adjoints.accumulate(carry.init, self.incoming[id(carry)])
            elif id(carry) in self.active:
                reverse.adjoints.accumulate(carry.init, moved[id(carry)].out)

    def _body(self, outer: Scope) -> tuple[Block, Scope]:
        """One iteration run backwards, and the adjoints in it."""
        own = _defined_inside(self.loop)
        if self.replay is None:
            self.reverse.loops.append(self.loop)
        else:
            self.replay.enter(self.reverse)
        holds = False
        while not holds:
            scope = self.reverse.adjoints.scope = Scope(outer, own)
            self.contents.enter(self.reverse)
            with self.reverse.build.inner() as block:
                self._enter()
                self.reverse.block(self.loop.body)
                found = {id(c) for c in self.loop.carries if scope.parts(c.inner)}
                self._leave()
            holds = self._holds(found)
        if self.replay is None:
            self.reverse.loops.pop()
        return block, scope

    def _enter(self) -> None:
        """At the start of an iteration the adjoint of what the iteration computed arrives; the
        adjoint of a sum is the same in each."""
        self.incoming = {}
        for carry in self.loop.carries:
            key = id(carry)
            if key not in self.active:
                continue
            inner = self.seeds[key] if key in self.constant else None
            if inner is None:
                kind = self.reverse.build.kind(carry.next)
                if key in self.vague or not isinstance(kind, Array):
                    kind = any_dtype(kind)
                inner = Var(f"d_{carry.inner.hint or 't'}", kind, named=True)
            self.incoming[key] = inner
            self.reverse.adjoints.accumulate(carry.next, inner)

    def _leave(self) -> None:
        """At its end, the adjoint of what the iteration began with leaves."""
        self.outgoing = {}
        for carry in self.loop.carries:
            if id(carry) in self.active:
                value = self.reverse.adjoints.take(carry.inner)
                leaving = self.reverse.zero(carry.inner) if value is None else value
                self.outgoing[id(carry)] = leaving

    def _holds(self, found: set[int]) -> bool:
        """Whether what was assumed of the adjoints is true; if not, what is known by now is assumed
        from then on.

        Args:
            found: what turned out to have an adjoint.
        """
        found |= self.seeded
        if self.is_guess:
            self.is_guess = False
            constant = all(self.outgoing[key] is self.incoming[key] for key in self.constant)
            if found != self.active or not constant:
                self.active, self.constant = self.seeded, set()
                return False
        if not found <= self.active:
            self.active = self.active | found
            return False
        moving = self.active - self.constant
        same = {k for k in moving if self.seeds[k] and self.outgoing[k] is self.incoming[k]}
        unsure = {k for k in moving - self.vague if self._changes_dtype(k)}
        self.constant |= same
        self.vague |= unsure
        return not same and not unsure

    def _changes_dtype(self, key: int) -> bool:
        """Whether an adjoint enters or leaves an iteration in another dtype than its value has."""
        adjoints = self.incoming[key], self.seeds[key], self.outgoing[key]
        kinds = [self.reverse.build.kind(e) for e in adjoints if e is not None]
        return len({k.dtype for k in kinds if isinstance(k, Array)}) > 1

    def _moved(self) -> dict[int, Carry]:
        """The adjoints that differ from iteration to iteration."""
        reverse, carries = self.reverse, {}
        for carry in self.loop.carries:
            key = id(carry)
            if key not in self.active - self.constant:
                continue
            seed, inner, leaving = self.seeds[key], self.incoming[key], self.outgoing[key]
            assert isinstance(inner, Var)
            if seed is None:
                init = reverse.zero(carry.out)
            else:
                init = reverse.adjoints.full(seed, carry.out)
            out = reverse.one_of(inner.hint, carry.inner.kind, [init, leaving], True)
            carries[key] = Carry(inner, init, leaving, out)
        return carries

    def _accumulators(self, scope: Scope) -> list[Carry]:
        """The adjoints of values from outside the loop, summed over its iterations."""
        carries, adjoints = [], self.reverse.adjoints
        for place, inner in scope.carried.items():
            before, at = adjoints.current(place), adjoints.at(*place)
            if before is None:
                init = indexing.initial(self.reverse, place)
            else:
                init = adjoints.full(before, at)
            leaving = scope.values[place]
            out = self.reverse.one_of(inner.hint, at.kind, [init, leaving], inner.named)
            carries.append(Carry(inner, init, leaving, out))
            adjoints.hints.setdefault(place, inner.hint or "d_t")
            adjoints.scope.values[place] = out
        return carries

    def _backward(self, carries: list[Carry], block: Block) -> For:
        """The loop itself; what its iterations read from the forward sweep is recorded there."""
        if self.replay is not None:
            return self.replay.backward(self.reverse, carries, block)
        backward = self._reversed(carries, block)
        recording.resolve(self.reverse, self.loop.body, block, self.loop, backward)
        return backward

    def _reversed(self, carries: list[Carry], block: Block) -> For:
        loop, span = self.loop, self.reverse.build.span
        if isinstance(loop, While):
            trips = recording.count_trips(self.reverse, loop)
            return For(Var("_", ir.kind_of(Const(0))), (trips,), carries, block, span=span)
        backward = For(loop.index, loop.bounds, carries, block, not loop.backward, span)
        if loop.stop is not None:
            trips = recording.count_trips(self.reverse, loop)
            whole = len(loop.bounds) > 1
            backward.bounds = loop.bounds if whole else (trips,)
            backward.first = trips if whole else None
        return backward


def _defined_inside(loop: For | While) -> set[Var]:
    """The values that the body of a loop defines."""
    return {carry.inner for carry in loop.carries} | ir.defined_in(loop.body)
