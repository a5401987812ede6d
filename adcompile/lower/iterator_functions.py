"""The functions of `itertools` that give one element after the other, see `iterator_texts`."""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable
from typing import Any

from adcompile.ir import Const, Expr
from adcompile.kinds import Nothing
from adcompile.lower import expressions, iterator_texts, user_calls
from adcompile.lower.frame import Frame

_Lowered = Callable[[Frame, ast.AST, list[Expr], dict[str, Expr]], Expr]
_NONE = Const(None)


def _as(function: Any) -> _Lowered:
    """A function that is the same as one of the texts."""

    def lower(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
        return user_calls.call_user(frame, node, function.__name__, function, args, kwargs)

    return lower


def _accumulate(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`accumulate(iterable, function, initial=...)`."""
    iterable, function, initial = _given(
        frame, node, args, kwargs, ("iterable", "func", "initial"), [_NONE, _NONE]
    )
    if isinstance(frame.kind(function), Nothing):
        function = expressions.reference("add", operator.add)
    if isinstance(frame.kind(initial), Nothing):
        return _as(iterator_texts.accumulate)(frame, node, [iterable, function], {})
    return _as(iterator_texts.accumulate_from)(frame, node, [iterable, function, initial], {})


def _islice(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`islice(iterable, stop)`, `islice(iterable, start, stop, step)`."""
    if len(args) == 2:
        args = [args[0], Const(0), args[1]]
    names = ("iterable", "start", "stop", "step")
    iterable, start, stop, step = _given(frame, node, args, kwargs, names, [Const(1)])
    start, step = (
        Const(default) if isinstance(frame.kind(value), Nothing) else value
        for value, default in ((start, 0), (step, 1))
    )
    if isinstance(frame.kind(stop), Nothing):
        return _as(iterator_texts.islice_to_end)(frame, node, [iterable, start, step], {})
    return _as(iterator_texts.islice)(frame, node, [iterable, start, stop, step], {})


def _count(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`count(start, step)`."""
    given = _given(frame, node, args, kwargs, ("start", "step"), [Const(0), Const(1)])
    return _as(iterator_texts.count)(frame, node, given, {})


def _given(
    frame: Frame,
    node: ast.AST,
    args: list[Expr],
    kwargs: dict[str, Expr],
    names: tuple[str, ...],
    defaults: list[Expr],
) -> list[Expr]:
    """The arguments in order, defaults included."""
    known = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    known |= dict(zip(names, args, strict=False)) | kwargs
    if len(args) > len(names) or set(known) != set(names):
        raise frame.refuse(node, "this call does not fit the function")
    return [known[name] for name in names]


FUNCTIONS: dict[Any, _Lowered] = {
    itertools.chain: _as(iterator_texts.chain),
    itertools.chain.from_iterable: _as(iterator_texts.from_iterable),
    itertools.accumulate: _accumulate,
    itertools.islice: _islice,
    itertools.count: _count,
    itertools.takewhile: _as(iterator_texts.takewhile),
    itertools.starmap: _as(iterator_texts.starmap),
}
