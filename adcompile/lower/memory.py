"""What is changed in place: which names and views mean the same memory, and what it holds.

A value is never changed: writing `a[i] = e` makes another value, `a` after the write, and a read
of `a` or of a view of it after the write is a read of that one (functionalisation). What a name
refers to is a *memory* and a place in it; what the memory holds now is kept in the environment
beside the names, so that branches merge it and loops carry it like any variable. Where two values
may or may not share memory, a write to the one makes the other unreadable.

A list or dict is memory, too, and so is an object that the function makes. What it holds is a
display, which names its identity, a value that is nowhere defined; see `containers`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from adcompile import ir
from adcompile.builder import may_box
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Block, Expr, Merge, Ref, Var
from adcompile.kinds import (
    ELLIPSIS,
    NONE,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    Unknown,
    carries_derivative,
    children,
    dims,
    is_complex,
    is_real,
    rank,
)
from adcompile.places import HOLE, at, composed, views
from adcompile.rules import registry

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame


class WritesError(Exception):
    """A function writes into arrays: it is to be lowered again, with its memory followed."""


class ArgumentWrittenError(RefusedError):
    """A function writes into a list or dict that it is passed: its body must take the place of the
    call."""


class NeedsUnrollingError(RefusedError):
    """Something must be known while compiling that is, at best, where each iteration of a loop has
    code of its own."""


@dataclass(eq=False, slots=True)
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


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: it is what was at `place` (see `places`) while `memory` held
    `version`; the place is None where it is not known."""

    memory: Memory
    place: Expr | None
    version: Expr


Versions = dict[Memory, Expr]


@dataclass(frozen=True, slots=True)
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


@dataclass(eq=False, slots=True)
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


# ----- reading -----


def current(frame: Frame, node: ast.AST, expr: Expr) -> Expr:
    """What an expression means now: the values in it as the writes since have left them."""
    if not frame.heap.followed:
        return expr
    if isinstance(expr, Apply):
        this = identity(expr)
        if this is not None:
            held = _held(frame, node, frame.heap.origins[this].memory)
            if not isinstance(held, Apply):
                return held
            expr = held
        args = tuple(arg if arg is this else current(frame, node, arg) for arg in expr.args)
        kwargs = tuple(
            (name, value if value is this else current(frame, node, value))
            for name, value in expr.kwargs
        )
        return Apply(expr.op, args, kwargs) if (args, kwargs) != (expr.args, expr.kwargs) else expr
    if not isinstance(expr, Var) or expr not in frame.heap.origins:
        return expr
    origin = frame.heap.origins[expr]
    holds = _held(frame, node, origin.memory)
    if holds is origin.version:
        return expr
    if origin.place is None:
        raise _refusal(frame, node, expr.hint or "this value", Write(origin.memory.name))
    value = at(frame.build, holds, origin.place)
    if isinstance(value, Var):
        frame.heap.origins[value] = Origin(origin.memory, origin.place, holds)
    return value


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


def _held(frame: Frame, node: ast.AST, memory: Memory) -> Expr:
    """What a memory holds now."""
    return readable(frame, node, memory.name, frame.heap.holds(memory))


def readable(frame: Frame, node: ast.AST, name: str, value: Expr) -> Expr:
    """What a name or memory stands for.

    Raises:
        RefusedError: it may have been written to on one of the paths that lead here.
    """
    if isinstance(value, Ref) and isinstance(value.target, Write):
        raise _refusal(frame, node, name, value.target)
    return value


def _refusal(frame: Frame, node: ast.AST, name: str, write: Write) -> RefusedError:
    if write.differs:
        return frame.refuse(
            node,
            f"{quoted(name)} has different lengths on two paths",
            "give it the same length on both",
        )
    where = f" in line {write.line}" if write.line else ""
    told = " " not in write.to and write.to != name
    if write.of_object:
        which = (
            f"the same object as {quoted(write.to)}, of" if write.to != name else "the object of"
        )
        return frame.refuse(
            node,
            f"{quoted(name)} may be {which} which an attribute has been written{where}",
            "keep the value in a variable, or make a new object",
        )
    other = f"`{write.to}`, which" if told else "what"
    return frame.refuse(
        node,
        f"{quoted(name)} may share memory with {other} has been written to{where}",
        "make a copy with `.copy()` before",
    )


def quoted(name: str) -> str:
    """A name as messages have it; what has none is described in words."""
    return name if " " in name else f"`{name}`"


