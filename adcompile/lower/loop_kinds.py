"""The kinds of what a loop carries, wide enough for every iteration; forms that must not change."""

from __future__ import annotations

import ast

from adcompile.ir import UNDEFINED, Apply, Expr, Var
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
    forget_value,
    is_int,
    is_part_complex,
    join,
    mapped,
    may_be_one,
    same_dtype,
)
from adcompile.lower import containers, loop_slots, merging, reads
from adcompile.lower.frame import Frame
from adcompile.lower.loop_slots import Slot
from adcompile.lower.sharing import Place


class NotSettledError(Exception):
    """A variable is a number in one iteration and a container in the next."""


def check_form(
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
    if loop_slots.is_fixed(place, init, moved):
        return
    change = _change_of_form(frame, init, next)
    if change is not None:
        said, hint = change
        raise frame.refuse(node, f"{reads.quoted(name)} {said}", hint)
    for key, part in containers.parts_of(init) or ():
        if isinstance(part, Apply):
            inner = containers.part(frame, node, next, key)
            check_form(frame, node, name, part, inner, (place[0], (*place[1], key)), moved)


def _change_of_form(frame: Frame, init: Apply, next: Expr) -> tuple[str, str] | None:
    """What of a container is not the same in the next iteration, and what to do about it."""
    kind = frame.kind(next)
    if init.op == "dict" and next is not init:
        kinds = frame.kind(init), kind
        keys = [[k for k, _ in kind.items or ()] for kind in kinds if isinstance(kind, Mapping)]
        if len(keys) < 2 or keys[0] != keys[1]:
            return "changes its keys in the loop", "give it the same keys in every iteration"
    if init.op == "record" and not _is_alike(frame.kind(init), kind):
        return (
            "is an object of another class or of other attributes in the loop",
            "give it the same attributes in every iteration",
        )
    is_sequence = init.op in ("tuple", "list")
    if is_sequence and (not isinstance(kind, Items) or len(kind.items) != len(init.args)):
        return "changes its length in the loop", "give it the same length in every iteration"
    return None


def _is_alike(kind: Kind, other: Kind) -> bool:
    """Whether values are objects of one class with the same attributes."""
    if not (isinstance(kind, Record) and isinstance(other, Record)):
        return False
    return kind.type is other.type and dict(kind.fields).keys() == dict(other.fields).keys()


def check_fields(frame: Frame, node: ast.AST, slots: list[Slot], nexts: list[Expr]) -> None:
    """Refuse an array that becomes complex in a loop."""
    for slot, next in zip(slots, nexts, strict=True):
        if next is not UNDEFINED and is_part_complex(slot.kind, frame.kind(next)):
            merging.refuse_part_complex(frame, node, slot.hint)


def widen(frame: Frame, slots: list[Slot], nexts: list[Expr]) -> bool:
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
    return mapped(_with_other_bounds, kind)


def _with_other_bounds(kind: Kind) -> Kind:
    if not isinstance(kind, Array) or kind.dims is None:
        return kind
    lengths = (
        Sym(Origin(), one=d.one) if isinstance(d, Sym) and isinstance(d.origin, Cut) else d
        for d in kind.dims
    )
    return Array(kind.dtype, tuple(lengths))


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
