"""What is changed in place: the memories of a function, and what they hold.

A value is never changed: writing `a[i] = e` makes another value, `a` after the write, and a read
of `a` or of a view of it after the write is a read of that one (functionalisation). What a name
refers to is a *memory* and a place in it; what the memory holds now is kept in the environment
beside the names, so that branches merge it and loops carry it like any variable. Where two values
may or may not share memory, a write to the one makes the other unreadable.

A list or dict is memory, too, and so is an object that the function makes. What it holds is a
display, which names its identity, a value that is nowhere defined; see `containers`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from adcompile.errors import RefusedError
from adcompile.ir import Apply, Expr, Ref, Var
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Unknown,
    children,
)
from adcompile.places import HOLE
from adcompile.records import field, record

if TYPE_CHECKING:
    pass


class WritesError(Exception):
    """A function writes into arrays: it is to be lowered again, with its memory followed."""


class ArgumentWrittenError(RefusedError):
    """A function writes into a list or dict that it is passed: its body must take the place of the
    call."""


class NeedsUnrollingError(RefusedError):
    """Something must be known while compiling that is, at best, where each iteration of a loop has
    code of its own."""


@record(frozen=False, eq=False)
class Memory:
    """The memory of one array or container.

    Attributes:
        initial: the value that it holds first, or the identity of a display.
        fixed: why it cannot be written to, None where it can.
        display: the display that it holds first.
    """

    initial: Var
    fixed: str | None = None
    display: Expr | None = None

    @property
    def first(self) -> Expr:
        """What it holds first."""
        return self.initial if self.display is None else self.display

    @property
    def name(self) -> str:
        """What the user calls it."""
        what = "value" if not isinstance(self.display, Apply) else self.display.op
        return self.initial.hint or f"the {'object' if what == 'record' else what}"


@record
class Origin:
    """Where a value came from: it is what was at `place` (see `places`) while `memory` held
    `version`; the place is None where it is not known."""

    memory: Memory
    place: Expr | None
    version: Expr


Versions = dict[Memory, Expr]


@record
class Write:
    """A write, to be named in a refusal; `differs` says that it is not one, but that there is
    something else on each of two paths, `of_object` that it is to an attribute."""

    to: str
    line: int = 0
    differs: bool = False
    of_object: bool = False


def lost(write: Write) -> Ref:
    """Stands for what cannot be read, because a write may or may not have been to it."""
    return Ref("<lost>", write)


def is_lost(expr: Expr) -> bool:
    """Whether something cannot be read any more."""
    return isinstance(expr, Ref) and isinstance(expr.target, Write)


@record(frozen=False, eq=False)
class Heap:
    """The memories of one function and of what is inlined in it.

    Attributes:
        followed: whether the function writes into arrays, so that their memory is followed.
        origins: where values came from.
        written: the memories that are, or may be, written to.
        versions: what the memories that have been written to hold at this point.
        related: pairs of memories that may be the same, each both ways.
        contents: the memories that containers may hold.
        boxes: the containers that may hold an array of no axes.
        dropped: values of statements that have been lowered again, and are nowhere.
        identities: those of lists, dicts and objects, in the order in which they were made.
        iterated: the containers that are iterated over, with the position of the element, None
            where that is known only at run time.
        passed: the parameters of the function.
        attributes: values that are called as attributes of objects that have no name yet.
        factories: what makes the values of keys that dicts do not have yet: `defaultdict`.
        asked: the values that were read by name where they may be missing.
        subscripted: values that have an element or are written to, so that they are no numbers.
    """

    followed: bool = False
    origins: dict[Var, Origin] = field(default_factory=dict)
    written: set[Memory] = field(default_factory=set)
    versions: Versions = field(default_factory=dict)
    related: dict[Memory, list[Memory]] = field(default_factory=dict)
    contents: dict[Memory, set[Memory]] = field(default_factory=dict)
    boxes: set[Memory] = field(default_factory=set)
    dropped: set[Var] = field(default_factory=set)
    identities: list[Var] = field(default_factory=list)
    iterated: list[tuple[Memory, int | None]] = field(default_factory=list)
    passed: frozenset[Var] = frozenset()
    attributes: set[Var] = field(default_factory=set)
    factories: dict[Memory, Expr] = field(default_factory=dict)
    asked: set[Var] = field(default_factory=set)
    subscripted: set[Var] = field(default_factory=set)
    _pairs: list[tuple[Memory, Memory]] = field(default_factory=list)

    def origin(self, var: Var) -> Origin:
        """Where a value came from; one from nowhere is all of a memory of its own."""
        if var not in self.origins:
            self.origins[var] = Origin(Memory(var), HOLE, var)
        return self.origins[var]

    def holds(self, memory: Memory) -> Expr:
        """What a memory holds."""
        return self.versions.get(memory, memory.first)

    def near(self, memory: Memory) -> list[Memory]:
        """The memories that may be the same as one."""
        return self.related.get(memory, [])

    def relate(
        self, memory: Memory, others: Iterable[Memory], apart: Collection[Memory] = ()
    ) -> None:
        """Note of a new memory those that it may be.

        Args:
            memory: the new memory.
            others: the memories one of which it may be, or a new one; and so what these may be,
            apart: except what is known to be another than it.
        """
        others = dict.fromkeys(others)
        near = dict.fromkeys(m for one in others for m in self.near(one) if m not in apart)
        for other in others | near:
            if other is not memory and other not in self.near(memory):
                self._pairs.append((memory, other))
                self.related.setdefault(memory, []).append(other)
                self.related.setdefault(other, []).append(memory)

    def reached(self, memories: Iterable[Memory]) -> set[Memory]:
        """Memories, and those that can be reached from them."""
        found: set[Memory] = set()
        stack = list(memories)
        while stack:
            memory = stack.pop()
            if memory not in found:
                found.add(memory)
                stack += self.contents.get(memory, ())
        return found

    def holding(self, memory: Memory) -> list[Memory]:
        """The lists of unknown length that may hold a memory: what they hold is as it was when they
        got it."""
        meant = {memory, *self.near(memory)}
        return [
            other
            for other, inside in self.contents.items()
            if not isinstance(self.holds(other), Apply) and meant & self.reached(inside)
        ]

    @property
    def noted(self) -> int:
        """How much has been noted of memories that may be the same."""
        return len(self._pairs)

    def forget(self, noted: int) -> None:
        """Take back what has been noted since."""
        while len(self._pairs) > noted:
            memory, other = self._pairs.pop()
            self.related[memory].remove(other)
            self.related[other].remove(memory)


def may_share(kind: Kind) -> bool:
    """Whether a value of a kind has memory that others may share: an array's, or a container's."""
    return is_mutable(kind) or holds_arrays(kind) or any(may_share(k) for _, k in children(kind))


def is_mutable(kind: Kind) -> bool:
    """Whether a value of a kind is a list, a dict or an object with attributes."""
    return is_container(kind) or is_object(kind)


def is_object(kind: Kind) -> bool:
    """Whether a value of a kind is an object whose attributes can be written."""
    if not isinstance(kind, Record) or kind.type in _PLAIN:
        return False
    return not (isinstance(kind.type, type) and issubclass(kind.type, tuple))


_PLAIN = (slice, type(Ellipsis), np.random.Generator, np.random.RandomState)


def is_container(kind: Kind) -> bool:
    """Whether a value of a kind is a list or dict."""
    return isinstance(kind, Mapping) or (isinstance(kind, (Items, Many)) and kind.type is list)


def holds_arrays(kind: Kind) -> bool:
    """Whether a value of a kind is an array, or may hold one."""
    match kind:
        case Array(_, axes):
            return axes != ()
        case Items(_, items):
            return any(map(holds_arrays, items))
        case Many(_, element):
            return holds_arrays(element)
        case Mapping(items):
            return items is None or any(holds_arrays(kind) for _, kind in items)
        case Record(type, fields):
            return type is not slice and any(holds_arrays(kind) for _, kind in fields)
    return isinstance(kind, Unknown)


THIS = "this"


def identity(expr: Expr) -> Var | None:
    """The identity of a display that is a list, dict or object in memory."""
    if not isinstance(expr, Apply):
        return None
    if expr.op == "record":
        this = expr.args[1] if len(expr.args) > 1 else None
    else:
        this = expr.kwargs[0][1] if expr.kwargs and expr.kwargs[0][0] == THIS else None
    assert this is None or isinstance(this, Var)
    return this


def holds_memory(value: Var) -> bool:
    """Whether a value has memory that others may share; an array without axes has some, too."""
    return may_share(value.kind) or value.boxed