def note(frame: Frame, result: Expr, expr: Apply) -> None:
    """Note where the result of an operation has its memory from."""
    heap = frame.heap
    if not heap.followed or not isinstance(result, Var) or result in heap.origins:
        return
    # What a hook captures does not become part of the value.
    handed = expr.args[0] if expr.op == "on_backward" else expr
    sources = [v for v in ir.variables(handed) if holds_memory(v)]
    if not holds_memory(result):
        return
    if not sources:
        if not is_fresh(expr) and any(map(_is_outside, expr.operands())):
            heap.origins[result] = Origin(Memory(result, _OUTSIDE), HOLE, result)
        return
    place = _viewed(frame, expr)
    if place is not None:
        base = heap.origin(ir.first_variable(expr))
        inner = None if base.place is None else composed(base.place, place)
        heap.origins[result] = Origin(base.memory, inner, base.version)
    elif not (is_fresh(expr) or gathers(frame, expr)):
        memory = Memory(result, None if _may_be_view(frame, expr) else _NOT_KNOWN)
        near = heap.reached(heap.origin(source).memory for source in sources)
        if isinstance(result.kind, Array):
            near = {other for other in near if other.display is None}
        heap.relate(memory, near)
        heap.origins[result] = Origin(memory, HOLE, result)


def _may_be_view(frame: Frame, expr: Apply) -> bool:
    """Whether the result of an operation is new memory or a view of an array that can be written
    to, depending on how that lies in memory."""
    if _rule_name(expr) not in _MAYBE_VIEWS or not expr.operands():
        return False
    arrays = [operand for operand in expr.operands() if _has_memory(operand)]
    return all(_is_writable(frame, array) for array in arrays)


def _has_memory(expr: Expr) -> bool:
    return any(map(holds_memory, ir.variables(expr))) or _is_outside(expr)


def _is_writable(frame: Frame, expr: Expr) -> bool:
    if not isinstance(expr, Var) or not isinstance(expr.kind, Array):
        return False
    origin = frame.heap.origin(expr)
    return origin.memory.fixed is None and origin.place is not None and not _is_read_only(origin)


def _is_read_only(origin: Origin) -> bool:
    """Whether NumPy does not let one write to a view."""
    place = HOLE if origin.place is None else origin.place
    return any(_rule_name(view) in _READ_ONLY for view in views(place))


_NOT_KNOWN = "it is not known while compiling whose memory it is"
_OUTSIDE = "it comes from outside the function, and a write to it outlives the call"


def _is_outside(expr: Expr) -> bool:
    """Whether something is, or holds, an array from outside the function."""
    return isinstance(expr, Ref) and may_share(expr.kind) and not isinstance(expr.kind, Unknown)


def holds_memory(value: Var) -> bool:
    """Whether a value has memory that others may share; an array without axes has some, too."""
    return may_share(value.kind) or value.boxed


def is_fresh(expr: Apply) -> bool:
    """Whether the result of an operation shares no memory with its operands."""
    if expr.op.startswith("scatter."):
        return True
    if expr.op in ("call", "opaque", "effect"):
        callee = expr.args[0]
        return isinstance(callee, Ref) and not getattr(callee.target, "shares", True)
    return registry.is_fresh(expr)


def is_view(expr: Apply) -> bool:
    """Whether the result of an operation is a view of its first operand."""
    return _rule_name(expr) in _VIEWS


def gathers(frame: Frame, expr: Apply) -> bool:
    """Whether an operation indexes by arrays, which makes a copy."""
    if expr.op != "index" or not isinstance(frame.kind(expr.args[0]), Array):
        return False
    index = expr.args[1]
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    return any(_is_advanced(frame.kind(part)) for part in parts)


def _is_advanced(kind: Kind) -> bool:
    if isinstance(kind, Array):
        return kind.dims is not None and kind.dims != ()
    return isinstance(kind, (Items, Many)) and kind.type is list


# Views of whole arrays, by the name of the operation.
_VIEWS = {
    "attribute.T", "attribute.mT", "numpy.transpose", "numpy.swapaxes", "numpy.moveaxis",
    "numpy.expand_dims", "numpy.squeeze", "numpy.flip", "numpy.fliplr", "numpy.flipud",
    "numpy.broadcast_to", "numpy.diagonal",
}  # fmt: skip
# Those that NumPy does not let one write to.
_READ_ONLY = {"numpy.broadcast_to", "numpy.diagonal"}
_FLATTENED = {"numpy.reshape", "numpy.ravel"}
_MAYBE_VIEWS = _FLATTENED | {"numpy.asarray", "numpy.einsum"}

# They make arrays whose elements follow one another in memory.
_CONTIGUOUS = {
    f"numpy.{name}" for name in ("zeros", "ones", "empty", "full", "arange", "linspace")
} | {"ndarray.copy"}


