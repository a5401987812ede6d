"""The user's own code for a derivative, lowered so that it can be put into a sweep."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adcompile import ir
from adcompile.builder import Builder
from adcompile.errors import AdcompileError
from adcompile.ir import Apply, Expr, Var
from adcompile.kinds import Items, Kind, carries_derivative
from adcompile.lower import arguments, calls, closures, expressions, statements
from adcompile.lower.custom import WRITES, Custom
from adcompile.lower.frame import Frame
from adcompile.lower.heap import ArgumentWrittenError, Heap, WritesError
from adcompile.records import record


@record
class Spliceable:
    """The user's code for a derivative, ready to be put into a sweep.

    Attributes:
        function: the code, as a function that returns a tuple.
        kinds: the kinds of what it returns.
    """

    function: ir.Function
    kinds: tuple[Kind, ...]


def lowered(
    custom: Custom,
    code: Callable[..., Any],
    kinds: Sequence[Kind],
    named: Mapping[str, Kind],
    count: int = 1,
) -> Spliceable:
    """The code of a pullback or pushforward.

    Args:
        custom: the call that it is for.
        code: the user's function.
        kinds: the kinds of its arguments by position.
        named: those of its arguments by name.
        count: how many derivatives it returns.
    """
    # It may call what has no derivative; then it cannot be differentiated once more.
    attempt = functools.partial(_lowered, custom, code, kinds, named, count)
    try:
        return _followed(attempt, varied=True)
    except AdcompileError:
        return _followed(attempt, varied=False)


def _followed(attempt: Callable[..., Spliceable], varied: bool) -> Spliceable:
    """What an attempt gives; of code that writes, the memories are followed."""
    try:
        return attempt(varied=varied, followed=False)
    except WritesError:
        return attempt(varied=varied, followed=True)


def _lowered(
    custom: Custom,
    code: Callable[..., Any],
    kinds: Sequence[Kind],
    named: Mapping[str, Kind],
    count: int,
    varied: bool,
    followed: bool,
) -> Spliceable:
    params = [Var(None, kind, varied and carries_derivative(kind)) for kind in kinds]
    by_name = {
        name: Var(None, kind, varied and carries_derivative(kind)) for name, kind in named.items()
    }
    together = [*params, *by_name.values()]
    heap = Heap(followed, passed=frozenset(together))
    frame = Frame(custom.session, custom.source, Builder(distinct=followed), heap=heap)
    name = name_of(code)
    try:
        result = _called(custom, frame, code, [*params], {**by_name})
        writes = any(written.initial in together for written in heap.written)
    except ArgumentWrittenError:
        writes = True
    if writes:
        raise custom.refuse(f"`{name}` writes into an argument", WRITES)
    parts = [result] if count == 1 else _parts(custom, frame, name, result, count)
    body = ir.Function(name, together, frame.build.block, Apply("tuple", tuple(parts)))
    return Spliceable(body, tuple(map(frame.kind, parts)))


def _called(
    custom: Custom,
    frame: Frame,
    code: Callable[..., Any],
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """What the code returns: where it is simple, with its body in the place of its call."""
    if isinstance(code, types.FunctionType):
        source = custom.session.source_of(code)
        bound = arguments.bind(frame, custom.node, source, args, kwargs)
        if _is_simple(source.node):
            return closures.inline(frame, custom.node, source, bound)
    reference = expressions.reference(name_of(code), code)
    return calls.call_value(frame, custom.node, reference, args, kwargs)


def _is_simple(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether a function is a few assignments."""
    if isinstance(node, ast.Lambda):
        return True
    kinds = (ast.Assign, ast.AnnAssign, ast.Return)
    body = statements.without_docstring(node.body)
    return len(body) <= _SIMPLE and all(isinstance(statement, kinds) for statement in body)


_SIMPLE = 6


def _parts(custom: Custom, frame: Frame, name: str, result: Expr, count: int) -> list[Expr]:
    """What a pullback returns, for each argument."""
    kind = frame.kind(result)
    parts = [result]
    if isinstance(kind, Items) and kind.type is tuple:
        parts = arguments.spread(frame, custom.node, result)
    if len(parts) != count:
        raise custom.refuse(
            f"`{name}` returns {len(parts)} of {count} derivatives",
            "let it return a tuple of one for each argument, None for an argument without",
        )
    return parts


def taken(custom: Custom, code: Callable[..., Any], before: int, each: int) -> int:
    """How many of the arguments by position the user's code takes: those that the call gives, and
    defaults as far as there is room for them.

    Args:
        custom: the call.
        code: the user's function.
        before: how many others it takes before them.
        each: how many it takes for each of them.
    """
    room = len(custom.names)
    parameters = inspect.signature(code).parameters.values()
    if not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        room = (len(places) - before) // each
    return max(custom.given, min(room, len(custom.names)))


def name_of(code: object) -> str:
    """What messages and the text call a function."""
    return str(getattr(code, "__name__", "rule"))
