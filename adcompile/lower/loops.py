"""Lower loops: what changes in a loop becomes a carried value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Block, Carry, Const, Expr, For, Ref, Var, While
from adcompile.kinds import (
    INT,
    UNKNOWN,
    Array,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Origin,
    Record,
    Resolved,
    Scalar,
    Sym,
    Text,
    Unknown,
    element,
    forget_value,
    is_int,
    join,
    may_be_one,
    same_dtype,
)
from adcompile.lower import calls, expressions, objects, statements
from adcompile.lower.frame import Frame

_ATTEMPTS = 6
_UNROLLED = 32


@dataclass(slots=True)
class Slot:
    """One leaf of a variable that a loop may change: `path` leads to it through displays."""

    name: str
    path: tuple[int, ...]
    init: Expr
    kind: Kind
    varied: bool
    boxed: bool = False
    mixed: bool = False

    def value(self, kind: Kind) -> Var:
        """A value of this leaf."""
        var = Var(self.name, kind, self.varied, True)
        var.boxed = self.boxed
        var.mixed = self.mixed
        return var


# ----- for -----


@dataclass(frozen=True, slots=True)
class Iteration:
    """What a `for` runs over.

    Attributes:
        bounds: of the range of its index.
        element: from the index the element; None where the index is the element.
        items: the elements, where they are so different that each needs code of its own.
    """

    bounds: tuple[Expr, ...]
    element: Callable[[Expr], Expr] | None
    items: tuple[Expr, ...] | None = None


def lower_for(frame: Frame, node: ast.For) -> None:
    """Lower a `for` loop."""
    if node.orelse:
        raise frame.refuse(node.orelse[0], "`else` after a loop cannot be differentiated yet")
    iteration = _iteration(frame, node.iter)
    if iteration.items is not None:
        for item in iteration.items:
            statements.bind(frame, node.target, item)
            statements.lower_block(frame, node.body)
        return
    span = frame.build.span
    target = node.target
    is_range = iteration.element is None and isinstance(target, ast.Name)
    hint = target.id if is_range and isinstance(target, ast.Name) else _index_name(frame)

    def body(inner: Frame, index: Var) -> None:
        element = index if iteration.element is None else iteration.element(index)
        inner.build.span = span
        statements.bind(inner, target, element)
        statements.lower_block(inner, node.body)

    names = [*_stored([target]), *_stored(node.body)]
    index, carried, block = _settle(frame, node, names, Var(hint, INT, named=True), body)
    loop = For(index, iteration.bounds, carried, block, span=span)
    frame.build.span = span
    frame.build.block.append(loop)


def _index_name(frame: Frame) -> str:
    """A name for an index that the user did not name."""
    taken = {n.id for n in ast.walk(frame.source.node) if isinstance(n, ast.Name)}
    return next((name for name in ("i", "j", "k", "n") if name not in taken), "index")


def _iteration(frame: Frame, node: ast.expr) -> Iteration:
    """How to run over an iterable by index."""
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("list", "tuple")
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Call)
    ):
        node = node.args[0]
    if isinstance(node, ast.Call):
        callee = expressions.lower(frame, node.func) if isinstance(node.func, ast.Name) else None
        name = callee.name if isinstance(callee, Ref) else None
        if name in _ITERATORS and (not node.keywords or name == "enumerate"):
            return _ITERATORS[name](frame, node)
    value = expressions.lower(frame, node)
    return _over_sequence(frame, node, value)


def _over_sequence(frame: Frame, node: ast.AST, value: Expr) -> Iteration:
    kind = frame.kind(value)
    if isinstance(kind, Mapping) and kind.items is not None:
        keys = tuple(Const(key) for key, _ in kind.items)
        return Iteration((Const(len(keys)),), None, keys)
    if isinstance(kind, Items) and _differ(kind):
        items = tuple(calls.spread(frame, node, value))
        return Iteration((Const(len(items)),), None, items)
    if isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims == ()):
        raise frame.refuse(node, "a number cannot be iterated over")
    if isinstance(kind, (Record, Resolved, Nothing)):
        raise frame.refuse(node, "what is iterated over is not known to be a sequence")
    if isinstance(value, Apply):
        value = frame.build.define(Var(None, kind, frame.build.varied(value)), value)
    length = frame.apply(node, "builtins.len", value)
    return Iteration((length,), lambda index: frame.apply(node, "index", value, index))


def _differ(kind: Items) -> bool:
    """Whether the elements of a sequence are too different for one loop body."""
    if not kind.items:
        return True
    if len(kind.items) > _UNROLLED:
        return False
    return _is_vague(element(kind))


def _is_vague(kind: Kind) -> bool:
    match kind:
        case Array(_, None) | Unknown() | Text():
            return True
        case Items(_, items):
            return any(map(_is_vague, items))
    return isinstance(kind, Many)


def _range(frame: Frame, node: ast.Call) -> Iteration:
    bounds = tuple(expressions.lower(frame, arg) for arg in node.args)
    for bound, arg in zip(bounds, node.args, strict=True):
        if frame.build.varied(bound) and not isinstance(frame.kind(bound), Scalar):
            raise frame.refuse(arg, "the bound of a loop must be an integer")
    return Iteration(bounds, None)


def _enumerate(frame: Frame, node: ast.Call) -> Iteration:
    inner = _iteration(frame, node.args[0])
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
    start = expressions.lower(frame, given[0]) if given else Const(0)
    element = _element(frame, node, inner)

    def number(index: Expr) -> Expr:
        return index if start == Const(0) else frame.apply(node, "operator.add", index, start)

    if inner.items is not None:
        pairs = [Apply("tuple", (number(Const(i)), e)) for i, e in enumerate(inner.items)]
        return Iteration(inner.bounds, None, tuple(pairs))
    return Iteration(
        (_trips(frame, node, inner),), lambda i: Apply("tuple", (number(i), element(i)))
    )


def _zip(frame: Frame, node: ast.Call) -> Iteration:
    inners = [_iteration(frame, arg) for arg in node.args]
    trips = [_trips(frame, node, inner) for inner in inners]
    shortest = trips[0]
    for other in trips[1:]:
        if _length_value(frame, shortest) != _length_value(frame, other):
            shortest = frame.apply(node, "builtins.min", shortest, other)
    elements = [_element(frame, node, inner) for inner in inners]
    if any(inner.items is not None for inner in inners):
        return _zip_items(frame, node, inners, elements)
    return Iteration((shortest,), lambda i: Apply("tuple", tuple(e(i) for e in elements)))


def _zip_items(
    frame: Frame,
    node: ast.Call,
    inners: list[Iteration],
    elements: list[Callable[[Expr], Expr]],
) -> Iteration:
    """`zip` where each element needs code of its own: all lengths must be known."""
    lengths = [_length_value(frame, _trips(frame, node, inner)) for inner in inners]
    if not all(isinstance(length, int) for length in lengths):
        raise frame.refuse(node, "the lengths of what is zipped are not known while compiling")
    number = min(length for length in lengths if isinstance(length, int))
    rows = [
        Apply(
            "tuple",
            tuple(
                element(Const(i)) if inner.items is None else inner.items[i]
                for inner, element in zip(inners, elements, strict=True)
            ),
        )
        for i in range(number)
    ]
    return Iteration((Const(number),), None, tuple(rows))


def _length_value(frame: Frame, expr: Expr) -> object:
    kind = frame.kind(expr)
    known = isinstance(kind, Scalar) and kind.value is not None
    return kind.value if known and isinstance(kind, Scalar) else expr


def _reversed(frame: Frame, node: ast.Call) -> Iteration:
    inner = _iteration(frame, node.args[0])
    trips = _trips(frame, node, inner)
    element = _element(frame, node, inner)
    last = frame.apply(node, "operator.sub", trips, Const(1))

    def mirrored(index: Expr) -> Expr:
        return element(frame.apply(node, "operator.sub", last, index))

    if inner.items is not None:
        return Iteration(inner.bounds, None, inner.items[::-1])
    return Iteration((trips,), mirrored)


def _trips(frame: Frame, node: ast.AST, iteration: Iteration) -> Expr:
    """The number of iterations."""
    bounds = iteration.bounds
    if len(bounds) == 1:
        return bounds[0]
    return frame.apply(node, "builtins.len", frame.apply(node, "builtins.range", *bounds))


def _element(frame: Frame, node: ast.AST, iteration: Iteration) -> Callable[[Expr], Expr]:
    """The element at a position, counted from zero."""
    if iteration.element is not None:
        return iteration.element
    bounds = iteration.bounds
    if len(bounds) == 1:
        return lambda index: index
    whole = frame.apply(node, "builtins.range", *bounds)
    return lambda index: frame.apply(node, "index", whole, index)


_ITERATORS = {"range": _range, "zip": _zip, "enumerate": _enumerate, "reversed": _reversed}


# ----- while -----


def lower_while(frame: Frame, node: ast.While) -> None:
    """Lower a `while` loop."""
    if node.orelse:
        raise frame.refuse(node.orelse[0], "`else` after a loop cannot be differentiated yet")
    span = frame.build.span
    tests: list[Expr] = []

    def body(inner: Frame, index: Var) -> None:
        tests[:] = [expressions.lower_nested(inner, node.test)]
        statements.lower_block(inner, node.body)

    _, carried, block = _settle(frame, node, _stored(node.body), Var(None, INT), body)
    frame.build.span = span
    frame.build.block.append(While([], tests[0], carried, block, span))


# ----- carried values -----


def _settle(
    frame: Frame,
    node: ast.For | ast.While,
    names: Sequence[str],
    index: Var,
    body: Callable[[Frame, Var], None],
) -> tuple[Var, list[Carry], Block]:
    """Lower a loop body until the kinds of what it carries no longer change."""
    outer = frame.env
    slots = [slot for name in dict.fromkeys(names) for slot in _slots(frame, name)]
    for _ in range(_ATTEMPTS):
        inners = [slot.value(slot.kind) for slot in slots]
        frame.env = dict(outer)
        for name in dict.fromkeys(names):
            frame.env[name] = _assembled(outer.get(name, UNDEFINED), name, slots, inners)
        with frame.build.inner() as block:
            body(frame, index)
        for name in dict.fromkeys(names):
            _check_form(frame, node, name, outer.get(name, UNDEFINED), frame.env.get(name))
        nexts = [_at(frame, node, frame.env.get(slot.name, UNDEFINED), slot) for slot in slots]
        try:
            if not _widen(frame, slots, nexts):
                break
        except NotSettledError:
            raise _not_settled(frame, node) from None
    else:
        raise _not_settled(frame, node)
    outs = [slot.value(_final(slot.kind)) for slot in slots]
    frame.env = dict(outer)
    for name in dict.fromkeys(names):
        frame.env[name] = _assembled(outer.get(name, UNDEFINED), name, slots, outs)
    carried = [
        Carry(inner, slot.init, next, out)
        for slot, inner, next, out in zip(slots, inners, nexts, outs, strict=True)
    ]
    return index, carried, block


class NotSettledError(Exception):
    """A variable is a number in one iteration and a container in the next."""


def _not_settled(frame: Frame, node: ast.AST) -> RefusedError:
    return frame.refuse(node, "the types of the variables in this loop do not settle")


def _slots(frame: Frame, name: str) -> list[Slot]:
    """The leaves of a variable's value before the loop."""
    result: list[Slot] = []

    def visit(value: Expr, path: tuple[int, ...]) -> None:
        if isinstance(value, Apply) and value.op in ("tuple", "list"):
            for i, part in enumerate(value.args):
                visit(part, (*path, i))
        else:
            kind = forget_value(frame.kind(value))
            boxed = isinstance(value, Var) and value.boxed
            result.append(Slot(name, path, value, kind, frame.build.varied(value), boxed))

    visit(frame.env.get(name, UNDEFINED), ())
    return result


