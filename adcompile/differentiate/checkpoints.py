"""Loops of which the forward sweep keeps some states only, from which the backward sweep computes
the others again.

Where the number of steps is known, the states are stored so that the fewest steps are computed
again: Griewank & Walther, Algorithm 799: Revolve (2000). Where it is not, they are thinned out
while the loop runs: Wang, Moin & Iaccarino (2009). The states are on one list, each with its step;
`runtime.snapshots` and `runtime.make_room` say which. Each step run backwards takes the last one,
computes from there to its own start, storing states on the way again, and then the step itself
with all that its adjoint reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.analyse import Liveness, branches, flows, let_be_none, swept
from adcompile.differentiate import recording, writes
from adcompile.differentiate.again import fresh, refuse_effects, repeated
from adcompile.errors import Span
from adcompile.ir import (
    Apply,
    Assign,
    Block,
    Carry,
    Const,
    Do,
    Expr,
    For,
    If,
    Note,
    Var,
    While,
)
from adcompile.kinds import INT, UNKNOWN, Many, after_loop
from adcompile.records import field, record

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse


@record(frozen=False, eq=False)
class Stored:
    """What the forward sweep keeps of a loop.

    Attributes:
        body: what one iteration computes, as it was lowered.
        carries: what the loop carries, without how it is left.
        left: what tells how an iteration was left: nothing, for all but the last.
        steps: how often the loop ran.
        number: how many states are stored.
        saved: the list of them.
        step: the number of the iteration.
        append: the statement that stores one.
        copies: the statements that have been computed again: they are known by their identity, so
            that no other may take it.
    """

    body: Block
    carries: list[Carry]
    left: dict[Var, Expr]
    steps: Expr
    number: Expr
    saved: Var
    step: Var
    append: Do
    copies: list[ir.Statement] = field(default_factory=list)

    def keep(self, reverse: Reverse, state: list[Carry]) -> None:
        """Let the forward sweep store a state."""
        for carry in state:
            carry.inner.unset = let_be_none(reverse.flows, carry.inner)
        self.saved.hint = f"{next((c.inner.hint for c in state), None) or 'state'}_saved"
        self.append.value = _append(self.saved, self.step, [carry.inner for carry in state])


@record(frozen=False, eq=False)
class Replay:
    """A loop whose iterations are computed again, each before it is run backwards.

    Attributes:
        stored: what the forward sweep keeps.
        loop: the iterations to be run backwards, with values of their own.
        restored: what holds the contents of arrays that the backward sweep has restored by then.
    """

    stored: Stored
    loop: For
    restored: dict[Var, Expr]
    _around: tuple[list[For | While], dict[Var, Var], dict[tuple[Var, int], Var]] = field(
        default_factory=lambda: ([], {}, {})
    )

    def enter(self, reverse: Reverse) -> None:
        """In an iteration that is computed again all values are there, as outside loops."""
        self._around = (reverse.loops, reverse.recorded, reverse.recorded_at)
        reverse.loops, reverse.recorded, reverse.recorded_at = [], {}, {}

    def backward(self, reverse: Reverse, carries: list[Carry], block: Block) -> For:
        """The loop run backwards: to the start of a step, the step, its adjoint."""
        loop, stored = self.loop, self.stored
        lists = reverse.stacks()  # on which a step records for its own loops
        reverse.loops, reverse.recorded, reverse.recorded_at = self._around
        handed = Apply("tuple", tuple(carry.next for carry in carries))
        live = Liveness(ir.Function("", [], [*lists, *loop.body, *block], handed))
        body = swept([*lists, *loop.body], live)
        recording.rename(body, self.restored)
        state = _state(stored, [c.inner in live.live for c in loop.carries])
        kept = [stored.carries[i] for i in state]
        stored.keep(reverse, kept)
        there = [loop.carries[i].inner for i in state]
        head = self._to_start(kept, there) if state else []
        return For(loop.index, loop.bounds, carries, [*head, *body, *block], True, span=loop.span)

    def _to_start(self, state: list[Carry], there: list[Var]) -> Block:
        """The state before a step, from the last one that is stored.

        Args:
            state: what of the values that the loop carries belongs to it.
            there: the values that the step to be run backwards begins with.
        """
        stored, index = self.stored, self.loop.index
        start, keep = Var("start", INT, named=True), Var("keep", named=True)
        popped = [_popped(carry.inner) for carry in state]
        step = Var("i" if index.hint != "i" else "j", INT, named=True)
        env: dict[Var, Expr] = {**self.restored, **stored.left, stored.step: step}
        inners = []
        for carry in state:
            env[carry.inner] = inner = fresh(carry.inner)
            inners.append(inner)
        block = repeated(stored.body, env)
        nexts = [ir.substitute(carry.next, env) for carry in state]
        block = swept(block, _read_for(block, nexts))
        carries = [Carry(*parts) for parts in zip(inners, popped, nexts, there, strict=True)]
        store = Do(_append(stored.saved, step, inners))
        test = Apply("operator.contains", (step, keep))
        free = Apply("operator.sub", (stored.number, Apply("builtins.len", (stored.saved,))))
        after = Apply("operator.add", (index, Const(1)))
        pop = Apply("list.pop", (stored.saved,))
        return [
            Note("the state before this step, from the last one stored", about=start),
            Assign((start, *popped), Apply("unpack", (pop,))),
            Assign((keep,), Apply("runtime.snapshots", (start, after, free))),
            For(step, (start, index), carries, [If(test, [store], [], []), *block]),
        ]


def replay(reverse: Reverse, block: Block, loop: For | While) -> Replay | None:
    """How a loop in a block of the forward sweep is run backwards, None where all that it needs is
    recorded."""
    if loop.snapshots is None:
        return None
    stored = reverse.stored.get(id(loop))
    if stored is None:
        refuse_effects(loop.body, "a step of this loop")
        if isinstance(loop, For):
            stored = _of_known_length(reverse, block, loop)
        else:
            stored = _of_unknown_length(reverse, block, loop)
        reverse.stored[id(loop)] = stored
    index = Var(stored.step.hint if isinstance(loop, For) else "i", INT, named=True)
    env: dict[Var, Expr] = {**stored.left, stored.step: index}
    inners = []
    for carry in stored.carries:
        env[carry.inner] = inner = fresh(carry.inner)
        inners.append(inner)
    body = repeated(stored.body, env)
    again = For(index, (stored.steps,), [], body, span=loop.span, snapshots=loop.snapshots)
    again.carries = [
        Carry(inner, carry.init, ir.substitute(carry.next, env), carry.out)
        for carry, inner in zip(stored.carries, inners, strict=True)
    ]
    stored.copies += ir.walk([again])
    reverse.note([again], reverse.adjoints.depths.get(loop.carries[0].out, 0))
    reverse.flows.update(flows([again]))
    reverse.branches |= branches([again], len(reverse.branches))
    reverse.versions |= writes.versions([again])
    return Replay(stored, again, dict(reverse.restored))


def _state(stored: Stored, needed: list[bool]) -> list[int]:
    """Which of what a loop carries must be stored: what a step needs, and what that is computed
    from in the steps before it."""
    state = {i for i, is_needed in enumerate(needed) if is_needed}
    while True:
        live = _read_for(stored.body, [stored.carries[i].next for i in state]).live
        more = {i for i, carry in enumerate(stored.carries) if carry.inner in live} - state
        if not more:
            return sorted(state)
        state |= more


def _read_for(block: Block, values: list[Expr]) -> Liveness:
    """What a block reads to compute values."""
    return Liveness(ir.Function("", [], block, Apply("tuple", tuple(values))))


def _popped(var: Var) -> Var:
    """A value of a state that is taken off the list."""
    popped = Var(var.hint, after_loop(var.kind), named=True)
    popped.unset = var.unset
    return popped


def _append(saved: Var, step: Expr, state: list[Var]) -> Apply:
    return Apply("list.append", (saved, Apply("tuple", (step, *state))))


# ----- the forward sweep -----


def _begun(loop: For | While) -> tuple[Block, list[Carry], dict[Var, Expr]]:
    """A loop before anything is added to it: its body, what it carries, how it is left."""
    inner = None if loop.stop is None else ir.variables(loop.stop)[0]
    carries = [carry for carry in loop.carries if carry.inner is not inner]
    return list(loop.body), carries, {} if inner is None else {inner: Const("end")}


def _before(block: Block, loop: For | While, added: Block) -> None:
    at = next(i for i, statement in enumerate(block) if statement is loop)
    block[at:at] = added


def _list(hint: str) -> Var:
    return Var(hint, Many(list, UNKNOWN), named=True)


def _number(loop: For | While, steps: Expr) -> Expr:
    """How many states are stored of so many steps."""
    if loop.snapshots not in (None, Const(None)):
        assert loop.snapshots is not None
        return loop.snapshots
    return Apply("runtime.enough_snapshots", (steps,))


def _named(number: Expr, span: Span | None) -> tuple[Expr, Block]:
    """The number of states as a value, and what computes it."""
    if not isinstance(number, Apply):
        return number, []
    var = Var("number", INT, named=True)
    return var, [Assign((var,), number, span)]


def _of_known_length(reverse: Reverse, block: Block, loop: For) -> Stored:
    """Store the states of a loop that runs a known number of times, or is left before."""
    body, carries, left = _begun(loop)
    (steps,) = loop.bounds
    number, counted = _named(_number(loop, steps), loop.span)
    saved, keep = _list("saved"), Var("keep", named=True)
    schedule = Apply("runtime.snapshots", (Const(0), steps, number))
    made: Block = [Assign((saved,), Apply("list")), *counted, Assign((keep,), schedule)]
    _before(block, loop, made)
    if loop.index.hint == "_":
        loop.index.hint = "i"  # it is read now
    ran = steps if loop.stop is None else recording.count_trips(reverse, loop)
    append = Do(_append(saved, loop.index, []))
    test = Apply("operator.contains", (loop.index, keep))
    loop.body.insert(0, If(test, [append], [], []))
    _note(reverse, loop, made)
    return Stored(body, carries, left, ran, number, saved, loop.index, append)


def _of_unknown_length(reverse: Reverse, block: Block, loop: While) -> Stored:
    """Store the states of a loop of which nobody knows when it ends."""
    body, carries, left = _begun(loop)
    ran = recording.count_trips(reverse, loop)
    step = next(carry.inner for carry in loop.carries if carry.out is ran)
    saved, levels = _list("saved"), _list("levels")
    made: Block = [Assign((saved,), Apply("list")), Assign((levels,), Apply("list"))]
    _before(block, loop, made)
    append = Do(_append(saved, step, []))
    so_far = _number(loop, Apply("operator.add", (step, Const(1))))
    loop.body[:0] = [Do(Apply("runtime.make_room", (saved, levels, so_far))), append]
    number, counted = _named(_number(loop, ran), loop.span)
    at = next(i for i, statement in enumerate(block) if statement is loop)
    block[at + 1 : at + 1] = counted
    _note(reverse, loop, [*made, *counted])
    return Stored(body, carries, left, ran, number, saved, step, append)


def _note(reverse: Reverse, loop: For | While, added: Block) -> None:
    reverse.note(added, reverse.adjoints.depths.get(loop.carries[0].out, 0))