def _viewed(frame: Frame, expr: Apply) -> Expr | None:
    """The place of a view in its first operand; None for what is no view, or may be none."""
    if not expr.args or not isinstance(expr.args[0], Var):
        return None
    if not isinstance(expr.args[0].kind, Array):
        return None
    view = Apply(expr.op, (HOLE, *expr.args[1:]), expr.kwargs)
    if expr.op == "index":
        return view if is_basic(frame, expr.args[1]) else None
    name = _rule_name(expr)
    if name in _VIEWS:
        return view
    if name == "numpy.asarray" and len(expr.args) == 1 and not expr.kwargs:
        return HOLE if dims(expr.args[0].kind) is not None else None
    if name in _FLATTENED and _is_contiguous(frame, expr.args[0]):
        return view
    return None


def is_basic(frame: Frame, index: Expr) -> bool:
    """Whether an index takes a view: integers, slices, new axes and `...`."""
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    for part in parts:
        kind = frame.kind(part)
        number = isinstance(kind, Scalar) and kind.type is int
        number = number or (_is_integer(kind) and not _may_be_box(part))
        if not (number or kind in (NONE, ELLIPSIS) or _is_slice(kind)):
            return False
    return True


def _is_integer(kind: Kind) -> bool:
    """Whether a value is an integer of NumPy's, or an array of no axes with one in it."""
    if not isinstance(kind, Array) or kind.dtype is None:
        return False
    return kind.dims == () and kind.dtype.kind in "iu"


def _may_be_box(expr: Expr) -> bool:
    """Whether a value may be an array of no axes; as an index that makes a copy, where a number
    takes a view."""
    if isinstance(expr, Var):
        return expr.boxed
    return isinstance(expr, Ref) or (isinstance(expr, Apply) and may_box(expr))


def _is_slice(kind: Kind) -> bool:
    return isinstance(kind, Record) and kind.type is slice


def _is_contiguous(frame: Frame, var: Var) -> bool:
    """Whether an array is all of a memory whose elements follow one another."""
    origin = frame.heap.origin(var)
    initial = origin.memory.initial
    made = frame.build.definition(initial)
    if made is None or not _is_whole(origin.place):
        return False
    plain = not (made.op == "ndarray.copy" and len(made.args) > 1)
    ordered = any(name == "order" for name, _ in made.kwargs)
    rule = registry.find(made.op)
    if rule is not None and rule.elementwise and rule.fresh:
        return rank(initial.kind) == 1
    return made.op in _CONTIGUOUS and plain and not ordered


def _is_whole(place: Expr | None) -> bool:
    """Whether a place is all of a memory, in another shape perhaps."""
    while isinstance(place, Apply) and _rule_name(place) in _FLATTENED:
        if place.kwargs:
            return False
        place = place.args[0]
    return place is HOLE


# ----- writing -----


def write(
    frame: Frame, node: ast.AST, target: Expr, index: Expr | None, op: str, value: Expr
) -> None:
    """`target[index] = value`, or with `op` "add", "sub" or "at" what is to be added there.

    Args:
        frame: the function.
        node: the statement or target, for refusals.
        target: the array as a name or view refers to it.
        index: the index, None for all of it.
        op: the kind of write: `store`, `add`, `sub` or `at`.
        value: what is written.
    """
    if not frame.heap.followed:
        raise WritesError
    memory, place = _writable(frame, node, target, _spelled(node, index))
    held = _held(frame, node, memory)
    value = current(frame, node, value)
    kind = frame.kind(held)
    assert isinstance(kind, Array) and isinstance(held, Var)
    if frame.build.varied(value):
        _refuse_truncation(frame, node, memory, kind, value)
    where = composed(place, index if index is None else current(frame, node, index))
    result = frame.build.apply(f"scatter.{op}", held, where, value)
    assert isinstance(result, Var)
    result.hint, result.named = memory.initial.hint, True
    holds(frame, memory, result)
    near = frame.heap.near(memory)
    frame.heap.written |= {memory, *near}
    frame.heap.versions[memory] = result
    written = lost(Write(memory.name, getattr(node, "lineno", 0)))
    # A list may hold the array, but it holds the same array after the write.
    near = [other for other in frame.heap.near(memory) if other.display is None]
    frame.heap.versions |= dict.fromkeys([*near, *frame.heap.holding(memory)], written)


def holds(frame: Frame, memory: Memory, value: Var) -> None:
    """Note that a value is all of a memory."""
    frame.heap.origins[value] = Origin(memory, HOLE, value)


