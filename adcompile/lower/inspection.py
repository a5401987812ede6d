"""Builtins that look into objects and displays: `isinstance`, `getattr`, `hasattr`, `len`."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable

from adcompile.classes import ABSENT, constructor, member
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Kind, Record
from adcompile.lower import expressions
from adcompile.lower.frame import Frame


def is_instance(frame: Frame, node: ast.AST, args: list[Expr]) -> Expr | None:
    """`isinstance(x, C)` where the class of `x` is known."""
    kind: Kind = frame.kind(args[0])
    wanted = [frame.kind(arg) for arg in _all_of(args[1])]
    owners = [getattr(k, "target", None) for k in wanted]
    if not isinstance(kind, Record) or not all(isinstance(owner, type) for owner in owners):
        return None
    return Const(any(issubclass(kind.type, owner) for owner in owners if owner is not None))


def attribute_named(frame: Frame, node: ast.AST, args: list[Expr]) -> Expr | None:
    """`getattr(p, "x")`."""
    name = args[1].value if len(args) == 2 and isinstance(args[1], Const) else None
    return expressions.attribute(frame, node, args[0], name) if isinstance(name, str) else None


def has_attribute(frame: Frame, node: ast.AST, args: list[Expr]) -> Expr | None:
    """`hasattr(p, "x")`."""
    kind: Kind = frame.kind(args[0])
    name = args[1].value if len(args) == 2 and isinstance(args[1], Const) else None
    if not isinstance(kind, Record) or not isinstance(name, str):
        return None
    if name in dict(kind.fields):
        return Const(True)
    known = member(kind.type, name)
    if known is not ABSENT:
        frame.session.assume_attribute(kind.type, name, getattr(kind.type, name))
        return None if isinstance(known, property) else Const(True)
    # Of these all attributes are known.
    is_whole = constructor(kind.type) == "init" and not dataclasses.is_dataclass(kind.type)
    return Const(False) if is_whole else None


def length(frame: Frame, node: ast.AST, args: list[Expr]) -> Expr | None:
    """`len` of a display."""
    display = args[0] if len(args) == 1 else None
    if not isinstance(display, Apply) or display.op not in ("tuple", "list", "dict"):
        return None
    return Const(len(display.args) // (2 if display.op == "dict" else 1))


# Builtins that look into objects.
BUILTINS: dict[str, Callable[[Frame, ast.AST, list[Expr]], Expr | None]] = {
    "builtins.isinstance": is_instance,
    "builtins.getattr": attribute_named,
    "builtins.hasattr": has_attribute,
    "builtins.len": length,
}


def _all_of(value: Expr) -> tuple[Expr, ...]:
    return value.args if isinstance(value, Apply) and value.op == "tuple" else (value,)
