"""Functions that yield: where a `for` runs over one, its body stands in the place of the loop, and
the loop's body in the place of each `yield`.

    for v in steps(x):              # def steps(u):
        total += v                  #     while u > 1: u = u / 2; yield u

is `u = x`, `while u > 1: u = u / 2; v = u; total += v`. The function's own names are told from
those around it by dots; a `break` in the loop's body leaves all loops of the function.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adcompile.ir import UNDEFINED, Expr
from adcompile.kinds import Record, Resolved
from adcompile.lower import (
    closures,
    comprehensions,
    control,
    exits,
    expressions,
    generator_bodies,
    methods,
    scopes,
    statements,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import Generator
from adcompile.source import Source

if TYPE_CHECKING:
    from adcompile.lower.closures import Closure


def called(
    frame: Frame, source: Source, bound: Mapping[str, Expr], closure: Closure | None = None
) -> Expr:
    """The value of a call of a function that yields."""
    _refuse_others(source)
    return closures.value_of(Generator(source, bound, closure, _depth(frame)))


def generator_of(frame: Frame, value: Expr) -> Generator | None:
    """The generator that a value is."""
    kind = frame.kind(value)
    target = kind.target if isinstance(kind, Resolved) else None
    return target if isinstance(target, Generator) else None


def counted(frame: Frame, node: ast.AST, generator: Generator, start: Expr) -> Generator:
    """`enumerate` of a generator."""
    if generator.start is not None:
        raise frame.refuse(node, "`enumerate` of `enumerate` cannot be differentiated yet")
    return generator.counted(start)


def iterated(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """What running over a value runs over: an object may say itself what."""
    kind = frame.kind(value)
    if not isinstance(kind, Record):
        return value
    known = inspect.getattr_static(kind.type, "__iter__", None)
    if not isinstance(known, (types.FunctionType, Source)):
        return value
    return methods.call_of_record(frame, node, kind, value, "__iter__", [], {})


def as_list(frame: Frame, node: ast.AST, value: Expr) -> Expr:
    """The list of what a generator yields."""
    text = "[element for element in values]"
    return comprehensions.written(frame, node, text, {"values": value})


def _depth(frame: Frame | None) -> int:
    """How many loops stand around a point."""
    depth = 0
    while frame is not None:
        depth, frame = depth + frame.depth, frame.caller
    return depth


def _refuse_others(source: Source) -> None:
    """Refuse what cannot be written out."""
    nodes = list(scopes.walk_scope(scopes.body_of(source.node)))
    yields = {statement.value for statement in nodes if isinstance(statement, ast.Expr)}
    for inner in nodes:
        if isinstance(inner, (ast.Yield, ast.YieldFrom)) and inner not in yields:
            raise source.refuse(
                inner,
                "a `yield` whose value is used cannot be differentiated yet",
                "yield in a statement of its own",
            )
        if isinstance(inner, (ast.Try, ast.With)) and any(map(_yields, ast.walk(inner))):
            raise source.refuse(
                inner,
                "a `yield` inside `with` or `try` cannot be differentiated yet",
                "yield outside of it",
            )
        if isinstance(
            inner, (ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.FunctionDef)
        ):
            raise source.refuse(
                inner,
                f"`{source.name}` yields, and in such functions this cannot be differentiated yet",
                "write it outside of the function",
            )


def _yields(node: ast.AST) -> bool:
    return isinstance(node, (ast.Yield, ast.YieldFrom))


# ----- running over one -----


def lower_for(frame: Frame, node: ast.For, generator: Generator) -> None:
    """A loop over a generator."""
    _use(frame, node, generator)
    active = list(_active(frame))
    if sum(source.node is generator.source.node for source in active) >= _LEVELS:
        raise frame.refuse(
            node.iter,
            f"`{generator.name}` runs over itself, and its body stands in the place of the loop",
            "let it return a list",
        )
    dots = "." * (len(active) + 1)
    written = generator_bodies.written_out(frame, node, generator, dots)
    frame.env |= dict.fromkeys(written.own.values(), UNDEFINED) | written.start
    frame.codes = exits.codes(written.body) | frame.codes
    with _running(frame, generator.source, written.through):
        control.lower_block(frame, written.body)
    for name in {*written.own.values(), *written.start}:
        frame.env.pop(name, None)
    if not node.orelse:
        control.unbroken(frame, node, frame.left)


# Loops over a function inside one another; more of them are taken for a recursion.
_LEVELS = 4


@contextmanager
def _running(frame: Frame, source: Source, through: set[str]) -> Iterator[None]:
    """While the body of a generator is lowered, its ways out leave all loops in it."""
    frame.consumed.append(source)
    frame.through |= through
    try:
        yield
    finally:
        frame.consumed.pop()
        frame.through -= through


def _use(frame: Frame, node: ast.For, generator: Generator) -> None:
    """Note that a generator has been run over."""
    if generator.first.used or generator.depth != _depth(frame):
        raise frame.refuse(
            node.iter,
            f"`{generator.name}` may have been run over before, and is empty then",
            "call it where it is run over",
        )
    generator.first.used = True


def _active(frame: Frame | None) -> Iterator[Source]:
    """The generators that are being run over around this point."""
    while frame is not None:
        yield from frame.consumed
        frame = frame.caller


def lower_step(frame: Frame, node: generator_bodies.Step) -> None:
    """A `yield`, of which the loop takes the value."""
    statements.bind(frame, node.target, expressions.lower(frame, node.iter))
    control.lower_block(frame, node.body)
    frame.left = exits.continued(frame, frame.left)


def lower_leave(frame: Frame, node: exits.Leave) -> None:
    """The way out of a generator, or of the loop over it."""
    frame.left = exits.one(node.code)
