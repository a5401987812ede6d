"""The leaves of variables and memories that a loop carries, taken apart and put together again."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from adcompile.ir import UNDEFINED, Apply, Expr, Var
from adcompile.kinds import Kind, forget_value
from adcompile.lower import containers, loop_kinds, objects, reads, sharing
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Memory, Versions, identity, is_lost
from adcompile.lower.made import lost, made_function
from adcompile.lower.sharing import Place, Places
from adcompile.places import HOLE
from adcompile.records import record


@record(frozen=False)
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

    def differs(self, var: Var) -> bool:
        """Whether this leaf has been found to be something else than a value of it was made for."""
        known = var.kind, var.varied, var.boxed, var.mixed
        return known != (self.kind, self.varied, self.boxed, self.mixed)


Displays = dict[str | Memory, Expr]


def fixed_parts(
    name: str | Memory, value: Expr, moved: set[Place], path: tuple[object, ...] = ()
) -> Iterator[tuple[tuple[object, ...], Expr]]:
    """What is inside a value and always the same, by the paths to it."""
    for key, part in containers.parts_of(value) or ():
        inner = (*path, key)
        if is_fixed((name, inner), part, moved):
            yield inner, part
        else:
            yield from fixed_parts(name, part, moved, inner)


def is_fixed(place: Place, value: Expr, moved: set[Place]) -> bool:
    """Whether a value is inside another one, where it is always the same."""
    if not place[1] or place in moved:
        return False
    return identity(value) is not None or containers.parts_of(value) is None


def is_same(frame: Frame, before: Expr, after: Expr) -> bool:
    """Whether two values are the same number, array or container, whatever that holds."""
    if before == after or containers.is_one(frame, before, after):
        return True
    known = frame.heap.origins
    if not (isinstance(before, Var) and isinstance(after, Var) and {before, after} <= known.keys()):
        return False
    one, other = known[before], known[after]
    return one.memory is other.memory and one.place is other.place is HOLE


def inside_of(frame: Frame, node: ast.AST, value: Expr, path: tuple[object, ...]) -> Expr:
    """What is at the end of a path into a value."""
    for step in path:
        value = containers.part(frame, node, value, step)
    return value


def may_share_by_place(
    slots: list[Slot], leaves: Sequence[Expr], displays: Displays, moved: set[Place]
) -> Places:
    """The values that may share memory, by place: what a loop carries, and the containers that it
    is in."""
    found: Places = {(slot.name, slot.path): leaf for slot, leaf in zip(slots, leaves, strict=True)}
    for name, display in displays.items():
        fixed = [path for path, _ in fixed_parts(name, display, moved)]
        for path, this in containers.identities(display):
            always = any(path[: len(outer)] == outer for outer in fixed)
            if (path or isinstance(name, str)) and not always:
                found[name, path] = this
    return found


def displays_after(frame: Frame, node: ast.AST, displays: Displays, moved: set[Place]) -> Displays:
    """What is carried, at the end of an iteration."""
    found: Displays = {}
    for name, display in displays.items():
        if isinstance(name, str):
            value = frame.env.get(name, UNDEFINED)
            called = name
        else:
            value = reads.readable(frame, node, name.name, frame.heap.holds(name))
            called = name.name
        value = reads.readable(frame, node, called, reads.at_end(frame, node, value))
        found[name] = value
        loop_kinds.check_form(frame, node, called, display, value, (name, ()), moved)
    return found


def next_of(frame: Frame, node: ast.AST, slot: Slot, after: Expr) -> Expr:
    """What an iteration hands to the next one."""
    value = reads.at_end(frame, node, leaf_of(frame, node, after, slot))
    called = slot.name if isinstance(slot.name, str) else slot.name.name
    return reads.readable(frame, node, called, value)


def newly_written(
    frame: Frame,
    node: ast.AST,
    outer: Versions,
    inside: set[Var],
    displays: Displays,
    shared: sharing.Shared,
) -> Displays:
    """What the memories from outside hold first that the body has been found to write to."""
    versions = frame.heap.versions
    keys = [key for key in versions if key not in displays and key not in shared.lost]
    found: Displays = {}
    for key in reads.outlasting(keys, inside):
        init = outer.get(key, key.first)
        if versions[key] is not init and not is_lost(versions[key]):
            if isinstance(init, Apply):
                with reads.at_versions(frame, outer):
                    init = reads.at_end(frame, node, init)
            found[key] = init
    return found


def slots_of(
    frame: Frame, node: ast.AST, name: str | Memory, before: Expr, moved: set[Place]
) -> list[Slot]:
    """The leaves of a value before the loop."""
    called = name if isinstance(name, str) else name.name
    before = reads.readable(frame, node, called, before)
    result: list[Slot] = []

    def visit(value: Expr, path: tuple[object, ...], hint: str | None) -> None:
        parts = containers.parts_of(value)
        if is_fixed((name, path), value, moved):
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


def assembled(
    frame: Frame, init: Expr, name: str | Memory, leaves: dict[Place, Var], moved: set[Place]
) -> Expr:
    """The value of a variable or memory, put together from its leaves."""

    def build(value: Expr, path: tuple[object, ...]) -> Expr:
        parts = containers.parts_of(value)
        if is_fixed((name, path), value, moved):
            return value
        if parts is None:
            return leaves[name, path]
        assert isinstance(value, Apply)
        now = [build(part, (*path, key)) for key, part in parts]
        same = not path and isinstance(name, Memory)
        return containers.with_parts(frame, value, now, same)

    return build(init, ())


def leaf_of(frame: Frame, node: ast.AST, value: Expr, slot: Slot) -> Expr:
    """The leaf of a value that belongs to a slot."""
    value = inside_of(frame, node, value, slot.path)
    function = made_function(frame.kind(value))
    if function is None or value == slot.init:
        return value
    return lost(str(slot.name))
