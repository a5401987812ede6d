"""Writes into lists and dicts: `L[i] = e`, `d["a"] = e`, and loops over what must not change."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adcompile import ir
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import (
    ArgumentAxis,
    Array,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    carries_derivative,
    dims,
    rank,
)
from adcompile.lower import (
    arguments,
    array_writes,
    closures,
    containers,
    functions,
    reads,
    views,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import (
    THIS,
    ArgumentWrittenError,
    Memory,
    NeedsUnrollingError,
    Write,
    WritesError,
    identity,
    is_container,
    is_mutable,
    is_object,
    lost,
)
from adcompile.places import HOLE
from adcompile.rules.registry import static_value

# ----- iterating -----


def iterated(frame: Frame, value: Expr) -> tuple[Var, ...]:
    """The container that a loop over a value runs over, as `iterating` takes it."""
    this = identity(value)
    if this is None and isinstance(value, Var) and is_container(value.kind):
        this = value
    return () if this is None or not frame.heap.followed else (this,)


@contextmanager
def iterating(frame: Frame, over: Sequence[Var], position: int | None = None) -> Iterator[None]:
    """While a loop runs over containers, their lengths must not change, nor elements to come."""
    added = [(frame.heap.origin(this).memory, position) for this in over]
    frame.heap.iterated += added
    try:
        yield
    finally:
        del frame.heap.iterated[len(frame.heap.iterated) - len(added) :]


def _refuse_iterated(frame: Frame, node: ast.AST, what: Memory, position: int | None) -> None:
    """Refuse to change a container that is iterated over, but for an element that has been read.

    Args:
        frame: the function.
        node: the write.
        what: the container.
        position: of the element that is replaced, None for any other change.
    """
    related = [what, *frame.heap.near(what)]
    for other, at in frame.heap.iterated:
        if other not in related:
            continue
        if position is None or (at is not None and position > at):
            raise frame.refuse(
                node,
                f"{reads.quoted(what.name)} changes while it is iterated over",
                "iterate over a copy of it",
            )


# ----- writing -----

_NOWHERE = Const(None)


def held_by(frame: Frame, node: ast.AST, target: Expr) -> tuple[Memory, Expr]:
    """A container that is to be written to, and what it holds."""
    if not frame.heap.followed:
        raise WritesError
    if frame.nested:
        raise closures.needs_statements(frame, node)
    if isinstance(target, Ref):
        raise frame.refuse(
            node,
            f"`{target.name}` comes from outside the function, and a write to it outlives the call",
            "write to a copy",
        )
    known = containers.memory_of(frame, target)
    if known is not None:
        return known, reads.current(frame, node, target)
    assert isinstance(target, Var)
    origin = frame.heap.origin(target)
    fixed = origin.memory.fixed is not None and not _is_new(frame, target)
    if fixed or origin.place is not HOLE:
        what = f"`{target.hint}`" if target.hint else "this"
        reason = origin.memory.fixed or "it is part of another"
        said = f"{what} cannot be written to: {reason}"
        raise array_writes.unknown(frame, node, origin.memory, said, "write to a copy")
    if target in frame.heap.passed:
        raise ArgumentWrittenError(
            f"`{target.hint}` comes from outside the function, and a write to it outlives the call",
            f"write to a copy: `{target.hint} = {_copied(target.kind)}({target.hint})`",
            frame.source.span(node),
        )
    return origin.memory, _written_out(frame, node, target, origin.memory)


def _is_new(frame: Frame, target: Var) -> bool:
    """Whether a container has been made by NumPy, whatever its elements are."""
    made = frame.build.definition(target)
    return made is not None and made.op.startswith("numpy.")


def _copied(kind: Kind) -> str:
    return "dict" if isinstance(kind, Mapping) else "list"


def _written_out(frame: Frame, node: ast.AST, target: Var, what: Memory) -> Expr:
    """What a container that has been calculated holds, as a display."""
    if frame.heap.holds(what) is not target or isinstance(target.kind, Many):
        return reads.current(frame, node, target)
    near = list(frame.heap.near(what))
    if isinstance(target.kind, Mapping):
        parts = [part for pair in functions.entries(frame, node, target) for part in pair]
        display = Apply("dict", tuple(parts))
    else:
        display = Apply("list", tuple(arguments.spread(frame, node, target)))
    containers.own(frame, display.args, near)
    return display


def put(
    frame: Frame,
    node: ast.AST,
    what: Memory,
    op: str,
    args: Sequence[Expr],
    position: int | None = None,
) -> None:
    """Let a container hold other elements, see `_refuse_iterated`."""
    _refuse_iterated(frame, node, what, position)
    refuse_inside_itself(frame, node, what, args)
    change(frame, node, what, Apply(op, tuple(args), ((THIS, what.initial),)), args)


def replace(frame: Frame, node: ast.AST, what: Memory, result: Var) -> None:
    """Let a list hold what another list of unknown length does."""
    _refuse_iterated(frame, node, what, None)
    _check_alike(frame, node, what, result.kind)
    result.hint, result.named = what.initial.hint or "values", True
    inside = frame.heap.contents.get(frame.heap.origin(result).memory, set())
    views.note_whole(frame, what, result)
    change(frame, node, what, result, [])
    frame.heap.contents[what] |= inside


def refuse_inside_itself(frame: Frame, node: ast.AST, what: Memory, args: Sequence[Expr]) -> None:
    """Refuse to put a container or object into itself."""
    if any(what.initial in ir.variables(reads.current(frame, node, arg)) for arg in args):
        thing = "an object" if is_object(what.initial.kind) else "a container"
        raise frame.refuse(node, f"{thing} that holds itself cannot be differentiated")


def change(frame: Frame, node: ast.AST, what: Memory, holds: Expr, args: Sequence[Expr]) -> None:
    """Let a container or object hold something else: these elements have come into it."""
    heap = frame.heap
    heap.written.add(what)
    containers.put_in(frame, what, args)
    heap.versions[what] = holds
    of_object = is_object(what.initial.kind)
    written = lost(Write(what.name, getattr(node, "lineno", 0), of_object=of_object))
    near = [other for other in heap.near(what) if is_mutable(other.initial.kind)]
    heap.versions |= dict.fromkeys([*near, *heap.holding(what)], written)


def grow(
    frame: Frame,
    node: ast.AST,
    what: Memory,
    op: str,
    place: Expr = _NOWHERE,
    value: Expr = _NOWHERE,
    position: int | None = None,
) -> None:
    """Change a list of unknown length: `append`, `pop`, or `store`."""
    _refuse_iterated(frame, node, what, position)
    held = reads.readable(frame, node, what.name, frame.heap.holds(what))
    if isinstance(held, Apply):
        display = reads.current(frame, node, held)
        assert isinstance(display, Apply)
        held = containers.defined(frame, display)
    value = reads.current(frame, node, value)
    result = frame.build.apply(f"scatter.{op}", held, place, value)
    assert isinstance(result, Var) and isinstance(held, Var)
    if op == "store":
        result.kind = containers.many(held.kind, Many(list, frame.kind(value)))
    _check_alike(frame, node, what, result.kind)
    result.hint, result.named = what.initial.hint or "values", True
    views.note_whole(frame, what, result)
    change(frame, node, what, result, [value])


def _check_alike(frame: Frame, node: ast.AST, what: Memory, kind: Kind) -> None:
    """Refuse a list of unknown length with elements of different types."""
    assert isinstance(kind, Many)
    parts = kind.element.items if isinstance(kind.element, Items) else (kind.element,)
    numbers_and_arrays = all(_is_plain(part) or _is_row(part) for part in parts)
    saved = frame.source.generated and not carries_derivative(kind)
    if not (numbers_and_arrays or saved):
        raise NeedsUnrollingError(
            f"the elements of {reads.quoted(what.name)}, whose length is not known while "
            "compiling, are not numbers of one type or arrays of one rank",
            _alternative(kind.element),
            frame.source.span(node),
        )


def _is_plain(kind: Kind) -> bool:
    """Whether values are numbers, or arrays of one rank."""
    return isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims is not None)


def _is_row(kind: Kind) -> bool:
    """Whether values are lists of numbers: they can be read where they are, not written to."""
    is_list = isinstance(kind, Many) and kind.type is list
    element = containers.element_of(kind)
    return is_list and _is_plain(element) and not rank(element)


def _alternative(element: Kind) -> str:
    """What to write instead of a list of such elements."""
    if isinstance(element, Record):
        return "use an array for each attribute"
    return "use an array of more axes" if is_container(element) else "make them alike"


def display_of(frame: Frame, node: ast.AST, target: Expr) -> tuple[Memory, Apply]:
    """A container that is to be written to, and its elements."""
    what, held = held_by(frame, node, target)
    if not isinstance(held, Apply):
        raise frame.refuse(
            node,
            f"the length of {reads.quoted(what.name)} is not known while compiling here",
            "use a copy",
        )
    return what, held


def store(frame: Frame, node: ast.AST, base: Expr, index: Expr, value: Expr) -> None:
    """`L[i] = value`, `d[key] = value`."""
    what, held = held_by(frame, node, base)
    known, key = static_value(frame.kind(index))
    if not isinstance(held, Apply) or (held.op == "list" and not known):
        _store_anywhere(frame, node, what, index, value)
        return
    if held.op == "dict":
        store_key(frame, node, what, held, key_of(frame, node, index), value)
        return
    if known and isinstance(key, slice):
        parts = list(held.args)
        parts[key] = arguments.spread(frame, node, value)
        put(frame, node, what, "list", parts)
        return
    position = position_of(frame, node, held, key)
    parts = list(held.args)
    parts[position] = value
    put(frame, node, what, "list", parts, position)


def _store_anywhere(frame: Frame, node: ast.AST, what: Memory, index: Expr, value: Expr) -> None:
    """`L[i] = value` where the element is known only at run time."""
    kind = frame.kind(index)
    if isinstance(kind, Record) or not (isinstance(kind, Scalar) or dims(kind) == ()):
        raise frame.refuse(
            node, "a part of a list whose length is not known while compiling is replaced"
        )
    held = reads.readable(frame, node, what.name, frame.heap.holds(what))
    old, new = containers.many(frame.kind(held)).element, frame.kind(value)
    # An adjoint has the shape of what it is the adjoint of, whatever that is.
    if not (_are_alike(old, new) or (frame.source.generated and rank(old) == rank(new))):
        raise frame.refuse(
            node,
            "an element of a list, known only at run time, is replaced by one of another shape",
            "use an array",
        )
    # In a loop it may be an element to come, which is read when the loop comes to it.
    grow(frame, node, what, "store", index, value, position=0)


def _are_alike(old: Kind, new: Kind) -> bool:
    """Whether two values are both numbers, or arrays of the same shape as far as is known."""
    if all(isinstance(kind, Scalar) or dims(kind) == () for kind in (old, new)):
        return True
    shape = dims(new)
    return bool(shape) and shape == dims(old) and all(map(_is_fixed, shape or ()))


def _is_fixed(length: Dim) -> bool:
    """Whether a length is the same at any time."""
    return isinstance(length, int) or isinstance(length.origin, ArgumentAxis)


def store_key(
    frame: Frame, node: ast.AST, what: Memory, held: Apply, key: Const, value: Expr
) -> None:
    keys, values = list(held.args[::2]), list(held.args[1::2])
    position = keys.index(key) if key in keys else None
    if position is None:
        keys, values = [*keys, key], [*values, value]
    else:
        values[position] = value
    parts = [part for pair in zip(keys, values, strict=True) for part in pair]
    put(frame, node, what, "dict", parts, position)


def key_of(frame: Frame, node: ast.AST, index: Expr) -> Const:
    """A key of a dict."""
    known, key = static_value(frame.kind(index))
    if not known or not isinstance(key, (str, int, float, bool, type(None))):
        raise NeedsUnrollingError(
            "a key of this dict is not known while compiling",
            "write it as a literal",
            frame.source.span(node),
        )
    return Const(key)


def position_of(frame: Frame, node: ast.AST, held: Apply, key: object) -> int:
    """The position of an element."""
    length = len(held.args)
    if isinstance(key, bool) or not isinstance(key, int) or not -length <= key < length:
        raise frame.refuse(node, f"there is no element {key!r} here")
    return key % length
