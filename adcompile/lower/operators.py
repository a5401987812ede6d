"""The functions of the module `operator`: operators as functions, `itemgetter`, `attrgetter`."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from adcompile.ir import Apply, Const, Expr
from adcompile.lower import closures, expressions
from adcompile.lower.frame import Frame
from adcompile.lower.made import Built

_Lowered = Callable[[Frame, ast.AST, list[Expr], dict[str, Expr]], Expr]


def _binary(name: str) -> _Lowered:
    def lower(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
        left, right = _given(frame, node, args, kwargs, 2)
        return expressions.binary(frame, node, name, left, right)

    return lower


def _applied(op: str, number: int) -> _Lowered:
    def lower(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
        return frame.apply(node, op, *_given(frame, node, args, kwargs, number))

    return lower


def _getitem(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    value, index = _given(frame, node, args, kwargs, 2)
    return expressions.item(frame, node, value, index)


def _given(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr], number: int
) -> list[Expr]:
    if kwargs or len(args) != number:
        raise frame.refuse(node, "this call does not fit the function")
    return args


def _getter(take: Callable[[Frame, ast.AST, Expr, Expr], Expr]) -> _Lowered:
    """What makes a function that takes parts of its argument."""

    def lower(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
        if kwargs or not args:
            raise frame.refuse(node, "this call does not fit the function")

        def build(inner: Frame, value: Expr) -> Expr:
            parts = tuple(take(inner, node, value, arg) for arg in args)
            return parts[0] if len(parts) == 1 else Apply("tuple", parts)

        return closures.value_of(Built("getter", build))

    return lower


def _attribute(frame: Frame, node: ast.AST, value: Expr, name: Expr) -> Expr:
    """`attrgetter("a.b")(value)`."""
    if not (isinstance(name, Const) and isinstance(name.value, str)):
        raise frame.refuse(node, "which attribute this is is not known while compiling")
    for part in name.value.split("."):
        value = expressions.attribute(frame, node, value, part)
    return value


FUNCTIONS: dict[Any, _Lowered] = {
    **{
        getattr(operator, name): _binary(name)
        for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
    },
    **{
        getattr(operator, name): _applied(f"operator.{name}", 2)
        for name in ("lt", "le", "eq", "ne", "ge", "gt")
    },
    **{getattr(operator, name): _applied(f"operator.{name}", 1) for name in ("neg", "pos")},
    operator.abs: _applied("builtins.abs", 1),
    operator.getitem: _getitem,
    operator.itemgetter: _getter(lambda *call: expressions.item(*call)),
    operator.attrgetter: _getter(_attribute),
}


def live_getter(frame: Frame, node: ast.AST, getter: Any) -> Expr | None:
    """A getter from outside, as a function of the program's; None for anything else."""
    if not isinstance(getter, (operator.itemgetter, operator.attrgetter)):
        return None
    reduced: Any = getter.__reduce__()
    made, wanted = reduced[:2]
    return FUNCTIONS[made](frame, node, [Const(key) for key in wanted], {})


def item_of(value: Expr) -> Expr:
    """`value.__getitem__`."""
    name = "__getitem__"
    getitem = expressions.reference("getitem", operator.getitem)
    return closures.value_of(closures.Partial(name, getitem, [value], {}))
