"""What changes in a loop becomes a value that is carried from one iteration to the next."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from adcompile import ir
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Block, Carry, Const, Expr, Var
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Cut,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Origin,
    Record,
    Scalar,
    Sym,
    Text,
    Unbound,
    Unknown,
    after_loop,
    forget_value,
    is_int,
    is_part_complex,
    join,
    may_be_one,
    same_dtype,
)
from adcompile.lower import (
    closures,
    containers,
    exits,
    expressions,
    objects,
    reads,
    scopes,
    sharing,
    views,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Memory, Versions, identity, is_lost
from adcompile.lower.made import lost, made_function
from adcompile.lower.sharing import Place, Places
from adcompile.places import HOLE

_ATTEMPTS = 12


@dataclass(slots=True)
class Slot:
    """One leaf of a variable that a loop may change, or of a memory that it writes to: `path` leads
    to it through displays."""

    name: str | Memory
    path: tuple[object, ...]
    init: Expr
    kind: Kind
    varied: bool
    boxed: bool = False
    mixed: bool = False
    hint: str | None = None

    def value(self, kind: Kind) -> Var:
        """A value of this leaf."""
        var = Var(self.hint, kind, self.varied, True)
        var.boxed = self.boxed
        var.mixed = self.mixed
        return var


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
        frame.heap.forget(loop.noted)
        inners = [slot.value(slot.kind) for slot in loop.slots]
        made = len(frame.heap.identities)
        loop.enter(inners)
        frame.left = exits.PASSED
        nexts: list[Expr] = []
        after: _Displays = {}
        with frame.build.inner() as block:
            body(frame, index)
            change = loop.lost() or loop.rebound() or loop.grown() or loop.extended()
            if change is None:
                after = _after(frame, node, loop.displays, loop.moved)
                change = loop.replaced(after)
            if change is None:
                nexts = [_next(frame, node, slot, after[slot.name]) for slot in loop.slots]
        if change is not None:
            frame.heap.dropped |= ir.defined_in(block)
            frame.env, frame.heap.versions = loop.outer, loop.versions
            change()
            continue
        inside = {*ir.defined_in(block), *inners, *frame.heap.identities[made:]}
        if loop.is_settled(nexts, after, inside):
            break
        frame.heap.dropped |= inside
    else:
        raise _not_settled(frame, node)
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


_Displays = dict[str | Memory, Expr]


@dataclass(slots=True)
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
    displays: _Displays
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
        displays: _Displays = {
            name: before
            for name in names
            if name not in kept
            if not is_lost(before := reads.at_end(frame, node, outer.get(name, UNDEFINED)))
        }
        noted = frame.heap.noted
        loop = cls(frame, node, outer, versions, noted, kept, [], {}, set(), sharing.Shared())
        loop._carry(displays)
        return loop

    def enter(self, values: Sequence[Var], after: bool = False) -> None:
        """Let what the loop carries stand for these values, see `sharing.Shared.relate`."""
        frame = self.frame
        frame.env, frame.heap.versions = dict(self.outer), {**self.versions, **self.shared.lost}
        leaves: dict[Place, Var] = {
            (slot.name, slot.path): value for slot, value in zip(self.slots, values, strict=True)
        }
        now = {
            name: _assembled(frame, display, name, leaves, self.moved)
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
        self.shared.relate(frame, _shared(self.slots, values, now, self.moved), after)

    def _carry(self, inits: _Displays) -> None:
        """Carry these, too, or all of these again."""
        frame, node = self.frame, self.node
        frame.heap.forget(self.noted)
        more = [s for k, init in inits.items() for s in _slots(frame, node, k, init, self.moved)]
        before = [slot for slot in self.slots if slot.name not in inits]
        self.slots, self.displays = before + more, self.displays | inits
        # What a memory holds is that memory, whatever else may be.
        others = [slot for slot in before if slot.path or isinstance(slot.name, str)] + more
        displays = {slot.name: self.displays[slot.name] for slot in others}
        values = [slot.init for slot in others]
        self.shared.begin(frame, _shared(others, values, displays | inits, self.moved))

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
        more: _Displays = {}
        for key, display in self.displays.items():
            now = self.frame.heap.holds(key) if isinstance(key, Memory) else UNDEFINED
            if objects.is_display(display) and objects.is_display(now):
                known = dict(display.kwargs)
                unset = tuple((name, UNDEFINED) for name, _ in now.kwargs if name not in known)
                if unset:
                    more[key] = Apply("record", display.args, display.kwargs + unset)
        return partial(self._carry, more) if more else None

    def replaced(self, after: _Displays) -> Callable[[], None] | None:
        """Places inside containers at which an iteration puts something else."""
        frame, node = self.frame, self.node
        found = {
            (name, path)
            for name, display in self.displays.items()
            for path, part in _fixed(name, display, self.moved)
            if not _is_same(frame, part, _inside(frame, node, after[name], path))
        }

        def change() -> None:
            self.moved |= found
            names = {name for name, _ in found}
            self._carry({n: reads.at_end(frame, node, self.displays[n]) for n in names})

        return change if found else None

    def is_settled(self, nexts: list[Expr], after: _Displays, inside: set[Var]) -> bool:
        """Whether an iteration leaves nothing else than what is carried, of no other kinds."""
        frame, node = self.frame, self.node
        try:
            _check_fields(frame, node, self.slots, nexts)
            changed = _widen(frame, self.slots, nexts)
        except NotSettledError:
            raise _not_settled(frame, node) from None
        now = _shared(self.slots, nexts, after, self.moved)
        changed |= self.shared.extend(frame, self.versions, inside, now)
        inits = _written(frame, node, self.versions, inside, self.displays, self.shared)
        if inits:
            self._carry(inits)
        return not changed and not inits


def _fixed(
    name: str | Memory,
    value: Expr,
    moved: set[Place],
    path: tuple[object, ...] = (),
) -> Iterator[tuple[tuple[object, ...], Expr]]:
    """What is inside a value and always the same, by the paths to it."""
    for key, part in containers.parts_of(value) or ():
        inner = (*path, key)
        if _is_fixed((name, inner), part, moved):
            yield inner, part
        else:
            yield from _fixed(name, part, moved, inner)


def _is_fixed(place: Place, value: Expr, moved: set[Place]) -> bool:
    """Whether a value is inside another one, where it is always the same."""
    if not place[1] or place in moved:
        return False
    return identity(value) is not None or containers.parts_of(value) is None


def _is_same(frame: Frame, before: Expr, after: Expr) -> bool:
    """Whether two values are the same number, array or container, whatever that holds."""
    if before == after or containers.is_one(frame, before, after):
        return True
    known = frame.heap.origins
    if not (isinstance(before, Var) and isinstance(after, Var) and {before, after} <= known.keys()):
        return False
    one, other = known[before], known[after]
    return one.memory is other.memory and one.place is other.place is HOLE


def _inside(frame: Frame, node: ast.AST, value: Expr, path: tuple[object, ...]) -> Expr:
    """What is at the end of a path into a value."""
    for step in path:
        value = containers.part(frame, node, value, step)
    return value


def _shared(
    slots: list[Slot],
    leaves: Sequence[Expr],
    displays: _Displays,
    moved: set[Place],
) -> Places:
    """The values that may share memory, by place: what a loop carries, and the containers that it
    is in."""
    found: Places = {(slot.name, slot.path): leaf for slot, leaf in zip(slots, leaves, strict=True)}
    for name, display in displays.items():
        fixed = [path for path, _ in _fixed(name, display, moved)]
        for path, this in containers.identities(display):
            always = any(path[: len(outer)] == outer for outer in fixed)
            if (path or isinstance(name, str)) and not always:
                found[name, path] = this
    return found


def _after(frame: Frame, node: ast.AST, displays: _Displays, moved: set[Place]) -> _Displays:
    """What is carried, at the end of an iteration."""
    found: _Displays = {}
    for name, display in displays.items():
        if isinstance(name, str):
            value = frame.env.get(name, UNDEFINED)
            called = name
        else:
            value = reads.readable(frame, node, name.name, frame.heap.holds(name))
            called = name.name
        value = reads.readable(frame, node, called, reads.at_end(frame, node, value))
        found[name] = value
        _check_form(frame, node, called, display, value, (name, ()), moved)
    return found


def _next(frame: Frame, node: ast.AST, slot: Slot, after: Expr) -> Expr:
    """What an iteration hands to the next one."""
    value = reads.at_end(frame, node, _at(frame, node, after, slot))
    called = slot.name if isinstance(slot.name, str) else slot.name.name
    return reads.readable(frame, node, called, value)


def _written(
    frame: Frame,
    node: ast.AST,
    outer: Versions,
    inside: set[Var],
    displays: _Displays,
    shared: sharing.Shared,
) -> _Displays:
    """What the memories from outside hold first that the body has been found to write to."""
    versions = frame.heap.versions
    keys = [key for key in versions if key not in displays and key not in shared.lost]
    found: _Displays = {}
    for key in reads.outlasting(keys, inside):
        init = outer.get(key, key.first)
        if versions[key] is not init and not is_lost(versions[key]):
            if isinstance(init, Apply):
                with reads.at_versions(frame, outer):
                    init = reads.at_end(frame, node, init)
            found[key] = init
    return found


class NotSettledError(Exception):
    """A variable is a number in one iteration and a container in the next."""


def _not_settled(frame: Frame, node: ast.AST) -> RefusedError:
    return frame.refuse(node, "the types of the variables in this loop do not settle")


def _slots(
    frame: Frame,
    node: ast.AST,
    name: str | Memory,
    before: Expr,
    moved: set[Place],
) -> list[Slot]:
    """The leaves of a value before the loop."""
    called = name if isinstance(name, str) else name.name
    before = reads.readable(frame, node, called, before)
    result: list[Slot] = []

    def visit(value: Expr, path: tuple[object, ...], hint: str | None) -> None:
        parts = containers.parts_of(value)
        if _is_fixed((name, path), value, moved):
            return
        if parts is None:
            kind = forget_value(frame.kind(value))
            boxed = isinstance(value, Var) and value.boxed
            result.append(
                Slot(name, path, value, kind, frame.build.varied(value), boxed, hint=hint)
            )
            return
        for key, part in parts:
            inner = f"{hint}.{key}" if hint and objects.is_display(value) else hint
            visit(part, (*path, key), inner)

    visit(before, (), name if isinstance(name, str) else name.initial.hint)
    for slot in result:
        reads.readable(frame, node, called, slot.init)
    return result


def _assembled(
    frame: Frame,
    init: Expr,
    name: str | Memory,
    leaves: dict[Place, Var],
    moved: set[Place],
) -> Expr:
    """The value of a variable or memory, put together from its leaves."""

    def build(value: Expr, path: tuple[object, ...]) -> Expr:
        parts = containers.parts_of(value)
        if _is_fixed((name, path), value, moved):
            return value
        if parts is None:
            return leaves[name, path]
        assert isinstance(value, Apply)
        now = [build(part, (*path, key)) for key, part in parts]
        same = not path and isinstance(name, Memory)
        return containers.with_parts(frame, value, now, same)

    return build(init, ())


def _at(frame: Frame, node: ast.AST, value: Expr, slot: Slot) -> Expr:
    """The leaf of a value that belongs to a slot."""
    value = _inside(frame, node, value, slot.path)
    function = made_function(frame.kind(value))
    if function is None or value == slot.init:
        return value
    return lost(str(slot.name))


def _check_form(
    frame: Frame,
    node: ast.AST,
    name: str,
    init: Expr,
    next: Expr | None,
    place: Place,
    moved: set[Place],
) -> None:
    """Refuse a sequence that does not keep its length: its elements are carried one by one."""
    if next is None or next is UNDEFINED or not isinstance(init, Apply):
        return
    if _is_fixed(place, init, moved):
        return
    if init.op == "dict" and next is not init:
        kinds = frame.kind(init), frame.kind(next)
        keys = [[k for k, _ in kind.items or ()] for kind in kinds if isinstance(kind, Mapping)]
        if len(keys) < 2 or keys[0] != keys[1]:
            raise frame.refuse(
                node,
                f"{reads.quoted(name)} changes its keys in the loop",
                "give it the same keys in every iteration",
            )
    kind = frame.kind(next)
    if init.op == "record" and not _is_alike(frame.kind(init), kind):
        raise frame.refuse(
            node,
            f"{reads.quoted(name)} is an object of another class or of other attributes in the "
            "loop",
            "give it the same attributes in every iteration",
        )
    is_sequence = init.op in ("tuple", "list")
    if is_sequence and (not isinstance(kind, Items) or len(kind.items) != len(init.args)):
        raise frame.refuse(
            node,
            f"{reads.quoted(name)} changes its length in the loop",
            "give it the same length in every iteration",
        )
    for key, part in containers.parts_of(init) or ():
        if isinstance(part, Apply):
            inner = containers.part(frame, node, next, key)
            _check_form(frame, node, name, part, inner, (place[0], (*place[1], key)), moved)


def _is_alike(kind: Kind, other: Kind) -> bool:
    """Whether values are objects of one class with the same attributes."""
    if not (isinstance(kind, Record) and isinstance(other, Record)):
        return False
    return kind.type is other.type and dict(kind.fields).keys() == dict(other.fields).keys()


def _check_fields(frame: Frame, node: ast.AST, slots: list[Slot], nexts: list[Expr]) -> None:
    """Refuse an array that becomes complex in a loop."""
    for slot, next in zip(slots, nexts, strict=True):
        if next is not UNDEFINED and is_part_complex(slot.kind, frame.kind(next)):
            expressions.refuse_part_complex(frame, node, slot.hint)


def _widen(frame: Frame, slots: list[Slot], nexts: list[Expr]) -> bool:
    """Let the kinds of the slots cover the values after the body; whether any had to change."""
    changed = False
    for slot, next in zip(slots, nexts, strict=True):
        if next is UNDEFINED:
            continue
        kind = _between_iterations(forget_value(frame.kind(next)))
        if not absorbs(slot.kind, kind):
            wider = join(slot.kind, kind)
            if isinstance(wider, (Unknown, Many)) and isinstance(kind, (Items, Mapping, Record)):
                raise NotSettledError
            bound = not isinstance(slot.kind, Unbound)
            slot.mixed = bound and not is_int(wider) and (is_int(slot.kind) or is_int(kind))
            slot.kind, changed = wider, True
        if frame.build.varied(next) and not slot.varied:
            slot.varied = changed = True
        if isinstance(next, Var) and next.boxed and not slot.boxed:
            slot.boxed = changed = True
    return changed


def _between_iterations(kind: Kind) -> Kind:
    """The kind of a value in another iteration: there the bounds of slices have other values."""
    match kind:
        case Array(dtype, tuple() as axes):
            lengths = (
                Sym(Origin(), one=d.one) if isinstance(d, Sym) and isinstance(d.origin, Cut) else d
                for d in axes
            )
            return Array(dtype, tuple(lengths))
        case Items(type, items):
            return Items(type, tuple(map(_between_iterations, items)))
        case Many(type, element):
            return Many(type, _between_iterations(element))
    return kind


def absorbs(wide: Kind, kind: Kind) -> bool:
    """Whether what is known of `wide` holds for every value of `kind` as well."""
    if (
        wide == kind
        or isinstance(kind, Unbound)
        or (isinstance(wide, Array) and join(wide, kind) == wide)
    ):
        return True
    match wide, kind:
        case Scalar(), Scalar():
            return wide.value is None and join(wide, kind) == wide
        case Text(None), Text():
            return True
        case Array(), Array():
            if wide.dtype is not None and not same_dtype(wide.dtype, kind.dtype):
                return False
            if wide.dims is None:
                return True
            if kind.dims is None or len(kind.dims) != len(wide.dims):
                return False
            return all(map(_absorbs_dim, wide.dims, kind.dims))
        case Items(), Items() if wide.type is kind.type and len(wide.items) == len(kind.items):
            return all(map(absorbs, wide.items, kind.items))
        case Mapping(tuple() as left), Mapping(tuple() as right) if len(left) == len(right):
            return all(a == b and absorbs(x, y) for (a, x), (b, y) in zip(left, right, strict=True))
        case Many(), Many() if wide.type is kind.type:
            return absorbs(wide.element, kind.element)
        case Record(), Record() if wide.type is kind.type and len(wide.fields) == len(kind.fields):
            return all(
                a == b and absorbs(x, y)
                for (a, x), (b, y) in zip(wide.fields, kind.fields, strict=True)
            )
    return wide == UNKNOWN


def _absorbs_dim(wide: Dim, dim: Dim) -> bool:
    if wide == dim:
        return True
    # Lengths that `join` made stand for no other length: they may change from trip to trip.
    return (
        isinstance(wide, Sym)
        and type(wide.origin) is Origin
        and wide.offset == 0
        and (wide.one or not may_be_one(dim))
    )
