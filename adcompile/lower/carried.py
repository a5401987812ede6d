"""What changes in a loop becomes a value that is carried from one iteration to the next."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adcompile import ir
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Block, Carry, Expr, Var
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
    memory,
    objects,
    scopes,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import lost, made_function

_ATTEMPTS = 12


@dataclass(slots=True)
class Slot:
    """One leaf of a variable that a loop may change, or of a memory that it writes to: `path` leads
    to it through displays."""

    name: str | memory.Memory
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
) -> tuple[Var, list[Carry], Block]:
    """Lower a loop body until the kinds of what it carries no longer change."""
    outer, versions = frame.env, frame.heap.versions
    names = list(dict.fromkeys(names))
    # `L += [v]` changes the list L, and L is still its name.
    kept = [name for name in names if memory.identity(outer.get(name, UNDEFINED)) is not None]
    # What cannot be read before the loop cannot be read in it, before it has another value there.
    names = [
        name
        for name in names
        if name not in kept
        and not memory.is_lost(memory.at_end(frame, node, outer.get(name, UNDEFINED)))
    ]
    slots = [slot for name in names for slot in _slots(frame, node, name)]
    displays: _Displays = {name: outer.get(name, UNDEFINED) for name in names}
    shared = memory.Shared(frame, _shared(slots, [slot.init for slot in slots], displays))
    frame.depth += 1
    noted = frame.heap.noted
    for _ in range(_ATTEMPTS):
        frame.heap.forget(noted)
        inners = [slot.value(slot.kind) for slot in slots]
        made = len(frame.heap.identities)
        _enter(frame, (outer, versions), slots, inners, displays, shared)
        frame.left = exits.PASSED
        with frame.build.inner() as block:
            body(frame, index)
            rebound = [
                name
                for name in kept
                if not containers.is_one(outer[name], frame.env.get(name, UNDEFINED))
            ]
            if rebound:
                frame.heap.dropped |= ir.defined_in(block)
                kept = [name for name in kept if name not in rebound]
                frame.env, frame.heap.versions = outer, versions
                more = [slot for name in rebound for slot in _slots(frame, node, name)]
                inits: _Displays = {n: memory.at_end(frame, node, outer[n]) for n in rebound}
                shared.begin(frame, _shared(more, [slot.init for slot in more], inits))
                slots, displays = slots + more, displays | inits
                continue
            grown = _grown(frame, displays)
            if grown:
                frame.heap.dropped |= ir.defined_in(block)
                slots = [slot for slot in slots if slot.name not in grown]
                for key in grown:
                    slots.append(_grown_slot(frame, key, displays))
                continue
            after = _after(frame, node, displays)
            nexts = [_next(frame, node, slot, after[slot.name]) for slot in slots]
        try:
            _check_fields(frame, node, slots, nexts)
            changed = _widen(frame, slots, nexts)
        except NotSettledError:
            raise _not_settled(frame, node) from None
        inside = {*ir.defined_in(block), *inners, *frame.heap.identities[made:]}
        changed |= shared.extend(frame, versions, inside, _shared(slots, nexts, after))
        inits = _written(frame, node, versions, inside, displays, shared)
        more = [slot for key, init in inits.items() for slot in _slots_of(frame, node, key, init)]
        shared.begin(frame, _shared(more, [slot.init for slot in more], inits))
        slots, displays = slots + more, displays | inits
        if not changed and not inits:
            break
        frame.heap.dropped |= inside
    else:
        raise _not_settled(frame, node)
    frame.depth -= 1
    outs = [slot.value(after_loop(slot.kind)) for slot in slots]
    _enter(frame, (outer, versions), slots, outs, displays, shared)
    carried = [
        Carry(inner, slot.init, next, out)
        for slot, inner, next, out in zip(slots, inners, nexts, outs, strict=True)
    ]
    return index, carried, block


def _enter(
    frame: Frame,
    around: tuple[dict[str, Expr], memory.Versions],
    slots: list[Slot],
    values: Sequence[Var],
    displays: _Displays,
    shared: memory.Shared,
) -> None:
    """Let what a loop carries stand for these values."""
    outer, versions = around
    frame.env, frame.heap.versions = dict(outer), {**versions, **shared.lost}
    leaves = {(slot.name, slot.path): value for slot, value in zip(slots, values, strict=True)}
    now = {name: _assembled(frame, display, name, leaves) for name, display in displays.items()}
    for name, value in now.items():
        if isinstance(name, str):
            frame.env[name] = value
            continue
        frame.heap.versions[name] = value
        if isinstance(value, Var):
            memory.holds(frame, name, value)
    shared.relate(frame, _shared(slots, values, now))


_Displays = dict[str | memory.Memory, Expr]


def _shared(slots: list[Slot], leaves: Sequence[Expr], displays: _Displays) -> memory.Places:
    """The values that may share memory, by place: what a loop carries, and the containers that it
    is in."""
    found: memory.Places = {
        (slot.name, slot.path): leaf for slot, leaf in zip(slots, leaves, strict=True)
    }
    for name, display in displays.items():
        for path, this in containers.identities(display):
            if path or isinstance(name, str):
                found[name, path] = this
    return found


def _grown(frame: Frame, displays: _Displays) -> list[memory.Memory]:
    """The lists that an iteration leaves with another length than it found."""
    found = []
    for name, display in displays.items():
        if isinstance(name, memory.Memory) and isinstance(display, Apply) and display.op == "list":
            now = frame.heap.holds(name)
            if not memory.is_lost(now) and not (
                isinstance(now, Apply) and len(now.args) == len(display.args)
            ):
                found.append(name)
    return found


def _grown_slot(frame: Frame, key: memory.Memory, displays: _Displays) -> Slot:
    """What a loop carries of a list that changes its length: all of it."""
    init, now = displays[key], frame.heap.holds(key)
    kind = containers.many(frame.kind(init), frame.kind(now))
    displays[key] = Var(None, kind)  # no display any more
    varied = frame.build.varied(init) or frame.build.varied(now)
    return Slot(key, (), init, kind, varied, hint=key.initial.hint)


def _after(frame: Frame, node: ast.AST, displays: _Displays) -> _Displays:
    """What is carried, at the end of an iteration."""
    found: _Displays = {}
    for name, display in displays.items():
        if isinstance(name, str):
            value = frame.env.get(name, UNDEFINED)
            called = name
        else:
            value = memory.readable(frame, node, name.name, frame.heap.holds(name))
            called = name.name
        found[name] = value = memory.at_end(frame, node, value)
        _check_form(frame, node, called, display, value)
    return found


def _next(frame: Frame, node: ast.AST, slot: Slot, after: Expr) -> Expr:
    """What an iteration hands to the next one."""
    value = memory.at_end(frame, node, _at(frame, node, after, slot))
    called = slot.name if isinstance(slot.name, str) else slot.name.name
    return memory.readable(frame, node, called, value)


def _written(
    frame: Frame,
    node: ast.AST,
    outer: memory.Versions,
    inside: set[Var],
    displays: _Displays,
    shared: memory.Shared,
) -> _Displays:
    """What the memories from outside hold first that the body has been found to write to."""
    versions = frame.heap.versions
    keys = [key for key in versions if key not in displays and key not in shared.lost]
    found: _Displays = {}
    for key in memory.outlasting(keys, inside):
        init = outer.get(key, key.first)
        if versions[key] is not init and not memory.is_lost(versions[key]):
            if isinstance(init, Apply):
                with memory.at_versions(frame, outer):
                    init = memory.at_end(frame, node, init)
            found[key] = init
    return found


class NotSettledError(Exception):
    """A variable is a number in one iteration and a container in the next."""


def _not_settled(frame: Frame, node: ast.AST) -> RefusedError:
    return frame.refuse(node, "the types of the variables in this loop do not settle")


def _slots(frame: Frame, node: ast.AST, name: str) -> list[Slot]:
    """The leaves of a variable's value before the loop."""
    before = memory.readable(frame, node, name, frame.env.get(name, UNDEFINED))
    return _slots_of(frame, node, name, memory.at_end(frame, node, before))


