"""Lower calls of functions with derivatives of the user's own."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from adcompile.custom import CustomRule
from adcompile.errors import AdcompileError, RefusedError
from adcompile.ir import Const, Expr, Ref
from adcompile.kinds import UNKNOWN, Kind, forget_value
from adcompile.lower import arguments, calls, expressions, library_calls, user_calls
from adcompile.lower.frame import Frame
from adcompile.lower.heap import ArgumentWrittenError
from adcompile.lower.session import Session, Specialised
from adcompile.records import record
from adcompile.source import Source

WRITES = "let it return a new array"


Slot = int | str | Const


@record(eq=False)
class Custom:
    """What is called where a differentiated value enters a function with a rule of its own.

    Attributes:
        rule: the function with its rule.
        name: what messages call it.
        names: those of its arguments by position, as far as they have one.
        given: how many of these the call gives, the others have their defaults.
        shares: whether its result may share memory with an argument.
        spec: the function lowered without its rule, None where it cannot be.
        slots: what each of its parameters is given: an argument of the call, by its position or its
            name, or a default; None where a parameter takes several.
        session: the compilation.
        source: the function that calls it.
        node: the call.
    """

    rule: CustomRule
    name: str
    names: tuple[str, ...]
    given: int
    shares: bool
    spec: Specialised | None
    slots: tuple[Slot, ...] | None
    session: Session
    source: Source
    node: ast.AST

    @property
    def called(self) -> Callable[..., Any]:
        """What the text calls."""
        # The type checker takes the rule, which binds as functions do, for a method.
        function: Callable[..., Any] = self.rule.function
        return function

    def refuse(self, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses the call."""
        return self.source.refuse(self.node, reason, hint)


class _Site(NamedTuple):
    """A call: where it stands, what it calls, and with what."""

    frame: Frame
    node: ast.AST
    name: str
    rule: CustomRule
    args: list[Expr]
    kwargs: dict[str, Expr]

    def refuse(self, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses the call."""
        return self.frame.refuse(self.node, reason, hint)


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
    site = _Site(frame, node, name, rule, args, kwargs)
    if isinstance(rule.function, np.ufunc) and kwargs:
        raise site.refuse(f"`{name}` takes its operands only here", "leave the rest out")
    if not arguments.varied(frame, args, kwargs):
        return _passive(site)
    site, names, given = _bound(site)
    by_name = [key for key, value in site.kwargs.items() if frame.varied(value)]
    if by_name:
        raise site.refuse(
            f"`{by_name[0]}` is given to `{name}` by name only, and is differentiated",
            "let the function take it by position",
        )
    seen = _looked_into(site)
    kind = seen.kind
    custom = Custom(
        rule, name, names, given, seen.shares, seen.spec, seen.slots,
        frame.session, frame.source, node,
    )  # fmt: skip
    reference = Ref(name, custom, forget_value(kind))
    return frame.apply(node, "opaque", reference, *site.args, **site.kwargs)


def _passive(site: _Site) -> Expr:
    """A call with nothing that is differentiated. Its user says that it changes no argument."""
    frame, node, name, rule, args, kwargs = site
    kind = _looked_into(site).kind
    if kind == UNKNOWN:
        return frame.apply(node, "effect", Ref(name, rule.function), *args, **kwargs)
    function = expressions.reference(name, rule.function)
    return calls.call_value(frame, node, function, args, kwargs)


def _bound(site: _Site) -> tuple[_Site, tuple[str, ...], int]:
    """The call with defaults filled in and as much by position as can be, the names of what is by
    position, and how much of that the user gives."""
    signature = _signature(site.rule.function)
    if signature is None:
        names = tuple(f"argument {i + 1}" for i in range(len(site.args)))
        return site, names, len(site.args)
    try:
        bound = signature.bind(*site.args, **site.kwargs)
    except TypeError as error:
        raise site.refuse(f"this call of `{site.name}` does not fit: {error}") from None
    values: list[tuple[str, Expr]] = []
    rest: dict[str, Expr] = {}
    given = 0
    for parameter in signature.parameters.values():
        name, value = parameter.name, bound.arguments.get(parameter.name)
        if parameter.kind is parameter.VAR_KEYWORD:
            rest |= value or {}
        elif parameter.kind is parameter.KEYWORD_ONLY:
            rest |= {} if value is None else {name: value}
        else:
            if parameter.kind is parameter.VAR_POSITIONAL:
                values += [(f"{name}[{i}]", v) for i, v in enumerate(value or ())]
            else:
                values.append((name, _default(site, parameter) if value is None else value))
            given = given if value is None else len(values)
    site = site._replace(args=[value for _, value in values], kwargs=rest)
    return site, tuple(name for name, _ in values), given


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """The parameters of a function, None where it does not tell them. Of those of a ufunc only its
    operands can be differentiated."""
    if isinstance(function, np.ufunc):
        return None
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # it is written in C
        return None


def _default(site: _Site, parameter: inspect.Parameter) -> Expr:
    value = parameter.default
    if not isinstance(value, (bool, int, float, str, type(None))):
        raise site.refuse(f"`{parameter.name}` has a default that is no literal", "give it")
    return Const(value)


class _Seen(NamedTuple):
    """What is known of a function: the kind of its result, whether that may share memory with an
    argument, and as in `Custom`."""

    kind: Kind = UNKNOWN
    shares: bool = True
    spec: Specialised | None = None
    slots: tuple[Slot, ...] | None = None


def _looked_into(site: _Site) -> _Seen:
    """What is known of a function, as far as it can be looked into."""
    frame, function = site.frame, site.rule.function
    if isinstance(function, np.ufunc):
        return _Seen(library_calls.ufunc_kind(frame, function, site.args), shares=False)
    if not isinstance(function, types.FunctionType):
        return _Seen()
    try:
        source = frame.session.source_of(function)
        bound = arguments.bind(frame, site.node, source, site.args, site.kwargs)
        spec, kind = user_calls.passive(frame, source, bound)
        writes = spec is not None and bool(spec.writes)
    except ArgumentWrittenError:
        writes = True
    except AdcompileError:
        return _Seen()
    if writes:
        raise site.refuse(f"`{site.name}` writes into an argument", WRITES)
    return _Seen(kind, spec is None or spec.shares, spec, _slots(site, source, bound))


def _slots(site: _Site, source: Source, bound: dict[str, Expr]) -> tuple[Slot, ...] | None:
    """What each parameter is given."""
    slots: list[Slot] = []
    for position, parameter in enumerate(source.signature.parameters.values()):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return None
        value = bound[parameter.name]
        if parameter.name in site.kwargs:
            slots.append(parameter.name)
        elif position < len(site.args):
            slots.append(position)
        elif isinstance(value, Const):
            slots.append(value)
        else:
            return None
    return tuple(slots)
