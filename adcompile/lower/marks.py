"""Lower calls of `stop_gradient`."""

from __future__ import annotations

import ast

from adcompile.ir import Apply, Expr, Var
from adcompile.lower.frame import Frame


def lower_stop(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`stop_gradient(x)`."""
    (value,) = arguments(frame, node, "stop_gradient", ("value",), args, kwargs)
    if not frame.varied(value):
        return value
    if isinstance(value, Apply) and value.op == "tuple":
        return Apply("tuple", tuple(_stopped(frame, node, part) for part in value.args))
    return _stopped(frame, node, value)


def _stopped(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    if not frame.varied(value):
        return value
    return like(value, frame.apply(node, "stop_gradient", value))


def like(value: Expr, marked: Expr) -> Expr:
    """What is marked is in every other respect what it was."""
    if isinstance(marked, Var) and isinstance(value, Var):
        marked.boxed, marked.mixed = value.boxed, value.mixed
    return marked


def arguments(
    frame: Frame,
    node: ast.AST,
    name: str,
    names: tuple[str, ...],
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> list[Expr]:
    """The arguments of a call that takes each of `names` once."""
    given = dict(zip(names, args, strict=False))
    if len(args) > len(names) or given.keys() & kwargs.keys() or {*given, *kwargs} != {*names}:
        raise frame.refuse(node, f"this call of `{name}` does not fit")
    return [*args, *(kwargs[n] for n in names[len(args) :])]
