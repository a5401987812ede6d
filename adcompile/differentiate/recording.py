"""What the forward sweep must leave behind for the backward sweep.

Outside loops every value is still there. Inside a loop, a value that the backward sweep reads is
either computed again, where that is cheap and what it is computed from is there, or recorded on a
list of its own: Hascoet, Naumann & Pascual, "To be recorded" analysis in reverse-mode automatic
differentiation (2005). Only what is read is considered at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.analyse import let_be_none
from adcompile.builder import is_repeatable
from adcompile.ir import Apply, Assign, Block, Carry, Const, Do, Expr, For, If, Var, While
from adcompile.kinds import INT, Many, is_number
from adcompile.rules import registry

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse
    from adcompile.differentiate.scopes import Place


def resolve(
    reverse: Reverse,
    forward: Block,
    backward: Block,
    owner: If | For | While,
    loop: For | None = None,
    handed: dict[Place, Expr] | None = None,
) -> None:
    """Provide a block of the backward sweep with the values of its forward block that it reads.

    Args:
        reverse: the sweep.
        forward: the block of the forward sweep.
        backward: its adjoint, to which statements are prepended.
        owner: the statement that `forward` is a block of.
        loop: the backward loop whose body `backward` is, if it is one.
        handed: the adjoints that a side of a branch leaves, which may be values of its own.
    """
    if not reverse.loops and loop is None:
        return
    handed = {} if handed is None else handed
    left = _handed_over(loop, handed)
    defined = {var: s for s in forward for var in ir.defined(s)}
    carried = {carry.inner: carry for carry in ir.carries(owner)} if loop is not None else {}
    wanted = [v for v in free(backward, loop, left) if v in defined or v in carried]
    around = reverse.loops[-1] if loop is None else owner
    wanted = [
        var
        for var in wanted
        if not _recorded_at_exits(reverse, var, _made_by(var, defined), backward, around, left)
    ]
    if not wanted:
        return
    there = _Restored(reverse, forward, backward)
    again, recorded = plan(wanted, defined, carried, there)
    env: dict[Var, Expr] = {}
    head: list[Assign] = []
    if loop is not None:
        recorded -= _rolled_back(recorded, carried, loop, env)
    for var in reversed(_in_order(recorded, forward, carried)):
        stack = _stack(reverse, var, forward, carried)
        env[var] = popped = _popped(var, _popped_hint(reverse, var))
        head.append(Assign((popped,), Apply("list.pop", (stack,))))
    restored = there.by_then(_in_order(again, forward, carried), defined)
    for var, versions in restored.items():
        statement = defined[var]
        assert isinstance(statement, Assign) and isinstance(statement.value, Apply)
        copy = Var(var.hint, var.kind, named=var.named)
        now = {version: reverse.restored[version] for version in versions}
        value = ir.substitute(statement.value, {**now, **env})
        head.append(Assign((copy,), value, statement.span))
        reverse.build.definitions[copy] = statement.value
        env[var] = copy
    rename(backward, env)
    if loop is not None:
        for carry in loop.carries:
            carry.next = ir.substitute(carry.next, env)
    for place, value in handed.items():
        handed[place] = ir.substitute(value, env)
    _place_late(backward, head)


def _made_by(var: Var, defined: dict[Var, ir.Statement]) -> Block:
    return [defined[var]] if var in defined else []


def _recorded_at_exits(
    reverse: Reverse,
    var: Var,
    made_by: Block,
    backward: Block,
    around: ir.Statement,
    left: list[Expr],
) -> bool:
    """Record a value where the loop is left, if only the adjoint of what follows there reads it:
    once, not in each iteration."""
    sites = [s for s in reverse.sites.values() if s.loop is around and var in free(s.backward)]
    if not sites or not _depends_on_iteration(reverse, var):
        return False
    inside = {id(block) for statement in ir.walk(made_by) for block in ir.blocks(statement)}
    if any(id(site.forward) in inside for site in sites):
        return False  # it is there only after the branch
    read = _reads(backward)[var]
    read += sum(list(ir.variables(value)).count(var) for value in left)
    if read != sum(_reads(site.backward)[var] for site in sites):
        return False
    for site in sites:
        key = (var, id(site.forward))
        if key not in reverse.recorded_at:
            stack = Var(f"{_stack_hint(reverse, var)}_saved", Many(list, var.kind), named=True)
            reverse.recorded_at[key] = stack
            var.unset = let_be_none(reverse.flows, var)
            site.forward.insert(0, Do(Apply("list.append", (stack, var))))
        popped = _popped(var, var.hint)
        rename(site.backward, {var: popped})
        pop = Apply("list.pop", (reverse.recorded_at[key],))
        _place_late(site.backward, [Assign((popped,), pop)])
    return True


def _depends_on_iteration(reverse: Reverse, var: Var) -> bool:
    """Whether a value cannot be computed again from what is there outside the loop."""
    depths = reverse.adjoints.depths
    todo = [var]
    while todo:
        top = todo.pop()
        definition = reverse.build.definitions.get(top)
        if definition is not None and is_repeatable(definition):
            todo.extend(ir.variables(definition))
        elif depths.get(top, 0) >= depths[var]:
            return True
    return False


def _reads(block: Block) -> Counter[Var]:
    """How often each value is read in a block."""
    exprs = (expr for statement in ir.walk(block) for expr in ir.expressions(statement))
    return Counter(var for expr in exprs for var in ir.variables(expr))


def _place_late(block: Block, head: list[Assign]) -> None:
    """Put each statement before the first one that reads what it defines."""
    first: dict[Var, int] = {}
    for i, statement in enumerate(block):
        for var in free([statement]):
            first.setdefault(var, i)
    early: dict[int, list[Assign]] = {}
    for placed in reversed(head):
        (target,) = placed.targets
        end = first.get(target, len(block))
        readers = (
            (i, j)
            for i in sorted(early)
            for j, other in enumerate(early[i])
            if i <= end and target in ir.variables(other.value)
        )
        at, position = next(readers, (end, len(early.get(end, ()))))
        early.setdefault(at, []).insert(position, placed)
    last = early.pop(len(block), [])
    block[:] = [s for i, old in enumerate(block) for s in (*early.get(i, ()), old)] + last


def _rolled_back(
    recorded: set[Var], carried: dict[Var, Carry], loop: For, env: dict[Var, Expr]
) -> set[Var]:
    """Values that an iteration ends with, where what it began with is recorded too: they are what
    the iteration after it began with, so the backward loop has them already."""
    found = set()
    for inner, carry in carried.items():
        if inner in recorded and isinstance(carry.next, Var) and carry.next in recorded:
            current = Var(inner.hint, carry.next.kind, named=True)
            loop.carries.append(Carry(current, carry.out, inner, Var(inner.hint, inner.kind)))
            env[carry.next] = current
            found.add(carry.next)
    return found


def _stack(reverse: Reverse, var: Var, forward: Block, carried: dict[Var, Carry]) -> Var:
    """The list on which the forward sweep records a value."""
    stack = reverse.recorded.get(var)
    if stack is None:
        stack = Var(f"{_stack_hint(reverse, var)}_saved", Many(list, var.kind), named=True)
        reverse.recorded[var] = stack
        var.unset = let_be_none(reverse.flows, var)
        save = Do(Apply("list.append", (stack, var)))
        if var in carried:
            forward.insert(0, save)
        else:
            at = next(i for i, s in enumerate(forward) if var in set(ir.defined(s)))
            forward.insert(at + 1, save)
    return stack


def _popped(var: Var, hint: str | None) -> Var:
    """A value taken off its list."""
    popped = Var(hint, var.kind, named=True)
    popped.unset = var.unset
    return popped


def _popped_hint(reverse: Reverse, var: Var) -> str | None:
    """What a recorded value is called: `a[i]` is `a_i`."""
    read = reverse.build.definition(var)
    if var.hint is None and read is not None and read.op == "index":
        base, key = (getattr(arg, "hint", None) for arg in read.args)
        return f"{base}_{key}" if base and key else None
    return var.hint


def _stack_hint(reverse: Reverse, var: Var) -> str:
    """What a list of values is named after: elements of an array after the array."""
    read = reverse.build.definition(var)
    if var.hint is None and read is not None and read.op == "index":
        return getattr(read.args[0], "hint", None) or "t"
    return var.hint or "t"


def _in_order(values: set[Var], forward: Block, carried: dict[Var, Carry]) -> list[Var]:
    order = [*carried, *(var for statement in forward for var in ir.defined(statement))]
    return [var for var in order if var in values]


def _handed_over(loop: For | None, handed: dict[Place, Expr]) -> list[Expr]:
    """What a block hands to the next iteration, or to what follows a branch."""
    return [*handed.values(), *(carry.next for carry in (() if loop is None else loop.carries))]


def free(block: Block, loop: For | None = None, left: Sequence[Expr] = ()) -> list[Var]:
    """The values that a block reads and does not define, in order, or hands over, as these `left`;
    what a loop carries, of which it is the body, is no such value."""
    read = ir.read_in([*block, Do(Apply("tuple", tuple(left)))])
    inner = () if loop is None else {carry.inner for carry in loop.carries}
    return [var for var in read if var not in inner]


# ----- record or compute again -----


def overwritten(block: Block) -> set[Var]:
    """The arrays that a block writes over, in the blocks inside it too."""
    found: set[Var] = set()
    for statement in ir.walk(block):
        value = statement.value if isinstance(statement, Assign) else None
        if isinstance(value, Apply) and value.op.startswith("scatter."):
            found.update(ir.variables(value.args[0]))
        for carry in ir.carries(statement):
            if carry.next is not carry.inner and not is_number(carry.inner.kind):
                found.update(ir.variables(carry.init))
    return found


class _Restored:
    """The arrays that the backward sweep has restored, by where in a block of it they are there.

    Attributes:
        overwritten: the arrays that are there only once they are restored.
    """

    def __init__(self, reverse: Reverse, forward: Block, block: Block) -> None:
        self.overwritten = overwritten(forward) if reverse.versions else set()
        made = {var: i for i, statement in enumerate(block) for var in ir.defined(statement)}
        self._since = {
            version: made.get(now, -1) if isinstance(now, Var) else -1
            for version, now in reverse.restored.items()
        }
        self._block = block
        self._read: dict[Var, int] | None = None

    def missing(self, wanted: Var) -> set[Var]:
        """The arrays that are not there when a value is read."""
        return self.overwritten - self.before(wanted) if self.overwritten else set()

    def before(self, wanted: Var) -> set[Var]:
        """The arrays that are restored before a value is read."""
        if not self._since:
            return set()
        if self._read is None:
            self._read = {}
            for i, statement in enumerate(self._block):
                for var in free([statement]):
                    self._read.setdefault(var, i)
        first = self._read.get(wanted, len(self._block))
        return {version for version, since in self._since.items() if since < first}

    def by_then(self, again: list[Var], defined: dict[Var, ir.Statement]) -> dict[Var, set[Var]]:
        """For values that are computed again, in order, the arrays that are restored before any of
        them is read, by the block or by another of these values."""
        found: dict[Var, set[Var]] = {}
        for var in reversed(again):
            readers = (other for other in found if var in ir.reads([defined[other]]))
            found[var] = self.before(var).intersection(*(found[other] for other in readers))
        return {var: found[var] for var in again}


def plan(
    wanted: list[Var],
    defined: dict[Var, ir.Statement],
    carried: dict[Var, Carry],
    there: _Restored,
) -> tuple[set[Var], set[Var]]:
    """Which values to compute again, and which to record."""
    everything: set[Var] | None = set()
    for var in wanted:
        steps = _closure(var, defined, carried, there, None)
        everything = None if steps is None or everything is None else everything | steps
    if everything is not None:
        return everything, set()
    again: set[Var] = set()
    recorded = {var for var in wanted if not _repeatable(var, defined)}
    for var in wanted:
        if var in recorded:
            continue
        steps = _closure(var, defined, carried, there, _patience(var), recorded)
        if steps is None:
            recorded.add(var)
        else:
            again |= steps
    return again - recorded, recorded


def _patience(var: Var) -> int:
    """The cost up to which a value is computed again: a name is worth recording sooner."""
    return 1 if var.named else 4


def _repeatable(var: Var, defined: dict[Var, ir.Statement]) -> bool:
    statement = defined.get(var)
    return (
        isinstance(statement, Assign)
        and len(statement.targets) == 1
        and isinstance(statement.value, Apply)
        and is_repeatable(statement.value)
        and statement.value != Apply("list")  # which grows
        and cost(statement.value) <= 2
    )


def cost(value: Apply) -> int:
    """What computing an operation again costs, on the scale of `rules`."""
    rule = registry.find(value.op)
    if rule is not None:
        return rule.cost
    return 0 if value.op.startswith("attribute.") or value.op in ("tuple", "list", "dict") else 3


def _closure(
    wanted: Var,
    defined: dict[Var, ir.Statement],
    carried: dict[Var, Carry],
    there: _Restored,
    limit: int | None,
    recorded: Collection[Var] = (),
) -> set[Var] | None:
    """What must be computed again to have a wanted value; None where that is not possible without
    recording more, or costs more than `limit`."""
    found: set[Var] = set()
    restored, missing = there.before(wanted), there.missing(wanted)
    stack = [wanted]
    spent = 0
    while stack:
        var = stack.pop()
        if var in found or var in recorded or var in restored:
            continue
        if var in carried or var in missing:
            return None
        if var not in defined:
            continue
        if not _repeatable(var, defined):
            return None
        statement = defined[var]
        assert isinstance(statement, Assign)
        assert isinstance(statement.value, Apply)
        spent += cost(statement.value)
        if limit is not None and spent > limit:
            return None
        found.add(var)
        stack.extend(ir.variables(statement.value))
    return found


# ----- renaming -----


def rename(block: Block, env: dict[Var, Expr]) -> None:
    """Replace values in a block, in place."""
    if not env:
        return
    for statement in ir.walk(block):
        ir.replace_read(statement, env)
        ir.replace_handed_over(statement, env)


def count_trips(reverse: Reverse, loop: For | While) -> Var:
    """Count the iterations of a loop in the forward sweep."""
    known = reverse.trips.get(id(loop))
    if known is None:
        inner, out = Var("trips", INT, named=True), Var("trips", INT, named=True)
        more = Var("trips", INT, named=True)
        # Ahead of what may end the iteration early.
        skips = any(isinstance(s, If) and s.skips for s in loop.body)
        at = 0 if skips or loop.stop is not None else len(loop.body)
        loop.body.insert(at, Assign((more,), Apply("operator.add", (inner, Const(1)))))
        loop.carries.append(Carry(inner, Const(0), more, out))
        known = reverse.trips[id(loop)] = out
        reverse.adjoints.depths[out] = reverse.adjoints.depths.get(loop.carries[0].out, 0)
    return known
