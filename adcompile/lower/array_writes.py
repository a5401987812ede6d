"""A write into an array makes another value of its memory; what may share it becomes unreadable."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from adcompile.ir import Expr, Ref, Var
from adcompile.kinds import (
    Array,
    carries_derivative,
    dims,
    is_complex,
    is_real,
)
from adcompile.lower import reads, views
from adcompile.lower.heap import (
    ArgumentWrittenError,
    Memory,
    NeedsUnrollingError,
    Write,
    WritesError,
    lost,
)
from adcompile.places import composed

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame


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
    if index is not None and isinstance(target, Var):
        frame.heap.subscripted.add(target)
    held = reads.held_by(frame, node, memory)
    value = reads.current(frame, node, value)
    kind = frame.kind(held)
    assert isinstance(kind, Array) and isinstance(held, Var)
    if frame.build.varied(value):
        _refuse_truncation(frame, node, memory, kind, value)
    where = composed(place, index if index is None else reads.current(frame, node, index))
    result = frame.build.apply(f"scatter.{op}", held, where, value)
    assert isinstance(result, Var)
    result.hint, result.named = memory.initial.hint, True
    views.note_whole(frame, memory, result)
    near = frame.heap.near(memory)
    frame.heap.written |= {memory, *near}
    frame.heap.versions[memory] = result
    written = lost(Write(memory.name, getattr(node, "lineno", 0)))
    # A list may hold the array, but it holds the same array after the write.
    near = [other for other in frame.heap.near(memory) if other.display is None]
    frame.heap.versions |= dict.fromkeys([*near, *frame.heap.holding(memory)], written)


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
    reason = origin.memory.fixed or (views.NOT_KNOWN if origin.place is None else None)
    if views.is_read_only(origin):
        reason = reason or "NumPy makes this view read-only"
    if reason is not None or origin.place is None:
        said = f"{what} cannot be written to: {reason}"
        if reason is views.NOT_KNOWN:
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


def _refuse_truncation(
    frame: Frame, node: ast.AST, memory: Memory, kind: Array, value: Expr
) -> None:
    name = reads.quoted(memory.name)
    if is_real(kind) and carries_derivative(kind) and is_complex(frame.kind(value)):
        raise frame.refuse(
            node,
            f"{name} holds {kind.dtype}, and a complex number is written to it",
            "write `np.real` of it, or make it an array of complex numbers",
        )
    if kind.dtype is not None and not carries_derivative(kind):
        raise frame.refuse(
            node,
            f"{name} holds {kind.dtype}: a differentiated value would be truncated",
            "make it an array of floats",
        )
