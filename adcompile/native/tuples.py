"""Dicts, objects and lists of unlike parts are tuples in native code: of these numba knows each
part by its position."""

from __future__ import annotations

from typing import Any

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate.displays import display
from adcompile.ir import Apply, Assign, Const, Expr, Function, Ref
from adcompile.kinds import Array, Items, Kind, Many, Mapping, Record, Unknown, children, element
from adcompile.native import lists, table
from adcompile.rules.registry import static_value

_KINDS = Builder()


def use_tuples(function: Function) -> None:
    """Let a function have tuples in the place of what numba has no type for, in place."""
    tuples = _Tuples()
    for statement in ir.walk(function.body):
        if isinstance(statement, Assign):
            _zero_tuple(function, statement)
    for statement in ir.walk(function.body):
        ir.replace_operations(statement, tuples.changed)
    function.result = tuples.visited(function.result)
    for var in (*function.params, *ir.defined_in(function.body)):
        var.kind = tuple_kind(var.kind)


def _zero_tuple(function: Function, statement: Assign) -> None:
    """Let a zero adjoint of a tuple be one, unless elements of it are replaced."""
    value = statement.value
    if not isinstance(value, Apply) or value.op != "runtime.zeros":
        return
    kind = _KINDS.kind(value.args[0])
    is_whole = isinstance(kind, Items) and kind.type is tuple
    if is_whole and not lists.is_written(function, statement.targets[0]):
        statement.value = Apply("containers.zero", value.args[:1])


class _Tuples:
    """Rewrites operations; what they take the parts of is known by its kind before."""

    def __init__(self) -> None:
        self._before: dict[Expr, Kind] = {}

    def visited(self, expr: Expr) -> Expr:
        """An expression."""
        if not isinstance(expr, Apply):
            return expr
        kwargs = tuple((name, self.visited(value)) for name, value in expr.kwargs)
        return self.changed(Apply(expr.op, tuple(map(self.visited, expr.args)), kwargs))

    def changed(self, expr: Apply) -> Apply:
        """An operation, of which the operands are rewritten."""
        kinds = [self._kind(arg) for arg in expr.args]
        if expr.op in ("dict", "record", "list"):
            kind = self._display(expr, kinds)
            return self._known(_parts(expr), kind) if is_tuple(kind) else expr
        base = kinds[0] if kinds else None
        if base is None or not is_tuple(base):
            return expr
        if expr.op == "runtime.zeros":
            return self._known(Apply("containers.zero", expr.args[:1]), base)
        keys = [key for key, _ in children(base)]
        if expr.op.startswith("attribute."):
            return self._part(expr, base, keys, expr.op.removeprefix("attribute."))
        known, key = static_value(kinds[1]) if len(kinds) > 1 else (False, None)
        if not known:
            return expr
        if expr.op == "index":
            return self._part(expr, base, keys, key)
        if expr.op in ("scatter.store", "scatter.merge"):
            return self._replaced(expr, base, _position(base, keys, key))
        return expr

    def _part(self, expr: Apply, base: Kind, keys: list[Any], key: Any) -> Apply:
        """A part of a tuple."""
        at = _position(base, keys, key)
        if at is None:
            return expr
        return self._known(Apply("index", (expr.args[0], Const(at))), children(base)[at][1])

    def _replaced(self, expr: Apply, base: Kind, at: int | None) -> Apply:
        """A tuple with another part, or one that something is added to."""
        whole, _, part = expr.args
        if at is None:
            return expr
        parts: list[Expr] = [Apply("index", (whole, Const(i))) for i in range(len(children(base)))]
        is_sum = expr.op == "scatter.merge"
        parts[at] = Apply("runtime.add", (parts[at], part)) if is_sum else part
        return self._known(Apply("tuple", tuple(parts)), base)

    def _kind(self, expr: Expr) -> Kind:
        return self._before[expr] if expr in self._before else _KINDS.kind(expr)

    def _display(self, expr: Apply, kinds: list[Kind]) -> Kind:
        """The kind of a display before its parts were rewritten."""
        if expr.op == "list":
            return Items(list, tuple(kinds))
        if expr.op == "record":
            assert isinstance(expr.args[0], Ref)
            fields = tuple((name, self._kind(value)) for name, value in expr.kwargs)
            return Record(expr.args[0].target, fields)
        keys = [key.value for key in expr.args[::2] if isinstance(key, Const)]
        if 2 * len(keys) < len(expr.args):
            return Mapping(None)
        return Mapping(tuple(zip(keys, kinds[1::2], strict=True)))

    def _known(self, expr: Apply, kind: Kind) -> Apply:
        """Note what an operation was of."""
        self._before[expr] = kind
        return expr


def _position(base: Kind, keys: list[Any], key: Any) -> int | None:
    """Where a part is, by its key."""
    if key in keys:
        return keys.index(key)
    is_number = isinstance(key, int) and not isinstance(base, Mapping)
    return key % len(keys) if is_number and -len(keys) <= key < len(keys) else None


def _parts(display: Apply) -> Apply:
    """A container as a tuple."""
    if display.op == "record":
        return Apply("tuple", tuple(value for _, value in display.kwargs))
    return Apply("tuple", display.args[1::2] if display.op == "dict" else display.args)


def is_tuple(kind: Kind) -> bool:
    """Whether a container is a tuple in native code, and was none."""
    if isinstance(kind, Items):
        return kind.type is list and _differ(kind)
    if isinstance(kind, Record):
        return kind.type not in (slice, type(...))
    return isinstance(kind, Mapping) and kind.items is not None


def _differ(kind: Items) -> bool:
    """Whether the elements of a list are of more than one type."""
    return bool(kind.items) and _is_vague(element(kind))


def _is_vague(kind: Kind) -> bool:
    if isinstance(kind, Array):
        return kind.dims is None
    return isinstance(kind, Unknown) or any(_is_vague(part) for _, part in children(kind))


def tuple_kind(kind: Kind) -> Kind:
    """The kind of what stands for a value."""
    parts = tuple(tuple_kind(part) for _, part in children(kind))
    if is_tuple(kind):
        return Items(tuple, parts)
    if isinstance(kind, Items):
        return Items(kind.type, parts)
    return Many(kind.type, tuple_kind(kind.element)) if isinstance(kind, Many) else kind


def rebuilt(value: Expr, kind: Kind) -> Expr:
    """What a tuple stands for, made of its parts outside of native code.

    Raises:
        RefusedError: it is in a list of which nobody knows how long it is.
    """
    if isinstance(kind, Many):
        if tuple_kind(kind) != kind:
            raise table.refused("native code gives no lists of dicts or objects")
        return value
    if tuple_kind(kind) == kind:
        return value
    parts = [
        rebuilt(Apply("index", (value, Const(at))), part)
        for at, (_, part) in enumerate(children(kind))
    ]
    return display(kind, parts)