def _writable(frame: Frame, node: ast.AST, target: Expr, called: str | None) -> tuple[Memory, Expr]:
    """The memory and the place in it that a value to write to is, which the user calls so.

    Raises:
        RefusedError: they are not known, or not the function's to write to.
    """
    what = called or getattr(target, "hint", None) or getattr(target, "name", None)
    what = f"`{what}`" if what else "this"
    if isinstance(target, Ref):
        raise frame.refuse(
            node,
            f"{what} comes from outside the function, and a write to it outlives the call",
            "pass it in, or write to a copy",
        )
    if not isinstance(target, Var) or not isinstance(target.kind, Array):
        raise frame.refuse(node, f"{what} is not known to be an array, and cannot be written to")
    if dims(target.kind) == ():
        raise frame.refuse(
            node,
            f"{what} has no axes; arrays without axes are not told from numbers, which cannot be "
            "written to",
            "use an array with one element",
        )
    origin = frame.heap.origin(target)
    reason = origin.memory.fixed or (_NOT_KNOWN if origin.place is None else None)
    if _is_read_only(origin):
        reason = reason or "NumPy makes this view read-only"
    if reason is not None or origin.place is None:
        said = f"{what} cannot be written to: {reason}"
        if reason is _NOT_KNOWN:
            raise unknown(frame, node, origin.memory, said, "write to a copy")
        raise frame.refuse(node, said, "write to a copy")
    return origin.memory, origin.place


def _spelled(node: ast.AST, index: Expr | None) -> str | None:
    """How the array is spelled that a statement or target writes to, or to an element of."""
    match node:
        case ast.AugAssign(target=ast.Subscript(value=written)) if index is not None:
            return ast.unparse(written)
        case ast.AugAssign(target=written) | ast.Subscript(value=written):
            return ast.unparse(written)
    return None


def unknown(
    frame: Frame, node: ast.AST, memory: Memory, reason: str, hint: str
) -> ArgumentWrittenError | NeedsUnrollingError:
    """The error for a write to what is not known: part of an argument, or of something else."""
    near = (memory, *frame.heap.near(memory))
    passed = any(other.initial in frame.heap.passed for other in near)
    error = ArgumentWrittenError if passed else NeedsUnrollingError
    return error(reason, hint, frame.source.span(node))


def _rule_name(expr: Apply) -> str:
    rule = registry.find(expr.op)
    return rule.name if rule is not None else expr.op


def _refuse_truncation(
    frame: Frame, node: ast.AST, memory: Memory, kind: Array, value: Expr
) -> None:
    if is_real(kind) and carries_derivative(kind) and is_complex(frame.kind(value)):
        raise frame.refuse(
            node,
            f"{quoted(memory.name)} holds {kind.dtype}, and a complex number is written to it",
            "write `np.real` of it, or make it an array of complex numbers",
        )
    if kind.dtype is not None and not carries_derivative(kind):
        raise frame.refuse(
            node,
            f"{quoted(memory.name)} holds {kind.dtype}: a differentiated value would be truncated",
            "make it an array of floats",
        )


# ----- branches and loops -----


def outlasting(memories: Iterable[Memory], inside: Collection[Var]) -> list[Memory]:
    """The memories whose first values are not among these."""
    return [memory for memory in memories if memory.initial not in inside]


def reached(frame: Frame, node: ast.AST, versions: Versions, block: Block, value: Expr) -> Expr:
    """What a value means at the end of a block that has been left, where memories held these."""
    heap = frame.heap
    if not heap.followed or value is ir.UNDEFINED or is_lost(value):
        return value
    with at_versions(frame, versions):
        unreadable = _lost(frame, value)
        if unreadable is not None:
            return unreadable  # what cannot be read on one path cannot be read after it
        with frame.build.reopened(block):
            return current(frame, node, value)


@contextmanager
def at_versions(frame: Frame, versions: Versions) -> Iterator[None]:
    """Where memories held these."""
    outer, frame.heap.versions = frame.heap.versions, versions
    try:
        yield
    finally:
        frame.heap.versions = outer


def _lost(frame: Frame, expr: Expr) -> Expr | None:
    """The write for which a value cannot be read, None where it can."""
    for var in ir.variables(expr):
        origin = frame.heap.origins.get(var)
        if origin is not None:
            holds = frame.heap.holds(origin.memory)
            if is_lost(holds):
                return holds
            if origin.place is None and holds is not origin.version:
                return lost(Write(origin.memory.name))
    return None


def at_end(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """What a value means at this point, where it is handed on; `lost` if it cannot be read."""
    if not frame.heap.followed or value is ir.UNDEFINED or is_lost(value):
        return value
    return _lost(frame, value) or current(frame, node, value)


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


def may_change(frame: Frame, expr: Expr) -> bool:
    """Whether an expression may mean something else later, because it reads an array."""
    return frame.heap.followed and any(map(holds_memory, ir.variables(expr)))


def own(frame: Frame, value: Expr) -> None:
    """Note that a value is memory of its own."""
    if isinstance(value, Var):
        frame.heap.origins.pop(value, None)


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
