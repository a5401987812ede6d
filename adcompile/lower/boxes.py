"""Arrays of no axes, which are not told from numbers: `a += b` changes the one and replaces the
other, which is the same only where nothing else knows the array."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from adcompile import ir
from adcompile.ir import Apply, Expr, Ref, Var
from adcompile.kinds import Array, Items, Kind, Many, Scalar, Unknown, dims
from adcompile.lower import closures, expressions, sharing, views
from adcompile.lower.frame import Frame
from adcompile.lower.heap import WritesError


def update(frame: Frame, node: ast.AugAssign, name: str, old: Expr) -> Expr:
    """The value of a name after `name += value`, where it stands for a number.

    Raises:
        RefusedError: it may stand for an array that has another name.
    """
    _refuse_in_place(frame, node, name, old)
    value = expressions.lower(frame, node.value)
    result = expressions.binary(frame, node, expressions.operator_name(node.op), old, value)
    if isinstance(old, Var) and isinstance(result, Var) and old.boxed:
        result.boxed = True
    return result


def is_replaced(frame: Frame, old: Expr) -> bool:
    """Whether `+=` certainly replaces a value, as it does a number."""
    kind = frame.kind(old)
    boxed = isinstance(old, Var) and old.boxed
    return isinstance(kind, Scalar) or (dims(kind) == () and not boxed)


def _refuse_in_place(frame: Frame, node: ast.AugAssign, name: str, old: Expr) -> None:
    """`a += b` changes an array in place, a number it replaces."""
    kind = frame.kind(old)
    if is_replaced(frame, old) or (isinstance(kind, Items) and kind.type is tuple):
        return
    if _may_be_number(kind) and isinstance(old, Var) and not _is_shared(frame, name, old):
        return
    symbol = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}.get(
        expressions.operator_name(node.op), "+"
    )
    what = "list" if isinstance(kind, (Items, Many)) else "array"
    raise frame.refuse(
        node,
        f"`{symbol}=` changes the {what} `{name}` in place, which cannot be differentiated yet",
        f"`{name} = {name} {symbol} ...` makes a new {what}",
    )


def _may_be_number(kind: Kind) -> bool:
    """Whether a value may be a number, or an array that is changed as a number is replaced if
    nothing else knows it."""
    return isinstance(kind, Unknown) or (isinstance(kind, Array) and not kind.dims)


def _is_shared(frame: Frame, name: str, old: Var) -> bool:
    """Whether an array may be known other than by this name."""
    heap = frame.heap
    if old in heap.passed and dims(old.kind) != ():
        return True
    others = [var for value in _known(frame, name) for var in ir.variables(value)]
    if not heap.followed:
        if old in heap.passed:
            heap.written.add(heap.origin(old).memory)
        if _is_made(frame, old) and not any(_stems_from(frame, var, old) for var in others):
            return False
        raise WritesError
    mine = {heap.origin(old).memory, *heap.near(heap.origin(old).memory)}
    heap.written |= {what for what in mine if what.initial in heap.passed}
    theirs = sharing.memories(frame, others).union(*heap.contents.values())
    own = all(_may_be_number(what.initial.kind) and what.fixed is None for what in mine)
    return bool(mine & theirs) or not own


def _is_made(frame: Frame, old: Var) -> bool:
    """Whether an array is an argument, or new memory."""
    made = frame.build.definition(old)
    return old in frame.heap.passed or (made is not None and views.is_fresh(made))


def _stems_from(frame: Frame, var: Var, old: Var) -> bool:
    """Whether a value may share the memory of one that it is made of."""
    todo = [var]
    while todo:
        top = todo.pop()
        made = frame.build.definition(top)
        if top is old:
            return True
        if made is not None and not views.is_fresh(made):
            todo.extend(ir.variables(made))
        elif made is None and top not in frame.heap.passed:
            return True  # from a loop or branch
    return False


def _known(frame: Frame, name: str) -> Iterator[Expr]:
    """What is known by another name, to this function or to those that it stands in."""
    yield from _parts(value for key, value in frame.env.items() if key != name)
    caller = frame.caller
    while caller is not None:
        yield from _parts(caller.env.values())
        caller = caller.caller


def _parts(values: Iterable[Expr]) -> Iterator[Expr]:
    """Values, and what the functions among them keep."""
    for value in values:
        yield value
        for part in value.operands() if isinstance(value, Apply) else ():
            yield from _parts([part])
        if isinstance(value, Ref):
            yield from _parts(closures.held(value.target))