def _assembled(init: Expr, name: str, slots: list[Slot], leaves: Sequence[Expr]) -> Expr:
    """The value of a variable, put together from its leaves."""
    by_path = {s.path: leaf for s, leaf in zip(slots, leaves, strict=True) if s.name == name}

    def build(value: Expr, path: tuple[int, ...]) -> Expr:
        if isinstance(value, Apply) and value.op in ("tuple", "list"):
            parts = (build(part, (*path, i)) for i, part in enumerate(value.args))
            return Apply(value.op, tuple(parts))
        return by_path[path]

    return build(init, ())


def _at(frame: Frame, node: ast.AST, value: Expr, slot: Slot) -> Expr:
    """The leaf of a value that belongs to a slot."""
    for step in slot.path:
        value = expressions.item(frame, node, value, Const(step))
    return value


def _check_form(frame: Frame, node: ast.AST, name: str, init: Expr, next: Expr | None) -> None:
    """Refuse a sequence that does not keep its length: its elements are carried one by one."""
    if next is None or next is UNDEFINED or not isinstance(init, Apply):
        return
    if init.op == "dict":
        kinds = frame.kind(init), frame.kind(next)
        keys = [[k for k, _ in kind.items or ()] for kind in kinds if isinstance(kind, Mapping)]
        if len(keys) < 2 or keys[0] != keys[1]:
            raise frame.refuse(
                node,
                f"`{name}` changes its keys in the loop",
                "give it the same keys in every iteration",
            )
    if init.op not in ("tuple", "list"):
        return
    kind = frame.kind(next)
    if not isinstance(kind, Items) or len(kind.items) != len(init.args):
        raise frame.refuse(
            node,
            f"`{name}` changes its length in the loop",
            "give it the same length in every iteration",
        )
    for i, part in enumerate(init.args):
        if isinstance(part, Apply):
            _check_form(frame, node, name, part, expressions.item(frame, node, next, Const(i)))


