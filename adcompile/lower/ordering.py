"""What follows the order of values: `sorted`, `list.sort`, `max` and `min` with a key.

The order is that of numbers, the elements or what a key makes of them. It is found when the
program runs, and derivatives go where the elements came from.
"""

from __future__ import annotations

import ast

from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Nothing,
    Resolved,
    Scalar,
    carries_derivative,
    dims,
    element,
    rank,
)
from adcompile.lower import (
    arguments,
    comprehensions,
    container_methods,
    container_writes,
    containers,
    expressions,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import made_function


def is_active(frame: Frame, args: list[Expr], kwargs: dict[str, Expr]) -> bool:
    """Whether an order may depend on what is differentiated: by the elements, or a key that the
    program has made."""
    key = kwargs.get("key")
    made = key is not None and made_function(frame.kind(key)) is not None
    return made or arguments.varied(frame, args, kwargs)


def in_order(frame: Frame, node: ast.AST, values: Expr, kwargs: dict[str, Expr]) -> Expr:
    """The list of some values in their order: `sorted(values, key=..., reverse=...)`."""
    others = [name for name in kwargs if name not in ("key", "reverse")]
    reverse = kwargs.get("reverse", Const(False))
    if others or not isinstance(reverse, Const):
        raise frame.refuse(
            node, "how this is sorted is not known while compiling", "write `reverse` as a literal"
        )
    values = containers.current(frame, node, values)
    keys = _keys(frame, node, values, kwargs.get("key"))
    if keys is None or (reverse.value and _is_bool(frame.kind(keys))):
        raise _refuse_keys(frame, node, "sorted")
    plain = kwargs.get("key", Const(None)) == Const(None) and _are_floats(frame.kind(values))
    by = frame.apply(node, "operator.neg", keys) if reverse.value else keys
    order = frame.apply(node, "numpy.argsort", by, kind=Const("stable"))
    if plain:
        return _listed(frame, node, values, frame.apply(node, "index", keys, order))
    return _taken(frame, node, values, order)


def first_of(
    frame: Frame, node: ast.AST, op: str, values: Expr, kwargs: dict[str, Expr]
) -> Expr | None:
    """The first of the elements with the largest, or smallest, key."""
    name = op.removeprefix("builtins.")
    if set(kwargs) != {"key"}:
        raise frame.refuse(
            node,
            f"`{name}` with `key=` and `default=` has no derivative rule",
            "ask for the length before",
        )
    values = containers.current(frame, node, values)
    keys = _keys(frame, node, values, kwargs["key"])
    if keys is None:
        raise _refuse_keys(frame, node, name)
    position = frame.apply(node, f"numpy.arg{name}", keys)
    return expressions.item(frame, node, values, position)


def sort(frame: Frame, node: ast.AST, target: Expr, kwargs: dict[str, Expr]) -> Expr:
    """`L.sort(key=..., reverse=...)`."""
    what, held = container_writes.held_by(frame, node, target)
    result = in_order(frame, node, held, kwargs)
    if isinstance(result, Apply):
        container_writes.put(frame, node, what, "list", result.args)
        return Const(None)
    assert isinstance(result, Var)
    container_writes.replace(frame, node, what, result)
    return Const(None)


def _refuse_keys(frame: Frame, node: ast.AST, name: str) -> Exception:
    return frame.refuse(
        node,
        f"`{name}` orders these by something else than one number each, which has no derivative "
        "rule",
        "give a `key=` that makes a number of each",
    )


def _keys(frame: Frame, node: ast.AST, values: Expr, key: Expr | None) -> Expr | None:
    """The array of what values are ordered by, None where that is not one number each."""
    if key is None or isinstance(frame.kind(key), Nothing):
        return _array(frame, node, values)
    if not isinstance(frame.kind(key), Resolved):
        raise frame.refuse(node, "it is not known while compiling which function the key is")
    found = comprehensions.written(
        frame, node, "[key(element) for element in values]", {"key": key, "values": values}
    )
    return _array(frame, node, found)


def _array(frame: Frame, node: ast.AST, values: Expr) -> Expr | None:
    """Numbers in a list as an array."""
    kind = frame.kind(values)
    if isinstance(kind, Array):
        return values if rank(kind) == 1 else None
    parts = kind.items if isinstance(kind, Items) else (element(kind),)
    if not isinstance(kind, (Items, Many)) or not parts or not all(map(_is_number, parts)):
        return None
    return frame.apply(node, "numpy.array", values)


def _is_bool(kind: Kind) -> bool:
    """Whether numbers are truth values, which cannot be negated."""
    return isinstance(kind, Array) and kind.dtype == bool


def _are_floats(kind: Kind) -> bool:
    parts = kind.items if isinstance(kind, Items) else (element(kind),)
    return all(map(carries_derivative, parts))


def _is_number(kind: Kind) -> bool:
    return isinstance(kind, Scalar) or (isinstance(kind, Array) and dims(kind) == ())


def _listed(frame: Frame, node: ast.AST, values: Expr, ordered: Expr) -> Expr:
    """The elements of an array of numbers, as a list; as many as there are values."""
    kind = frame.kind(values)
    if isinstance(kind, Items):
        parts = [frame.apply(node, "index", ordered, Const(i)) for i in range(len(kind.items))]
        return Apply("list", tuple(parts))
    return container_methods.copied(frame, node, ordered)


def _taken(frame: Frame, node: ast.AST, values: Expr, order: Expr) -> Expr:
    """The elements at some positions, as a list."""
    kind = frame.kind(values)
    if isinstance(kind, Items):
        at = [frame.apply(node, "index", order, Const(i)) for i in range(len(kind.items))]
        return Apply("list", tuple(expressions.item(frame, node, values, i) for i in at))
    if rank(kind) == 1:
        return container_methods.copied(frame, node, frame.apply(node, "index", values, order))
    return comprehensions.written(
        frame, node, "[values[i] for i in order]", {"values": values, "order": order}
    )
