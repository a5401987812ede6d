"""Where the result of an operation has its memory from: new, a view of an operand, or not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.builder import may_box
from adcompile.ir import Apply, Expr, Ref, Var
from adcompile.kinds import (
    ELLIPSIS,
    NONE,
    Array,
    Items,
    Kind,
    Many,
    Record,
    Scalar,
    Unknown,
    dims,
    rank,
)
from adcompile.lower.heap import Memory, Origin, holds_memory, may_share
from adcompile.places import HOLE, composed, views
from adcompile.rules import registry

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame


def note(frame: Frame, result: Expr, expr: Apply) -> None:
    """Note where the result of an operation has its memory from."""
    heap = frame.heap
    if not heap.followed or not isinstance(result, Var):
        return
    if expr.op == "index" and isinstance(expr.args[0], Var) and is_basic(frame, expr.args[1]):
        heap.subscripted.add(expr.args[0])
    if result in heap.origins:
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
        memory = Memory(result, None if _may_be_view(frame, expr) else NOT_KNOWN)
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
    return origin.memory.fixed is None and origin.place is not None and not is_read_only(origin)


def is_read_only(origin: Origin) -> bool:
    """Whether NumPy does not let one write to a view."""
    place = HOLE if origin.place is None else origin.place
    return any(_rule_name(view) in _READ_ONLY for view in views(place))


NOT_KNOWN = "it is not known while compiling whose memory it is"

_OUTSIDE = "it comes from outside the function, and a write to it outlives the call"


def _is_outside(expr: Expr) -> bool:
    """Whether something is, or holds, an array from outside the function."""
    return isinstance(expr, Ref) and may_share(expr.kind) and not isinstance(expr.kind, Unknown)


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


def may_be_element(frame: Frame, value: Var) -> bool:
    """Whether a value may be an element of an array or a view of it: the rank is not known."""
    if not isinstance(value.kind, Array) or value.kind.dims is not None:
        return False
    place = frame.heap.origins[value].place
    if not isinstance(place, Apply) or place.op != "index" or value in frame.heap.subscripted:
        return False
    index = place.args[1]
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    return all(dims(frame.kind(part)) == () for part in parts)


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


def note_whole(frame: Frame, memory: Memory, value: Var) -> None:
    """Note that a value is all of a memory."""
    frame.heap.origins[value] = Origin(memory, HOLE, value)


def _rule_name(expr: Apply) -> str:
    rule = registry.find(expr.op)
    return rule.name if rule is not None else expr.op


def own(frame: Frame, value: Expr) -> None:
    """Note that a value is memory of its own."""
    if isinstance(value, Var):
        frame.heap.origins.pop(value, None)