def _slots_of(frame: Frame, node: ast.AST, name: str | memory.Memory, before: Expr) -> list[Slot]:
    """The leaves of a value before the loop."""
    result: list[Slot] = []

    def visit(value: Expr, path: tuple[object, ...], hint: str | None) -> None:
        parts = containers.parts_of(value)
        if parts is not None:
            objects.hand_on(frame, value)
            for key, part in parts:
                inner = f"{hint}_{key}" if hint and objects.is_object(value) else hint
                visit(part, (*path, key), inner)
        else:
            kind = forget_value(frame.kind(value))
            boxed = isinstance(value, Var) and value.boxed
            result.append(
                Slot(name, path, value, kind, frame.build.varied(value), boxed, hint=hint)
            )

    visit(before, (), name if isinstance(name, str) else name.initial.hint)
    called = name if isinstance(name, str) else name.name
    for slot in result:
        memory.readable(frame, node, called, slot.init)
    return result


def _assembled(
    frame: Frame,
    init: Expr,
    name: str | memory.Memory,
    leaves: dict[tuple[str | memory.Memory, tuple[object, ...]], Var],
) -> Expr:
    """The value of a variable or memory, put together from its leaves."""

    def build(value: Expr, path: tuple[object, ...]) -> Expr:
        parts = containers.parts_of(value)
        if parts is None:
            return leaves[name, path]
        assert isinstance(value, Apply)
        now = [build(part, (*path, key)) for key, part in parts]
        same = not path and isinstance(name, memory.Memory)
        return containers.with_parts(frame, value, now, same)

    return build(init, ())


def _at(frame: Frame, node: ast.AST, value: Expr, slot: Slot) -> Expr:
    """The leaf of a value that belongs to a slot."""
    for step in slot.path:
        value = containers.part(frame, node, value, step)
    function = made_function(frame.kind(value))
    if function is None or value == slot.init:
        return value
    return lost(str(slot.name))


def _check_form(frame: Frame, node: ast.AST, name: str, init: Expr, next: Expr | None) -> None:
    """Refuse a sequence that does not keep its length: its elements are carried one by one."""
    if next is None or next is UNDEFINED or not isinstance(init, Apply):
        return
    if init.op == "dict" and next is not init:
        kinds = frame.kind(init), frame.kind(next)
        keys = [[k for k, _ in kind.items or ()] for kind in kinds if isinstance(kind, Mapping)]
        if len(keys) < 2 or keys[0] != keys[1]:
            raise frame.refuse(
                node,
                f"{memory.quoted(name)} changes its keys in the loop",
                "give it the same keys in every iteration",
            )
    kind = frame.kind(next)
    if init.op == "record" and not _is_alike(frame.kind(init), kind):
        raise frame.refuse(
            node,
            f"{memory.quoted(name)} is an object of another class or of other attributes in the "
            "loop",
            "give it the same attributes in every iteration",
        )
    is_sequence = init.op in ("tuple", "list")
    if is_sequence and (not isinstance(kind, Items) or len(kind.items) != len(init.args)):
        raise frame.refuse(
            node,
            f"{memory.quoted(name)} changes its length in the loop",
            "give it the same length in every iteration",
        )
    for key, part in containers.parts_of(init) or ():
        if isinstance(part, Apply):
            inner = containers.part(frame, node, next, key)
            _check_form(frame, node, name, part, inner)


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
