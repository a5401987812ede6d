"""What a value means now: what its memory holds after the writes since it was made."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.builder import STRUCTURES
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Block, Expr, Ref, Var
from adcompile.lower import views
from adcompile.lower.heap import (
    Memory,
    Origin,
    Versions,
    Write,
    holds_memory,
    identity,
    is_lost,
    lost,
)
from adcompile.places import at

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame


def current(frame: Frame, node: ast.AST, expr: Expr) -> Expr:
    """What an expression means now: the values in it as the writes since have left them."""
    if not frame.heap.followed:
        return expr
    if isinstance(expr, Apply):
        this = identity(expr)
        if this is not None:
            held = held_by(frame, node, frame.heap.origins[this].memory)
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
    holds = held_by(frame, node, origin.memory)
    if holds is origin.version:
        return expr
    if origin.place is None:
        raise refusal(frame, node, expr.hint or "this value", Write(origin.memory.name))
    if views.may_be_element(frame, expr):
        raise frame.refuse(
            node,
            f"{quoted(expr.hint or 'this value')} is an element or a view of "
            f"{quoted(origin.memory.name)}, which has been written to since: which of them shows "
            "only at run time",
            "annotate how many axes the array has, or give its kind by a call",
        )
    value = at(frame.build, holds, origin.place)
    if isinstance(value, Var):
        frame.heap.origins[value] = Origin(origin.memory, origin.place, holds)
    return value


def is_varied(frame: Frame, expr: Expr) -> bool:
    """Whether what an expression means now depends on what is differentiated; so is what cannot be
    read any more."""
    heap, build = frame.heap, frame.build
    if isinstance(expr, Apply) and expr.op in STRUCTURES:
        this = identity(expr)
        held = expr if this is None else heap.holds(heap.origins[this].memory)
        if not isinstance(held, Apply):
            return is_lost(held) or build.varied(held)
        return any(is_varied(frame, part) for part in held.operands() if part is not this)
    origin = heap.origins.get(expr) if isinstance(expr, Var) else None
    held = expr if origin is None else heap.holds(origin.memory)
    # What was taken out of a list, and is no array, is what it was.
    return build.varied(expr) or is_lost(held) or build.varied(held)


def held_by(frame: Frame, node: ast.AST, memory: Memory) -> Expr:
    """What a memory holds now."""
    return readable(frame, node, memory.name, frame.heap.holds(memory))


def readable(frame: Frame, node: ast.AST, name: str, value: Expr) -> Expr:
    """What a name or memory stands for.

    Raises:
        RefusedError: it may have been written to on one of the paths that lead here.
    """
    if isinstance(value, Ref) and isinstance(value.target, Write):
        raise refusal(frame, node, name, value.target)
    return value


def refusal(frame: Frame, node: ast.AST, name: str, write: Write) -> RefusedError:
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
            unsure = origin.place is None or views.may_be_element(frame, var)
            if unsure and holds is not origin.version:
                return lost(Write(origin.memory.name))
    return None


def at_end(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """What a value means at this point, where it is handed on; `lost` if it cannot be read."""
    if not frame.heap.followed or value is ir.UNDEFINED or is_lost(value):
        return value
    return _lost(frame, value) or current(frame, node, value)


def may_change(frame: Frame, expr: Expr) -> bool:
    """Whether an expression may mean something else later, because it reads an array."""
    return frame.heap.followed and any(map(holds_memory, ir.variables(expr)))
