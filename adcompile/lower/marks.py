"""Lower calls of `stop_gradient`, and of the other functions of `adcompile.marks`."""

from __future__ import annotations

import ast

from adcompile.ir import Apply, Expr, Var
from adcompile.lower.frame import Frame


def lower_stop(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`stop_gradient(x)`."""
    value = argument_of(frame, node, "stop_gradient", ("value",), args, kwargs)[0]
    if not frame.build.varied(value):
        return value
    if isinstance(value, Apply) and value.op == "tuple":
        return Apply("tuple", tuple(_stopped(frame, node, part) for part in value.args))
    return _stopped(frame, node, value)


def _stopped(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    if not frame.build.varied(value):
        return value
    stopped = frame.apply(node, "stop_gradient", value)
    if isinstance(stopped, Var) and isinstance(value, Var):
        stopped.boxed, stopped.mixed = value.boxed, value.mixed
    return stopped


def argument_of(
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
