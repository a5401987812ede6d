"""Lists of adjoints, whose elements are of one type to numba."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Const, Expr, Function, Var
from adcompile.kinds import (
    UNBOUND,
    Array,
    Items,
    Kind,
    Many,
    Nothing,
    Scalar,
    dims,
    forget_value,
    join,
)
from adcompile.native import loops, table
from adcompile.native.elements import pointwise
from adcompile.rules.registry import static_value

_STORES = ("scatter.store", "scatter.merge")
_PLACES = Apply("list", (Const(None),))


def find_elements(function: Function) -> None:
    """Let lists that begin as `[None] * n` be lists of what is written to them, in place."""
    for statement in ir.walk(function.body):
        value = statement.value if isinstance(statement, Assign) else None
        if isinstance(statement, Assign) and _are_places(value):
            family = {statement.targets[0]}
            element = _written(function, family)
            for var in family:
                if isinstance(var.kind, (Many, Items)):
                    var.kind = Many(list, element)


def _are_places(value: Expr | None) -> bool:
    return isinstance(value, Apply) and value.op == "operator.mul" and value.args[0] == _PLACES


def _written(function: Function, family: set[Var]) -> Kind:
    """The kind of what is written to a list; the values that it is one after the other are added
    to `family`."""
    _find_family(function, family)
    element: Kind = UNBOUND
    for statement in ir.walk(function.body):
        if _is_store(statement) and statement.targets[0] in family:
            assert isinstance(statement.value, Apply)
            element = join(element, forget_value(_KINDS.kind(statement.value.args[2])))
    return element


def _find_family(function: Function, family: set[Var]) -> None:
    """Add the values that one is in the course of time, in place."""
    known = 0
    while known < len(family):
        known = len(family)
        for statement in ir.walk(function.body):
            for one in _same(statement):
                if not family.isdisjoint(one):
                    family.update(var for var in one if isinstance(var, Var))


def is_written(function: Function, var: Var) -> bool:
    """Whether an element of a list is replaced, or added to."""
    family = {var}
    _find_family(function, family)
    return any(
        isinstance(statement, Assign)
        and isinstance(statement.value, Apply)
        and statement.value.op.startswith("scatter.")
        and statement.targets[0] in family
        for statement in ir.walk(function.body)
    )


def _is_store(statement: ir.Statement) -> TypeGuard[Assign]:
    value = statement.value if isinstance(statement, Assign) else None
    return isinstance(value, Apply) and value.op == "scatter.store"


def _same(statement: ir.Statement) -> Iterator[tuple[Expr, ...]]:
    """The values that a write, a branch or a loop makes one of."""
    value = statement.value if isinstance(statement, Assign) else None
    if isinstance(statement, Assign) and isinstance(value, Apply) and value.op in _STORES:
        yield statement.targets[0], value.args[0]
    for merge in statement.merges if isinstance(statement, ir.If) else ():
        yield merge.out, merge.then, merge.orelse
    for carry in ir.carries(statement):
        yield carry.inner, carry.init, carry.next, carry.out


_KINDS = Builder()


def calculated(build: Builder, target: Var, value: Apply) -> Expr | None:
    """An operation on lists and tuples as numba knows it, None for others."""
    if _are_places(value):
        assert isinstance(target.kind, Many)
        return Apply("operator.mul", (Apply("list", (blank(target.kind.element),)), value.args[1]))
    if value.op == "builtins.tuple":
        return _taken_apart(value.args[0])
    if value.op == "runtime.add":
        return _sum(build, target.kind, *value.args)
    if value.op == "runtime.zeros":
        return Apply(value.op, value.args[:1])  # there is always something, see `text.placeholder`
    if value.op == "runtime.pieces":
        return _pieces(build, *value.args)
    return value if value.op in _KNOWN else None


def _pieces(build: Builder, g: Expr, arrays: Expr, axis: Expr) -> Expr | None:
    """The adjoints of arrays that were joined."""
    rank = loops.rank_of(g)
    known, along = static_value(build.kind(axis))
    if not known or not isinstance(along, int) or not 1 <= rank <= 4:
        return None
    return Apply("native.pieces", (g, arrays, Const(along % rank)))


_KNOWN = ("runtime.copied", "runtime.derivative", "containers.zero")


def blank(kind: Kind) -> Expr:
    """Something of a kind that will be overwritten.

    Raises:
        RefusedError: numba has no such type.
    """
    match kind:
        case Array(dtype, tuple() as axes) if axes:
            precise = () if dtype in (None, np.dtype(np.float64)) else (loops.dtype_ref(dtype),)
            lengths = (Const(0),) * len(axes)
            shape = Apply("tuple", lengths) if len(axes) > 1 else lengths[0]
            return Apply("numpy.empty", (shape, *precise))
        case Scalar(type):
            return Const(type(0))
        case Array(dtype, ()):
            single = dtype == np.float32
            number = 0.0 if dtype is None else dtype.type(0).item()
            return Apply("numpy.float32", (Const(0.0),)) if single else Const(number)
        case Items(_, items):
            return Apply("tuple", tuple(map(blank, items)))
        case Many(type, element) if type is list:
            return Apply("operator.mul", (Apply("list", (blank(element),)), Const(0)))
        case Nothing():
            return Const(None)
    raise table.refused("native code keeps no gradient of such a list")


def written(value: Apply, defined: Mapping[Var, Expr]) -> Apply:
    """A write to a list."""
    base, index, element = value.args
    if value.op == "scatter.merge":
        is_number = dims(ir.kind_of(element)) == ()
        return Apply("scatter.add", value.args) if is_number else value
    return Apply(value.op, (base, index, _in_one_layout(element, defined)))


def _in_one_layout(value: Expr, defined: Mapping[Var, Expr]) -> Expr:
    """What is written to a list, with the elements of its arrays side by side."""
    if isinstance(value, Apply) and value.op == "tuple":
        return Apply("tuple", tuple(_in_one_layout(part, defined) for part in value.args))
    made = defined.get(value) if isinstance(value, Var) else value
    kind = ir.kind_of(value)
    if not isinstance(kind, Array) or not kind.dims:
        return value
    is_new = isinstance(made, Apply) and (
        made.op == "operator.matmul" or pointwise(made, kind) is not None
    )
    return value if is_new else Apply("numpy.ascontiguousarray", (value,))


def _taken_apart(values: Expr) -> Expr | None:
    """A list as a tuple; None where its length is not known."""
    kind = ir.kind_of(values)
    if not isinstance(kind, Items):
        return None
    return Apply("tuple", tuple(Apply("index", (values, Const(i))) for i in range(len(kind.items))))


def _sum(build: Builder, kind: Kind, a: Expr, b: Expr) -> Expr:
    """The sum of two containers, of which either may be known part by part."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Apply) and one.op in ("list", "tuple"):
            parts = tuple(
                _plus(build, build.apply("index", other, Const(i)), part)
                for i, part in enumerate(one.args)
            )
            is_list = isinstance(kind, (Items, Many)) and kind.type is list
            return Apply("list" if is_list else "tuple", parts)
    return Apply("runtime.add", (a, b))


def _plus(build: Builder, a: Expr, b: Expr) -> Expr:
    if b == Const(None):
        return a
    numbers = dims(build.kind(a)) == dims(build.kind(b)) == ()
    return build.apply("operator.add" if numbers else "runtime.add", a, b)