def _final(kind: Kind) -> Kind:
    """The kind of a value after a loop: a length that changes in the loop is another one there."""
    if isinstance(kind, Array) and kind.dims is not None:
        changing = [isinstance(d, Sym) and type(d.origin) is Origin for d in kind.dims]
        lengths = zip(kind.dims, changing, strict=True)
        return Array(
            kind.dtype,
            tuple(Sym(Origin(), one=may_be_one(d)) if changes else d for d, changes in lengths),
        )
    return kind


def _widen(frame: Frame, slots: list[Slot], nexts: list[Expr]) -> bool:
    """Let the kinds of the slots cover the values after the body; whether any had to change."""
    changed = False
    for slot, next in zip(slots, nexts, strict=True):
        if next is UNDEFINED:
            continue
        kind = forget_value(frame.kind(next))
        if slot.init is UNDEFINED and slot.kind == frame.kind(UNDEFINED):
            slot.kind, changed = kind, changed or slot.kind != kind
        elif not absorbs(slot.kind, kind):
            wider = join(slot.kind, kind)
            if isinstance(wider, (Unknown, Many)) and isinstance(kind, (Items, Mapping, Record)):
                raise NotSettledError
            slot.mixed = not is_int(wider) and (is_int(slot.kind) or is_int(kind))
            slot.kind, changed = wider, True
        if frame.build.varied(next) and not slot.varied:
            slot.varied = changed = True
        if isinstance(next, Var) and next.boxed and not slot.boxed:
            slot.boxed = changed = True
    return changed


def absorbs(wide: Kind, kind: Kind) -> bool:
    """Whether what is known of `wide` holds for every value of `kind` as well."""
    if wide == kind or (isinstance(wide, Array) and join(wide, kind) == wide):
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


def _stored(nodes: Sequence[ast.AST]) -> list[str]:
    """The names that statements assign, in order; to write an attribute changes its object."""
    found = []
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                found.append(inner.id)
            elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
                root = objects.root(inner)
                found += [] if root is None else [root]
    return list(dict.fromkeys(found))
