"""Lists and dicts that change: `append`, `d["a"] = e`, `del L[0]`, and the names that see it.

A list or dict is memory, see `memory`. What it holds is a display of its elements as long as its
form is known while compiling. Each display that a function which writes makes gets an identity, a
value that is nowhere defined: names, and other displays, have the display as it was when they got
it, and by its identity read what it holds now.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeGuard

from adcompile import ir
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import (
    UNBOUND,
    UNKNOWN,
    ArgumentAxis,
    Array,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    Unknown,
    carries_derivative,
    dims,
    forget_value,
    join,
    rank,
)
from adcompile.lower import (
    calls,
    closures,
    comprehensions,
    expressions,
    functions,
    memory,
    objects,
    scopes,
)
from adcompile.lower.frame import Frame
from adcompile.lower.memory import THIS, Memory, Write, WritesError, identity, is_container
from adcompile.places import HOLE
from adcompile.rules.registry import static_value

if TYPE_CHECKING:
    from adcompile.lower import control

DISPLAYS = ("tuple", "list", "dict", "record")
_MUTABLE = ("list", "dict")


# ----- identities -----


def identified(frame: Frame, value: Expr) -> Expr:
    """A value in which every list and dict that is written out has an identity."""
    if not frame.heap.followed or not isinstance(value, Apply) or value.op not in DISPLAYS:
        return value
    if identity(value) is not None:
        return value
    args = tuple(identified(frame, arg) for arg in value.args)
    kwargs = tuple((name, identified(frame, part)) for name, part in value.kwargs)
    value = Apply(value.op, args, kwargs)
    return _in_memory(frame, value) if value.op in _MUTABLE else value


def _in_memory(frame: Frame, display: Apply, near: Iterable[Memory] = ()) -> Apply:
    """A display in memory of its own."""
    kind: Kind = Mapping(()) if display.op == "dict" else Items(list, ())
    this = Var(None, kind)
    display = Apply(display.op, display.args, ((THIS, this),))
    what = Memory(this, display=display)
    frame.heap.origins[this] = memory.Origin(what, HOLE, this)
    frame.heap.identities.append(this)
    _put_in(frame, what, display.args)
    frame.heap.relate(what, list(near))
    return display


def current(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """A value where a list or dict is looked into: what it holds now."""
    may_change = isinstance(value, Apply) or (isinstance(value, Var) and is_container(value.kind))
    return memory.current(frame, node, value) if may_change else value


def parts_of(value: Expr) -> list[tuple[object, Expr]] | None:
    """The elements of a display by key, None for what is carried in one piece."""
    if not isinstance(value, Apply):
        return None
    if value.op in ("tuple", "list"):
        return list(enumerate(value.args))
    if value.op == "dict" and identity(value) is not None:
        keys = [key.value for key in value.args[::2] if isinstance(key, Const)]
        return list(zip(keys, value.args[1::2], strict=True))
    return list(value.kwargs) if value.op == "record" else None


def part(frame: Frame, node: ast.AST, value: Expr, key: object) -> Expr:
    """What is at a key of a container or object, see `parts_of`."""
    if isinstance(frame.kind(value), Record) and isinstance(key, str):
        return expressions.attribute(frame, node, value, key)
    return expressions.item(frame, node, value, Const(key))


def with_parts(frame: Frame, display: Apply, parts: Sequence[Expr], same: bool) -> Apply:
    """A display with other elements: the same container, or another one."""
    if display.op == "record":
        return objects.another(display, parts)
    if display.op == "dict":
        args = tuple(p for pair in zip(display.args[::2], parts, strict=True) for p in pair)
    else:
        args = tuple(parts)
    if identity(display) is None:
        return Apply(display.op, args)
    if same:
        return Apply(display.op, args, display.kwargs)
    return _in_memory(frame, Apply(display.op, args))


def identities(value: Expr) -> Iterator[tuple[tuple[object, ...], Var]]:
    """The containers that are written out in a value, by the paths to them."""
    this = identity(value)
    if this is not None:
        yield (), this
    for key, part in parts_of(value) or ():
        for path, inner in identities(part):
            yield (key, *path), inner


def writes_elements(frame: Frame, node: ast.For) -> bool:
    """Whether the body of a loop writes into the elements that the loop runs over."""
    if not frame.heap.followed:
        return False
    targets = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    return any(_written_root(n) in targets for s in node.body for n in ast.walk(s))


def _written_root(node: ast.AST) -> str | None:
    """The variable that a statement may change the value of, in place."""
    match node:
        case ast.AugAssign(target=target):
            return scopes.root_of(target)
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            return scopes.root_of(node)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in calls.IN_PLACE:
            return scopes.root_of(value)
    return None


def is_sequence(value: Expr) -> TypeGuard[Apply]:
    """Whether a value is a tuple or list that is written out where memory is followed."""
    return (
        isinstance(value, Apply)
        and (identity(value) is not None or value.op == "tuple")
        and value.op in ("tuple", "list")
    )


def defined(frame: Frame, display: Apply) -> Var:
    """A display as a value of the text, which stands for the container until it is written to."""
    value = frame.build.define(Var(None, frame.kind(display), frame.build.varied(display)), display)
    what = memory_of(frame, display)
    if what is not None:
        frame.heap.origins[value] = memory.Origin(what, HOLE, frame.heap.holds(what))
    else:
        memory.join(frame, value, display.args)
    return value


def concatenated(frame: Frame, node: ast.AST, left: Expr, right: Expr) -> Expr | None:
    """`L + M` of differentiated lists of known lengths, and the sum of two literal texts."""
    if isinstance(left, Const) and isinstance(right, Const):
        if isinstance(left.value, str) and isinstance(right.value, str):
            return Const(left.value + right.value)
        return None
    kinds = frame.kind(left), frame.kind(right)
    varied = frame.build.varied(left) or frame.build.varied(right)
    if not varied or not all(isinstance(kind, Items) and kind.type is list for kind in kinds):
        return None
    return Apply("list", (*calls.spread(frame, node, left), *calls.spread(frame, node, right)))


def repeated(frame: Frame, left: Expr, right: Expr) -> Expr | None:
    """`L * n` or `(a, b) * n` where both are known while compiling, None where they are not."""
    for display, number in ((left, right), (right, left)):
        if is_sequence(display):
            known, times = static_value(frame.kind(number))
            if known and isinstance(times, int) and len(display.args) * times <= _WRITTEN_OUT:
                return Apply(display.op, display.args * times)
    return None


_WRITTEN_OUT = 64


def _put_in(frame: Frame, what: Memory, args: Sequence[Expr]) -> None:
    """Note what a container may hold."""
    frame.heap.contents.setdefault(what, set()).update(memory.memories(frame, args))
    if any(may_be_box(frame, arg) for arg in args):
        frame.heap.boxes.add(what)


def may_be_box(frame: Frame, value: Expr) -> bool:
    """Whether a number may be an array of no axes, which has other names."""
    if not isinstance(value, Var) or not (isinstance(value.kind, Array) and value.kind.dims == ()):
        return False
    made = frame.build.definition(value)
    if made is None or made.op != "index" or isinstance(frame.kind(made.args[0]), Array):
        return value.boxed
    base = made.args[0]
    what = frame.heap.origin(base).memory if isinstance(base, Var) else memory_of(frame, base)
    return value.boxed or what not in frame.heap.contents or what in frame.heap.boxes


def memory_of(frame: Frame, display: Expr) -> Memory | None:
    """The memory of a display with an identity."""
    this = identity(display)
    return None if this is None else frame.heap.origins[this].memory


def view(frame: Frame, base: Expr, display: Apply) -> Expr:
    """A view of a dict: what it shows cannot be read once the dict has been written to."""
    of = memory_of(frame, base)
    return display if of is None else _in_memory(frame, display, [of])


def name(frame: Frame, value: Expr, called: str) -> None:
    """Call a list or dict by the first name that it is given."""
    what = memory_of(frame, value)
    if what is not None and what.initial.hint is None:
        what.initial.hint = called


def is_one(then: Expr, orelse: Expr) -> bool:
    """Whether two displays are of one list or dict, which memory knows the contents of."""
    this = identity(then)
    return this is not None and this is identity(orelse)


def joined(frame: Frame, display: Apply, sources: Sequence[Expr]) -> Expr:
    """The display of a list or dict that is one of several, depending on the path."""
    of = [what for source in sources if (what := memory_of(frame, source))]
    return _in_memory(frame, display, of) if of else display


def merged(
    frame: Frame, node: ast.AST, what: Memory, ends: Sequence[control.End], merges: list[ir.Merge]
) -> Expr:
    """What a container holds after a branch that has written to it."""
    displays = [
        memory.reached(frame, node, end.versions, end.block, end.versions.get(what, what.first))
        if end.is_reached
        else ir.UNDEFINED
        for end in ends
    ]
    lost = next(filter(memory.is_lost, displays), None)
    if lost is not None:
        return lost
    known = [display for display in displays if isinstance(display, Apply)]
    forms = {_form(display) for display in displays if display is not ir.UNDEFINED}
    if len(forms) > 1 or None in forms:
        return _merged_lists(frame, what, displays, merges)
    sides = [
        display.args if isinstance(display, Apply) else [ir.UNDEFINED] * len(known[0].args)
        for display in displays
    ]
    args = (
        a
        if isinstance(a, Const) and b is ir.UNDEFINED
        else b
        if isinstance(b, Const) and a is ir.UNDEFINED
        else expressions.merge(frame, node, a, b, merges, None)
        for a, b in zip(*sides, strict=True)
    )
    return Apply(known[0].op, tuple(args), known[0].kwargs)


def _merged_lists(
    frame: Frame, what: Memory, sides: Sequence[Expr], merges: list[ir.Merge]
) -> Expr:
    """A list whose length depends on the path; `lost` if its elements are not alike."""
    kinds = [frame.kind(side) for side in sides if side is not ir.UNDEFINED]
    if any(isinstance(kind, Mapping) for kind in kinds):
        return memory.lost(Write(what.name, differs=True))
    kind = many(*kinds)
    if isinstance(kind.element, Unknown) and not all(
        isinstance(k, Items) and not k.items for k in kinds
    ):
        return memory.lost(Write(what.name, differs=True))
    varied = any(frame.build.varied(side) for side in sides)
    out = Var(what.initial.hint or "values", kind, varied, named=True)
    merges.append(ir.Merge(out, sides[0], sides[1]))
    memory.holds(frame, what, out)
    return out


def many(*kinds: Kind) -> Many:
    """The kind of a list of unknown length that is of one of several kinds."""
    found: Kind = UNBOUND
    for kind in kinds:
        parts = kind.items if isinstance(kind, Items) else (element_of(kind),)
        for part in parts:
            found = join(found, forget_value(part))
    return Many(list, UNKNOWN if found == UNBOUND else found)


def element_of(kind: Kind) -> Kind:
    """The kind of the elements of a list of unknown length, with the lengths that all share."""
    return kind.element if isinstance(kind, Many) else UNKNOWN


def _form(display: Expr) -> object:
    """The number of elements of a list, the keys of a dict."""
    if not isinstance(display, Apply):
        return None
    return display.args[::2] if display.op == "dict" else len(display.args)


def anonymous(function: ir.Function) -> None:
    """Take the identities out of a function: what is left are values."""
    for statement in ir.walk(function.body):
        match statement:
            case ir.Assign():
                statement.value = _plain(statement.value)
            case ir.Do():
                value = _plain(statement.value)
                assert isinstance(value, Apply)
                statement.value = value
            case ir.Keep():
                statement.reads = {k: _plain(v) for k, v in statement.reads.items()}
            case ir.If():
                statement.test = _plain(statement.test)
                for merge in statement.merges:
                    merge.then, merge.orelse = _plain(merge.then), _plain(merge.orelse)
            case ir.For():
                statement.bounds = tuple(map(_plain, statement.bounds))
            case ir.While():
                statement.test = _plain(statement.test)
        for carry in ir.carries(statement):
            carry.init, carry.next = _plain(carry.init), _plain(carry.next)
    function.result = _plain(function.result)


def _plain(expr: Expr) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    kwargs = () if identity(expr) is not None else expr.kwargs
    return Apply(
        expr.op,
        tuple(map(_plain, expr.args)),
        tuple((name, _plain(value)) for name, value in kwargs),
    )


_JOINING = {f"numpy.{name}" for name in ("array", "asarray", "stack", "concatenate")}


def as_arrays(frame: Frame, node: ast.AST, op: str, args: Sequence[Expr]) -> list[Expr]:
    """The arguments of a function of NumPy's, which makes arrays of lists; where it joins the
    elements of one of unknown length, its rule knows lists."""

    def array(arg: Expr) -> Expr:
        arg = current(frame, node, arg)
        kind = frame.kind(arg)
        is_many = isinstance(kind, Many) and kind.type is list and frame.build.varied(arg)
        return frame.apply(node, "numpy.array", arg) if is_many else arg

    if not op.startswith("numpy.") or op in _JOINING:
        return list(args)
    return [array(arg) for arg in args]


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
                f"{memory.quoted(what.name)} changes while it is iterated over",
                "iterate over a copy of it",
            )


# ----- writing -----

_NOWHERE = Const(None)


def _held(frame: Frame, node: ast.AST, target: Expr) -> tuple[Memory, Expr]:
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
    known = memory_of(frame, target)
    if known is not None:
        return known, memory.current(frame, node, target)
    assert isinstance(target, Var)
    origin = frame.heap.origin(target)
    fixed = origin.memory.fixed is not None and not _is_new(frame, target)
    if fixed or origin.place is not HOLE:
        what = f"`{target.hint}`" if target.hint else "this"
        raise memory.ArgumentWrittenError(
            f"{what} cannot be written to: {origin.memory.fixed or 'it is part of another'}",
            "write to a copy",
            frame.source.span(node),
        )
    if target in frame.heap.passed:
        raise memory.ArgumentWrittenError(
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
        return memory.current(frame, node, target)
    near = list(frame.heap.near(what))
    if isinstance(target.kind, Mapping):
        parts = [part for pair in functions.entries(frame, node, target) for part in pair]
        display = Apply("dict", tuple(parts))
    else:
        display = Apply("list", tuple(calls.spread(frame, node, target)))
    for part in display.args:
        if isinstance(part, Var) and memory.may_share(part.kind):
            own = Memory(part, frame.heap.origin(part).memory.fixed)
            frame.heap.origins[part] = memory.Origin(own, HOLE, part)
            frame.heap.relate(own, near)
    return display


def _put(
    frame: Frame,
    node: ast.AST,
    what: Memory,
    op: str,
    args: Sequence[Expr],
    position: int | None = None,
) -> None:
    """Let a container hold other elements, see `_refuse_iterated`."""
    _refuse_iterated(frame, node, what, position)
    if any(what.initial in ir.variables(memory.current(frame, node, arg)) for arg in args):
        raise frame.refuse(node, "a container that holds itself cannot be differentiated")
    _change(frame, node, what, Apply(op, tuple(args), ((THIS, what.initial),)), args)


def _change(frame: Frame, node: ast.AST, what: Memory, holds: Expr, args: Sequence[Expr]) -> None:
    """Let a container hold something else: these elements have come into it."""
    heap = frame.heap
    heap.written.add(what)
    _put_in(frame, what, args)
    heap.versions[what] = holds
    written = memory.lost(Write(what.name, getattr(node, "lineno", 0)))
    near = [other for other in heap.near(what) if is_container(other.initial.kind)]
    heap.versions |= dict.fromkeys([*near, *heap.holding(what)], written)


def _grow(
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
    held = memory.readable(frame, node, what.name, frame.heap.holds(what))
    if isinstance(held, Apply):
        display = memory.current(frame, node, held)
        assert isinstance(display, Apply)
        held = defined(frame, display)
    value = memory.current(frame, node, value)
    result = frame.build.apply(f"scatter.{op}", held, place, value)
    assert isinstance(result, Var) and isinstance(held, Var)
    if op == "store":
        result.kind = many(held.kind, Many(list, frame.kind(value)))
    _check_alike(frame, node, what, result.kind)
    result.hint, result.named = what.initial.hint or "values", True
    memory.holds(frame, what, result)
    _change(frame, node, what, result, [value])


def _check_alike(frame: Frame, node: ast.AST, what: Memory, kind: Kind) -> None:
    """Refuse a list of unknown length with elements of different types."""
    assert isinstance(kind, Many)
    parts = kind.element.items if isinstance(kind.element, Items) else (kind.element,)
    numbers_and_arrays = all(
        isinstance(part, Scalar) or (isinstance(part, Array) and part.dims is not None)
        for part in parts
    )
    saved = frame.source.generated and not carries_derivative(kind)
    if not (numbers_and_arrays or saved):
        raise frame.refuse(
            node,
            f"the elements of {memory.quoted(what.name)}, whose length is not known while "
            "compiling, are not numbers of one type or arrays of one rank",
            "make them alike",
        )


def _display(frame: Frame, node: ast.AST, target: Expr) -> tuple[Memory, Apply]:
    """A container that is to be written to, and its elements."""
    what, held = _held(frame, node, target)
    if not isinstance(held, Apply):
        raise frame.refuse(
            node,
            f"the length of {memory.quoted(what.name)} is not known while compiling here",
            "use a copy",
        )
    return what, held


def store(frame: Frame, node: ast.AST, base: Expr, index: Expr, value: Expr) -> None:
    """`L[i] = value`, `d[key] = value`."""
    what, held = _held(frame, node, base)
    known, key = static_value(frame.kind(index))
    if not isinstance(held, Apply) or (held.op == "list" and not known):
        _store_anywhere(frame, node, what, index, value)
        return
    if held.op == "dict":
        _store_key(frame, node, what, held, _key(frame, node, index), value)
        return
    if known and isinstance(key, slice):
        parts = list(held.args)
        parts[key] = calls.spread(frame, node, value)
        _put(frame, node, what, "list", parts)
        return
    position = _position(frame, node, held, key)
    parts = list(held.args)
    parts[position] = value
    _put(frame, node, what, "list", parts, position)


def _store_anywhere(frame: Frame, node: ast.AST, what: Memory, index: Expr, value: Expr) -> None:
    """`L[i] = value` where the element is known only at run time."""
    kind = frame.kind(index)
    if isinstance(kind, Record) or not (isinstance(kind, Scalar) or dims(kind) == ()):
        raise frame.refuse(
            node, "a part of a list whose length is not known while compiling is replaced"
        )
    held = memory.readable(frame, node, what.name, frame.heap.holds(what))
    old, new = many(frame.kind(held)).element, frame.kind(value)
    # An adjoint has the shape of what it is the adjoint of, whatever that is.
    if not (_are_alike(old, new) or (frame.source.generated and rank(old) == rank(new))):
        raise frame.refuse(
            node,
            "an element of a list, known only at run time, is replaced by one of another shape",
            "use an array",
        )
    # In a loop it may be an element to come, which is read when the loop comes to it.
    _grow(frame, node, what, "store", index, value, position=0)


def _are_alike(old: Kind, new: Kind) -> bool:
    """Whether two values are both numbers, or arrays of the same shape as far as is known."""
    if all(isinstance(kind, Scalar) or dims(kind) == () for kind in (old, new)):
        return True
    shape = dims(new)
    return bool(shape) and shape == dims(old) and all(map(_is_fixed, shape or ()))


def _is_fixed(length: Dim) -> bool:
    """Whether a length is the same at any time."""
    return isinstance(length, int) or isinstance(length.origin, ArgumentAxis)


def _store_key(
    frame: Frame, node: ast.AST, what: Memory, held: Apply, key: Const, value: Expr
) -> None:
    keys, values = list(held.args[::2]), list(held.args[1::2])
    position = keys.index(key) if key in keys else None
    if position is None:
        keys, values = [*keys, key], [*values, value]
    else:
        values[position] = value
    parts = [part for pair in zip(keys, values, strict=True) for part in pair]
    _put(frame, node, what, "dict", parts, position)


def _key(frame: Frame, node: ast.AST, index: Expr) -> Const:
    """A key of a dict."""
    known, key = static_value(frame.kind(index))
    if not known or not isinstance(key, (str, int, float, bool, type(None))):
        raise frame.refuse(
            node, "a key of this dict is not known while compiling", "write it as a literal"
        )
    return Const(key)


def _position(frame: Frame, node: ast.AST, held: Apply, key: object) -> int:
    """The position of an element."""
    length = len(held.args)
    if isinstance(key, bool) or not isinstance(key, int) or not -length <= key < length:
        raise frame.refuse(node, f"there is no element {key!r} here")
    return key % length


def delete(frame: Frame, node: ast.Subscript) -> None:
    """`del L[i]`, `del d[key]`."""
    base = expressions.lower(frame, node.value)
    if not is_container(frame.kind(base)):
        raise frame.refuse(
            node,
            "`del` changes an object in place, which cannot be differentiated yet",
            "build a new one without it",
        )
    index = expressions.lower(frame, node.slice)
    known, key = static_value(frame.kind(index))
    if known and isinstance(key, slice):
        what, held = _display(frame, node, base)
        parts = list(held.args)
        del parts[key]
        _put(frame, node, what, held.op, parts)
        return
    _pop(frame, node, base, [index])


def update(frame: Frame, node: ast.AugAssign, target: Expr) -> None:
    """`L += elements`, which changes the list L; `d |= other`."""
    is_dict = isinstance(frame.kind(target), Mapping)
    expected = ast.BitOr if is_dict else ast.Add
    if not isinstance(node.op, expected):
        raise frame.refuse(
            node,
            "this changes a container in place in a way that cannot be differentiated yet",
            "make a new one",
        )
    value = expressions.lower_sequence(frame, node.value)
    method(frame, node, target, "update" if is_dict else "extend", [value], {})


# ----- methods -----


def method(
    frame: Frame,
    node: ast.AST,
    target: Expr,
    called: str,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr | None:
    """The value of a call of a method of a list or dict that changes or copies it; None for any
    other."""
    kind = frame.kind(target)
    if not is_container(kind):
        return None
    if called == "copy" and not isinstance(kind, Mapping) and not args:
        return copied(frame, node, target)
    table = _OF_DICTS if isinstance(kind, Mapping) else _OF_LISTS
    known = table.get(called)
    if known is None or (kwargs and called != "update"):
        return None
    if called == "update":
        args = [
            *args,
            comprehensions.dict_of(frame, node, [(Const(k), v) for k, v in kwargs.items()]),
        ]
    return known(frame, node, target, args)


_Method = Callable[[Frame, ast.AST, Expr, list[Expr]], Expr]


def copied(frame: Frame, node: ast.AST, target: Expr) -> Expr:
    """A new list of the elements of a list."""
    target = current(frame, node, target)
    kind = frame.kind(target)
    rows = isinstance(kind, Array) and frame.source.generated
    if not (rows or (isinstance(kind, Many) and kind.type is list)):
        return Apply("list", tuple(calls.spread(frame, node, target)))
    result = frame.apply(node, "builtins.list", target)
    if frame.heap.followed and isinstance(result, Var) and isinstance(target, Var):
        heap = frame.heap
        of, what = heap.origin(target).memory, heap.origin(result).memory
        heap.contents[what] = heap.reached(heap.contents.get(of, {of}))
        heap.boxes.add(what)
    return result


def _changed(change: Callable[[Frame, ast.AST, list[Expr], list[Expr]], None]) -> _Method:
    """A method that only changes a list, from a function that changes its elements."""

    def lower(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
        what, held = _held(frame, node, target)
        if not isinstance(held, Apply):
            _change_unknown(frame, node, what, change, args)
            return Const(None)
        parts = list(held.args)
        change(frame, node, parts, args)
        _put(frame, node, what, held.op, parts)
        return Const(None)

    return lower


def _change_unknown(
    frame: Frame, node: ast.AST, what: Memory, change: object, args: list[Expr]
) -> None:
    """As `_changed`, of a list whose length is not known."""
    if change is _clear:
        _given(frame, node, args, 0, 0)
        _put(frame, node, what, "list", [])
        return
    if change is not _append and change is not _extend:
        raise frame.refuse(
            node,
            f"the length of {memory.quoted(what.name)} is not known while compiling here",
            "use an array",
        )
    _given(frame, node, args, 1, 1)
    for value in args if change is _append else _elements(frame, node, args[0]):
        _grow(frame, node, what, "append", value=value)


def _given(frame: Frame, node: ast.AST, args: list[Expr], least: int, most: int) -> None:
    if not least <= len(args) <= most:
        raise frame.refuse(node, "this call does not fit the method")


def _append(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 1, 1)
    parts.append(args[0])


def _extend(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 1, 1)
    parts.extend(_elements(frame, node, args[0]))


def _insert(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 2, 2)
    known, key = static_value(frame.kind(args[0]))
    if not known or not isinstance(key, int):
        raise frame.refuse(node, "where this is inserted is not known while compiling")
    parts.insert(key, args[1])


def _reverse(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 0, 0)
    parts.reverse()


def _clear(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 0, 0)
    parts.clear()


def _elements(frame: Frame, node: ast.AST, value: Expr) -> list[Expr]:
    """The elements of what a list is extended by."""
    kind = frame.kind(value)
    if isinstance(kind, Mapping):
        return [key for key, _ in functions.entries(frame, node, value)]
    return calls.spread(frame, node, memory.current(frame, node, value))


def _pop(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
    """`L.pop()`, `L.pop(i)`, `d.pop(key)`, `d.pop(key, default)`."""
    what, held = _held(frame, node, target)
    if not isinstance(held, Apply):
        if args and args[0] != Const(-1):
            raise frame.refuse(
                node,
                "an element other than the last is taken out of a list whose length is not known "
                "while compiling",
                "use an array",
            )
        taken = expressions.item(frame, node, held, Const(-1))
        _grow(frame, node, what, "pop")
        return taken
    if held.op == "dict":
        return _pop_key(frame, node, what, held, args)
    _given(frame, node, args, 0, 1)
    known, key = static_value(frame.kind(args[0])) if args else (True, -1)
    if not known:
        raise frame.refuse(
            node, "which element is taken out is not known while compiling", "use an array"
        )
    position = _position(frame, node, held, key)
    parts = list(held.args)
    taken = parts.pop(position)
    _put(frame, node, what, "list", parts)
    return taken


def _pop_key(frame: Frame, node: ast.AST, what: Memory, held: Apply, args: list[Expr]) -> Expr:
    _given(frame, node, args, 1, 2)
    key = _key(frame, node, args[0])
    pairs = dict(zip(held.args[::2], held.args[1::2], strict=True))
    if key not in pairs:
        if len(args) < 2:
            raise frame.refuse(node, f"there is no element {key.value!r} here")
        return args[1]
    taken = pairs.pop(key)
    _put(frame, node, what, "dict", [part for pair in pairs.items() for part in pair])
    return taken


def _update(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
    """`d.update(other, key=value)`."""
    what, held = _display(frame, node, target)
    pairs = list(zip(held.args[::2], held.args[1::2], strict=True))
    for given in args:
        if isinstance(frame.kind(given), Mapping):
            pairs += functions.entries(frame, node, memory.current(frame, node, given))
        else:
            pairs += [functions.two(frame, node, p) for p in calls.spread(frame, node, given)]
    merged = comprehensions.dict_of(frame, node, pairs)
    assert isinstance(merged, Apply)
    _put(frame, node, what, "dict", merged.args)
    return Const(None)


def _setdefault(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
    """`d.setdefault(key, value)`."""
    _given(frame, node, args, 1, 2)
    what, held = _display(frame, node, target)
    key = _key(frame, node, args[0])
    pairs = dict(zip(held.args[::2], held.args[1::2], strict=True))
    if key in pairs:
        return pairs[key]
    value = args[1] if len(args) > 1 else Const(None)
    _store_key(frame, node, what, held, key, value)
    return value


_OF_LISTS: dict[str, _Method] = {
    "append": _changed(_append),
    "extend": _changed(_extend),
    "insert": _changed(_insert),
    "reverse": _changed(_reverse),
    "clear": _changed(_clear),
    "pop": _pop,
}
_OF_DICTS: dict[str, _Method] = {
    "clear": _changed(_clear),
    "pop": _pop,
    "update": _update,
    "setdefault": _setdefault,
}
