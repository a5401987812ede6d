"""Lower calls of functions with derivatives of the user's own, and these derivatives."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.custom import CustomRule
from adcompile.errors import AdcompileError, RefusedError
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import UNKNOWN, Items, Kind, carries_derivative, forget_value
from adcompile.lower import (
    arguments,
    calls,
    closures,
    expressions,
    library_calls,
    statements,
    user_calls,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import ArgumentWrittenError, Heap, WritesError
from adcompile.lower.session import Session
from adcompile.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Custom:
    """What is called where a differentiated value enters a function with a rule of its own.

    Attributes:
        rule: the function with its rule.
        name: what messages call it.
        names: those of its arguments by position, as far as they have one.
        given: how many of these the call gives, the others have their defaults.
        shares: whether its result may share memory with an argument.
        session: the compilation.
        source: the function that calls it.
        node: the call.
    """

    rule: CustomRule
    name: str
    names: tuple[str, ...]
    given: int
    shares: bool
    session: Session
    source: Source
    node: ast.AST

    @property
    def called(self) -> Callable[..., Any]:
        """What the text calls."""
        return self.rule.function

    def refuse(self, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses the call."""
        return self.source.refuse(self.node, reason, hint)


def call(
    frame: Frame,
    node: ast.AST,
    name: str,
    rule: CustomRule,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """A call of a function with a rule of its own."""
    for part in ("function", "pulled", "pushed"):
        frame.session.assume_attribute(rule, part, getattr(rule, part))
    if isinstance(rule.function, np.ufunc) and kwargs:
        raise frame.refuse(node, f"`{name}` takes its operands only here", "leave the rest out")
    if not arguments.varied(frame, args, kwargs):
        return _passive(frame, node, name, rule, args, kwargs)
    names, given, args, kwargs = _bound(frame, node, name, rule, args, kwargs)
    by_name = [key for key, value in kwargs.items() if frame.build.varied(value)]
    if by_name:
        raise frame.refuse(
            node,
            f"`{by_name[0]}` is given to `{name}` by name only, and is differentiated",
            "let the function take it by position",
        )
    kind, shares = _looked_into(frame, node, name, rule, args, kwargs)
    custom = Custom(rule, name, names, given, shares, frame.session, frame.source, node)
    return frame.apply(node, "opaque", Ref(name, custom, forget_value(kind)), *args, **kwargs)


def _passive(
    frame: Frame,
    node: ast.AST,
    name: str,
    rule: CustomRule,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """A call with nothing that is differentiated. Its user says that it changes no argument."""
    kind, _ = _looked_into(frame, node, name, rule, args, kwargs)
    if kind == UNKNOWN:
        return frame.apply(node, "effect", Ref(name, rule.function), *args, **kwargs)
    function = expressions.reference(name, rule.function)
    return calls.call_value(frame, node, function, args, kwargs)


def _bound(
    frame: Frame,
    node: ast.AST,
    name: str,
    rule: CustomRule,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> tuple[tuple[str, ...], int, list[Expr], dict[str, Expr]]:
    """The names of the arguments by position, how many are given, the arguments by position with
    defaults filled in, and those by name."""
    signature = _signature(rule.function)
    if signature is None:
        return tuple(f"argument {i + 1}" for i in range(len(args))), len(args), args, kwargs
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise frame.refuse(node, f"this call of `{name}` does not fit: {error}") from None
    names: list[str] = []
    values: list[Expr] = []
    rest: dict[str, Expr] = {}
    last = 0
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            more = bound.arguments.get(parameter.name, ())
            names += [f"{parameter.name}[{i}]" for i in range(len(more))]
            values += more
            last = len(values)
        elif parameter.kind is parameter.VAR_KEYWORD:
            rest |= bound.arguments.get(parameter.name, {})
        elif parameter.name in bound.arguments:
            value = bound.arguments[parameter.name]
            if parameter.kind is parameter.KEYWORD_ONLY:
                rest[parameter.name] = value
            else:
                names.append(parameter.name)
                values.append(value)
                last = len(values)
        elif parameter.kind is not parameter.KEYWORD_ONLY:
            names.append(parameter.name)
            values.append(_default(frame, node, rule, parameter))
    return tuple(names), last, values, rest


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """The parameters of a function, None where it does not tell them. Of those of a ufunc only its
    operands can be differentiated."""
    if isinstance(function, np.ufunc):
        return None
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # it is written in C
        return None


def _default(frame: Frame, node: ast.AST, rule: CustomRule, parameter: inspect.Parameter) -> Expr:
    value = parameter.default
    if not isinstance(value, (bool, int, float, str, type(None))):
        raise frame.refuse(node, f"`{parameter.name}` has a default that is no literal", "give it")
    return Const(value)


def _looked_into(
    frame: Frame,
    node: ast.AST,
    name: str,
    rule: CustomRule,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> tuple[Kind, bool]:
    """The kind of the result, and whether it may share memory with an argument; as far as the
    function can be looked into."""
    if isinstance(rule.function, np.ufunc):
        return library_calls.ufunc_kind(frame, rule.function, args), False
    if not isinstance(rule.function, types.FunctionType):
        return UNKNOWN, True
    try:
        source = frame.session.source_of(rule.function)
        spec, kind = user_calls.passive(
            frame, source, arguments.bind(frame, node, source, args, kwargs)
        )
        writes = spec is not None and bool(spec.writes)
    except ArgumentWrittenError:
        writes = True
    except AdcompileError:
        return UNKNOWN, True
    if writes:
        raise frame.refuse(node, f"`{name}` writes into an argument", _NEW)
    return kind, spec is None or spec.shares


_NEW = "let it return a new array"


# ----- derivatives -----


@dataclass(frozen=True, slots=True)
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
    try:
        return _followed(custom, code, kinds, named, count, varied=True)
    except AdcompileError:
        return _followed(custom, code, kinds, named, count, varied=False)


def _followed(
    custom: Custom,
    code: Callable[..., Any],
    kinds: Sequence[Kind],
    named: Mapping[str, Kind],
    count: int,
    varied: bool,
) -> Spliceable:
    """As `lowered`; of code that writes, the memories are followed."""
    try:
        return _lowered(custom, code, kinds, named, count, varied, followed=False)
    except WritesError:
        return _lowered(custom, code, kinds, named, count, varied, followed=True)


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
        raise custom.refuse(f"`{name}` writes into an argument", _NEW)
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
