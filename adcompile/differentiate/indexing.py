"""The adjoint of reading an element or a slice: an addition to that part of the adjoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.differentiate.fitting import fitted
from adcompile.differentiate.scopes import Place
from adcompile.differentiate.shapes import zero
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Expr, For, Var
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    Text,
    Unknown,
    carries_derivative,
    children,
    is_complex,
    is_real,
)
from adcompile.places import is_repeating
from adcompile.rules.registry import static_value

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse


def backward(reverse: Reverse, target: Var, value: Apply, g: Expr) -> None:
    """Add the adjoint `g` of `target = x[i]` to the adjoint of x."""
    container, index = value.args
    kind = reverse.build.kind(container)
    if isinstance(kind, (Items, Many)):
        _element(reverse, container, index, fitted(reverse.adjoints, g, target))
        return
    if not reverse.build.varied(container):
        return
    place = reverse.adjoints.place(container)
    assert place is not None
    if isinstance(kind, Unknown):
        _refuse_key(reverse, index)
    if isinstance(kind, Mapping):
        raise RefusedError(
            "which value of this dict is read is not known while compiling",
            "give the value instead of the key",
            reverse.build.span,
        )
    undone = _undo_new_axes(kind, index)
    if undone is not None:
        reverse.adjoints.accumulate(container, reverse.build.apply("index", g, undone))
        return
    op = "scatter.at" if is_repeating(reverse.build, index) else "scatter.add"
    _scatter(reverse, place, container, op, index, g)


def _refuse_key(reverse: Reverse, index: Expr) -> None:
    """Refuse to take a value of which nothing is known for a dict."""
    if isinstance(reverse.build.kind(index), Text):
        raise RefusedError(
            "it is not known while compiling what is indexed here",
            "annotate the parameter, or give its kind by a call",
            reverse.build.span,
        )


def _undo_new_axes(kind: Kind, index: Expr) -> Expr | None:
    """What undoes an index that only adds axes: x[:, None] is undone by [:, 0]."""
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    whole = Apply("slice", (Const(None), Const(None), Const(None)))
    if any(part not in (whole, Const(None)) for part in parts) or Const(None) not in parts:
        return None
    if not isinstance(kind, Array) or kind.dims is None:
        return None
    return Apply("tuple", tuple(Const(0) if part == Const(None) else part for part in parts))


def _scatter(
    reverse: Reverse, place: Place, container: Expr, op: str, index: Expr, g: Expr
) -> None:
    assert isinstance(container, Var)
    reverse.adjoints.note_hint(place, container)
    base = reverse.adjoints.current(place)
    if base is None:
        certain = isinstance(container.kind, Array)
        zeros = "numpy.zeros_like" if certain else "runtime.shadow"
        base = reverse.build.apply(zeros, container)
    base = reverse.adjoints.full(base, container)
    reverse.adjoints.replace(place, reverse.build.apply(op, base, index, g))


# ----- lists and tuples read by a computed index -----


def _element(reverse: Reverse, container: Expr, index: Expr, g: Expr) -> None:
    known, key = static_value(reverse.build.kind(index))
    if isinstance(reverse.build.kind(index), Record) and not (
        known and isinstance(reverse.build.kind(container), Items)
    ):
        raise RefusedError(
            "a slice of a list whose length is not known while compiling has no derivative rule",
            "make it an array",
            reverse.build.span,
        )
    if known and isinstance(key, slice):
        _slice_of_list(reverse, container, key, g)
        return
    if not reverse.build.varied(container):
        return
    _require_one_field(reverse, container)
    place = reverse.adjoints.place(container)
    assert place is not None and isinstance(container, Var)
    reverse.adjoints.note_hint(place, container)
    once = _visits_each_once(reverse, container, index, place)
    reverse.once[place] = once
    base = reverse.adjoints.current(place)
    if base is None:
        base = initial(reverse, place)
    if once:
        reverse.adjoints.replace(place, reverse.build.apply("scatter.store", base, index, g))
    else:
        reverse.adjoints.replace(place, reverse.build.apply("scatter.merge", base, index, g))


def _require_one_field(reverse: Reverse, container: Expr) -> None:
    """Refuse real and complex numbers in one list: which one is read shows only at run time."""
    parts = [kind for _, kind in children(reverse.build.kind(container))]
    if any(map(is_complex, parts)) and any(is_real(p) and carries_derivative(p) for p in parts):
        raise RefusedError(
            "real and complex numbers are in one list, and which one is read is not known",
            "make them all complex",
            reverse.build.span,
        )


def _visits_each_once(reverse: Reverse, container: Var, index: Expr, place: Place) -> bool:
    """Whether the loop around reads each element exactly once, and nothing else has read any."""
    if (
        not reverse.loops
        or place in reverse.adjoints.scope.values
        or reverse.adjoints.scope.own is None
    ):
        return False
    loop = reverse.loops[-1]
    if not isinstance(loop, For) or loop.index is not index or len(loop.bounds) != 1:
        return False
    if loop.stop is not None:
        return False
    outer = reverse.adjoints.scope.parent
    if outer is None or not outer.is_zero(place):
        return False
    definition = reverse.build.definition(loop.bounds[0])
    whole = definition is not None and definition.op == "builtins.len"
    at_same_depth = reverse.adjoints.depths.get(container, 0) == len(reverse.loops) - 1
    return (
        whole
        and definition is not None
        and _same_length(reverse, definition.args[0], container)
        and at_same_depth
        and _reads(reverse, loop, place) == 1
    )


def _reads(reverse: Reverse, loop: For, place: Place) -> int:
    """How often the body of a loop reads a container, all of it or a part; not its length."""
    found = 0
    for statement in ir.walk(loop.body):
        for expr in ir.expressions(statement):
            if not (isinstance(expr, Apply) and expr.op == "builtins.len"):
                found += sum(_overlap(reverse, var, place) for var in ir.variables(expr))
    return found


def _overlap(reverse: Reverse, var: Var, place: Place) -> bool:
    """Whether a value is, holds or is part of what is at a place."""
    other = reverse.adjoints.place(var)
    if other is None or other[0] is not place[0]:
        return False
    return all(a == b for a, b in zip(other[1], place[1], strict=False))


def _same_length(reverse: Reverse, a: Expr, b: Expr) -> bool:
    if a is b:
        return True
    first, second = reverse.build.kind(a), reverse.build.kind(b)
    return (
        isinstance(first, Items)
        and isinstance(second, Items)
        and len(first.items) == len(second.items)
    )


def _slice_of_list(reverse: Reverse, container: Expr, key: slice, g: Expr) -> None:
    kind = reverse.build.kind(container)
    assert isinstance(kind, Items) and isinstance(container, Var)
    for position, source in enumerate(range(len(kind.items))[key]):
        part = reverse.adjoints.project(container, source)
        element = (
            g.args[position]
            if isinstance(g, Apply) and g.op in ("tuple", "list")
            else reverse.build.apply("index", g, Const(position))
        )
        reverse.adjoints.accumulate(part, element)


def initial(reverse: Reverse, place: Place) -> Expr:
    """What the adjoint of a value starts from before a loop adds to it."""
    value = reverse.adjoints.at(*place)
    filled = reverse.session.flat or not reverse.once.get(place)
    if isinstance(value.kind, (Items, Many)) and filled:
        return reverse.build.apply("runtime.zeros", value)
    if isinstance(value.kind, (Items, Many)):
        length = reverse.build.apply("builtins.len", value)
        return reverse.build.apply("operator.mul", Apply("list", (Const(None),)), length)
    if isinstance(value.kind, (Record, Scalar)):
        return Const(0.0)
    return zero(reverse.build, value)
