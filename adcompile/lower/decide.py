"""Tests that are decided while compiling: of literals, strings, None and types."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Record,
    Resolved,
    Scalar,
    Text,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import Made
from adcompile.rules.registry import static_value

_IDENTITY = {"operator.is_": False, "operator.is_not": True}
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    f"operator.{name}": getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")
}
_NOT_NONE = (Scalar, Array, Items, Many, Mapping, Text, Record, Resolved)


def outcome(frame: Frame, test: Expr) -> bool | None:
    """The outcome of a test that does not depend on how the program runs, None if it does."""
    if isinstance(test, Const):
        return bool(test.value)
    if not isinstance(test, Apply):
        return _truth(frame.kind(test))
    if test.op in ("tuple", "list", "dict"):
        return bool(test.args)
    match test.op, [*test.args]:
        case "operator.not_", [operand]:
            inner = outcome(frame, operand)
            return None if inner is None else not inner
        case "operator.and" | "operator.or", parts:
            return _joined(frame, test.op == "operator.or", parts)
        case "operator.contains" | "operator.not_contains", [_, _]:
            return _contained(frame, test)
        case op, [left, right] if op in _IDENTITY:
            same = _same(frame, left, right)
            return None if same is None else same is not _IDENTITY[op]
        case op, [left, right] if op in _COMPARED:
            return _compared(frame, op, left, right)
    return None


def _truth(kind: Kind) -> bool | None:
    """Whether a value counts as true, as far as its kind says: None does not, functions do."""
    if isinstance(kind, Nothing):
        return False
    is_function = isinstance(kind, Resolved) and isinstance(kind.target, _FUNCTIONS)
    return True if is_function else None


_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, np.ufunc, Made)


def _joined(frame: Frame, decisive: bool, parts: list[Expr]) -> bool | None:
    """`and` is decided by one False, `or` by one True."""
    found = [outcome(frame, part) for part in parts]
    before_unknown = found[: found.index(None)] if None in found else found
    if decisive in before_unknown:
        return decisive
    return None if None in found else not decisive


def _same(frame: Frame, left: Expr, right: Expr) -> bool | None:
    """Whether two values are the same object."""
    kinds = frame.kind(left), frame.kind(right)
    if isinstance(kinds[0], Resolved) and isinstance(kinds[1], Resolved):
        return kinds[0].target is kinds[1].target
    if any(isinstance(kind, Nothing) for kind in kinds):
        if all(isinstance(kind, Nothing) for kind in kinds):
            return True
        other = kinds[1] if isinstance(kinds[0], Nothing) else kinds[0]
        return False if isinstance(other, _NOT_NONE) else None
    return _compared(frame, "operator.eq", left, right) if _are_texts(kinds) else None


def _are_texts(kinds: tuple[Any, ...]) -> bool:
    return all(isinstance(kind, Text) for kind in kinds)


def _compared(frame: Frame, op: str, left: Expr, right: Expr) -> bool | None:
    kinds = frame.kind(left), frame.kind(right)
    if isinstance(kinds[0], Resolved) and isinstance(kinds[1], Resolved):
        same = kinds[0].target is kinds[1].target
        return {"operator.eq": same, "operator.ne": not same}.get(op)
    values = [_literal(frame, side) for side in (left, right)]
    if None in values:
        return None
    try:
        return bool(_COMPARED[op](*(value[0] for value in values if value is not None)))
    except TypeError:
        return None


def _literal(frame: Frame, expr: Expr) -> tuple[Any] | None:
    """The value of a literal, or of an expression of literals."""
    if isinstance(expr, Var) and (expr.varied or expr.mixed):
        return None
    known, value = static_value(frame.kind(expr))
    plain = isinstance(value, (bool, int, float, str, type(None)))
    return (value,) if known and plain else None


def _contained(frame: Frame, test: Apply) -> bool | None:
    """`x in (a, b)` and `key in d`."""
    key, container = _literal(frame, test.args[0]), test.args[1]
    kind = frame.kind(container)
    if key is None:
        return None
    if isinstance(kind, Mapping) and kind.items is not None:
        found: list[Any] = [name for name, _ in kind.items]
    elif isinstance(kind, Items):
        known, value = static_value(kind)
        if not known:
            return None
        found = list(value)
    else:
        return None
    return (key[0] in found) is (test.op == "operator.contains")
