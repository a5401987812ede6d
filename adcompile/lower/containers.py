"""Lists, dicts and objects that change, and the names that see it.

A list, dict or object is memory, see `heap`. What it holds is a display of its elements as long
as its form is known while compiling. Each display that a function which writes makes gets an
identity, a value that is nowhere defined: names, and other displays, have the display as it was
when they got it, and by its identity read what it holds now.
"""

from __future__ import annotations

import ast
from collections import abc
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeGuard

from adcompile import ir
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import (
    UNBOUND,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Unknown,
    forget_value,
    join,
    makes_arrays,
)
from adcompile.lower import (
    arguments,
    expressions,
    merging,
    methods,
    objects,
    reads,
    scopes,
    sharing,
    views,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import (
    THIS,
    Memory,
    Origin,
    Write,
    identity,
    is_lost,
    is_mutable,
    is_object,
    lost,
    may_share,
)
from adcompile.places import HOLE
from adcompile.rules import aliases, registry
from adcompile.rules.registry import static_value

if TYPE_CHECKING:
    from adcompile.lower import control
DISPLAYS = ("tuple", "list", "dict", "record")


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
    is_one = is_mutable(frame.kind(value)) if value.op == "record" else value.op != "tuple"
    return _in_memory(frame, value) if is_one else value


def _in_memory(frame: Frame, display: Apply, near: Iterable[Memory] = ()) -> Apply:
    """A display in memory of its own."""
    this = Var(None, _empty(display))
    if display.op == "record":
        display = Apply("record", (display.args[0], this), display.kwargs)
    else:
        display = Apply(display.op, display.args, ((THIS, this),))
    what = Memory(this, display=display)
    frame.heap.origins[this] = Origin(what, HOLE, this)
    frame.heap.identities.append(this)
    put_in(frame, what, elements(display))
    frame.heap.relate(what, list(near))
    return display


def _empty(display: Apply) -> Kind:
    """The kind of a list, dict or object with nothing in it."""
    if display.op == "record":
        assert isinstance(display.args[0], ir.Ref)
        return Record(display.args[0].target, ())
    return Mapping(()) if display.op == "dict" else Items(list, ())


def elements(display: Apply) -> Sequence[Expr]:
    """What a display holds."""
    return [v for _, v in display.kwargs] if display.op == "record" else display.args


def current(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """A value where a list or dict is looked into: what it holds now."""
    may_change = isinstance(value, Apply) or (isinstance(value, Var) and is_mutable(value.kind))
    return reads.current(frame, node, value) if may_change else value


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
    now = _rebuilt(display, parts)
    return now if same or identity(display) is None else _in_memory(frame, now)


def _rebuilt(display: Apply, parts: Sequence[Expr]) -> Apply:
    """A display with other elements, of the same identity."""
    if display.op == "record":
        names = [name for name, _ in display.kwargs]
        return Apply("record", display.args, tuple(zip(names, parts, strict=True)))
    if display.op == "dict":
        parts = [p for pair in zip(display.args[::2], parts, strict=True) for p in pair]
    return Apply(display.op, tuple(parts), display.kwargs)


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
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in methods.IN_PLACE:
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
        frame.heap.origins[value] = Origin(what, HOLE, frame.heap.holds(what))
    else:
        sharing.join(frame, value, display.args)
    return value


def taken_apart(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """The display of an object that a call has made, as `value`."""
    kind = frame.kind(value)
    if not (frame.heap.followed and isinstance(value, Var) and isinstance(kind, Record)):
        return value
    made = frame.heap.origin(value).memory
    if not is_mutable(kind) or made.initial is not value or made.fixed is not None:
        return value
    fields = {name: expressions.attribute(frame, node, value, name) for name, _ in kind.fields}
    own(frame, fields.values())
    owner = ir.Ref(kind.type.__name__, kind.type)
    return _in_memory(frame, Apply("record", (owner,), tuple(fields.items())), [made])


def own(frame: Frame, parts: Iterable[Expr], near: Sequence[Memory] = ()) -> None:
    """Note that the parts of a new container are memory of their own."""
    for part in parts:
        if isinstance(part, Var) and may_share(part.kind):
            mine = Memory(part, frame.heap.origin(part).memory.fixed)
            frame.heap.origins[part] = Origin(mine, HOLE, part)
            frame.heap.relate(mine, near)


def concatenated(frame: Frame, node: ast.AST, left: Expr, right: Expr) -> Expr | None:
    """`L + M` of differentiated lists of known lengths, and the sum of two literal texts."""
    if isinstance(left, Const) and isinstance(right, Const):
        if isinstance(left.value, str) and isinstance(right.value, str):
            return Const(left.value + right.value)
        return None
    kinds = frame.kind(left), frame.kind(right)
    varied = frame.varied(left) or frame.varied(right)
    if not varied or not all(isinstance(kind, Items) and kind.type is list for kind in kinds):
        return None
    return Apply(
        "list", (*arguments.spread(frame, node, left), *arguments.spread(frame, node, right))
    )


def repeated(frame: Frame, left: Expr, right: Expr) -> Expr | None:
    """`L * n` or `(a, b) * n` where both are known while compiling, None where they are not."""
    for display, number in ((left, right), (right, left)):
        if is_sequence(display):
            known, times = static_value(frame.kind(number))
            if known and isinstance(times, int) and len(display.args) * times <= _WRITTEN_OUT:
                return Apply(display.op, display.args * times)
    return None


_WRITTEN_OUT = 64


def put_in(frame: Frame, what: Memory, args: Sequence[Expr]) -> None:
    """Note what a container may hold."""
    frame.heap.contents.setdefault(what, set()).update(sharing.memories(frame, args))
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
    """Call a list, dict or object by the first name that it is given."""
    what = memory_of(frame, value)
    if what is None or what.initial.hint is not None:
        return
    what.initial.hint = called
    named = is_object(what.initial.kind)
    for key, part in parts_of(value) or ():
        inner = f"{called}.{key}" if named else f"{called}[{key!r}]"
        if isinstance(part, Var) and part in frame.heap.attributes:
            part.hint = inner
        elif objects.is_display(part):
            name(frame, part, inner)


def is_one(frame: Frame, one: Expr, other: Expr) -> bool:
    """Whether two values are one list, dict or object, which memory knows the contents of."""
    this = _all_of(frame, one)
    return this is not None and this is _all_of(frame, other)


def _all_of(frame: Frame, value: Expr) -> Memory | None:
    """The memory of a list, dict or object that has an identity."""
    origin = frame.heap.origins.get(value) if isinstance(value, Var) else None
    if origin is None:
        return memory_of(frame, value)
    known = origin.place is HOLE and origin.memory.display is not None
    return origin.memory if known else None


def joined(frame: Frame, display: Apply, sources: Sequence[Expr]) -> Expr:
    """The display of a list, dict or object that is one of several, depending on the path."""
    of = [what for source in sources if (what := memory_of(frame, source))]
    return _in_memory(frame, display, of) if of else display


def merged(
    frame: Frame, node: ast.AST, what: Memory, ends: Sequence[control.End], merges: list[ir.Merge]
) -> Expr:
    """What a container holds after a branch that has written to it."""
    displays = [
        reads.reached(frame, node, end.versions, end.block, end.versions.get(what, what.first))
        if end.is_reached
        else ir.UNDEFINED
        for end in ends
    ]
    lost = next(filter(is_lost, displays), None)
    if lost is not None:
        return lost
    known = [display for display in displays if isinstance(display, Apply)]
    if known and known[0].op == "record":
        return objects.merged(frame, node, displays[0], displays[1], merges)
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
        else merging.merge(frame, node, a, b, merges, None)
        for a, b in zip(*sides, strict=True)
    )
    return Apply(known[0].op, tuple(args), known[0].kwargs)


def _merged_lists(
    frame: Frame, what: Memory, sides: Sequence[Expr], merges: list[ir.Merge]
) -> Expr:
    """A list whose length depends on the path; `lost` if its elements are not alike."""
    kinds = [frame.kind(side) for side in sides if side is not ir.UNDEFINED]
    if any(isinstance(kind, Mapping) for kind in kinds):
        return lost(Write(what.name, differs=True))
    kind = many(*kinds)
    if isinstance(kind.element, Unknown) and not all(
        isinstance(k, Items) and not k.items for k in kinds
    ):
        return lost(Write(what.name, differs=True))
    varied = any(frame.build.varied(side) for side in sides)
    out = Var(what.initial.hint or "values", kind, varied, named=True)
    merges.append(ir.Merge(out, sides[0], sides[1]))
    views.note_whole(frame, what, out)
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
    args, kwargs = expr.args, expr.kwargs
    if identity(expr) is not None:
        args, kwargs = (args[:1], kwargs) if expr.op == "record" else (args, ())
    return Apply(
        expr.op,
        tuple(map(_plain, args)),
        tuple((name, _plain(value)) for name, value in kwargs),
    )


# What takes lists as they are: of arrays, or asks how long they are.
_OF_LISTS = {
    f"numpy.{name}"
    for name in ("array", "asarray", "stack", "concatenate", "hstack", "vstack", "column_stack",
                 "choose", "shape", "size", "ndim", "isscalar", "iterable")
}  # fmt: skip


def beside_arrays(frame: Frame, node: ast.AST, sides: Sequence[Expr]) -> Sequence[Expr]:
    """The operands of an operator, of which NumPy makes arrays where one is an array."""
    if not any(frame.varied(side) for side in sides) or not any(
        makes_arrays(frame.kind(side)) for side in sides
    ):
        return sides
    return [
        frame.apply(node, "numpy.array", side)
        if isinstance(frame.kind(side), (Items, Many))
        else side
        for side in sides
    ]


def as_arrays(
    frame: Frame,
    node: ast.AST,
    op: str,
    args: Sequence[Expr],
    kwargs: abc.Mapping[str, Expr],
    is_ufunc: bool = False,
) -> tuple[list[Expr], dict[str, Expr]]:
    """The arguments of a function of NumPy's, which makes arrays of lists, or of SciPy's, where a
    tuple may have several arguments in it."""
    makes_arrays = is_ufunc or op.startswith("numpy.")
    if not op.startswith(("numpy.", "scipy.")) or aliases.canonical(op) in _OF_LISTS:
        return list(args), dict(kwargs)
    rule = registry.find(op)
    differs = any(map(frame.varied, (*args, *kwargs.values())))
    names = registry.parameters(rule.params).positional if rule is not None else ()
    arrays = (*rule.arrays, *(names if is_ufunc else ())) if rule is not None and differs else ()

    def array(name: str | None, arg: Expr) -> Expr:
        arg = current(frame, node, arg)
        kind = frame.kind(arg)
        if makes_arrays:
            taken = isinstance(kind, (Items, Many))
        else:
            taken = isinstance(kind, Many) and kind.type is list
        made = taken and (name in arrays or frame.varied(arg))
        return frame.apply(node, "numpy.array", arg) if made else arg

    return (
        [array(name, arg) for name, arg in zip_longest(names, args) if arg is not None],
        {name: array(name, arg) for name, arg in kwargs.items()},
    )
