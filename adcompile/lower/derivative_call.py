"""The call of a derivative inside a function that is differentiated.

The derivative is compiled first: its text is a function of the arguments and of all that the inner
function captures, and takes the place of the call. So the outer derivative reaches what is captured
as it reaches the arguments, and each derivative has variables of its own.
"""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from adcompile import ir
from adcompile.errors import UsageError
from adcompile.ir import Const, Expr, Ref, Var
from adcompile.kinds import (
    BOOL,
    Array,
    Kind,
    LengthNeededError,
    Nothing,
    Record,
    Scalar,
    Text,
    children,
    dims,
    is_int,
    may_be_one,
)
from adcompile.lower import arguments, calls, closures, expressions, methods, rebase, user_calls
from adcompile.lower.capture import Captures, Inside
from adcompile.lower.closures import Closure, Partial
from adcompile.lower.derived import Derived, name_of, of
from adcompile.lower.frame import Frame
from adcompile.lower.session import Session, Specialised
from adcompile.options import Options
from adcompile.parts import Part, located
from adcompile.records import replace
from adcompile.source import Source

_DEPTH = 8


class Callee(NamedTuple):
    """A function whose derivative is called.

    Attributes:
        expr: the function, without arguments that it has been given before.
        signature: its parameters.
        bound: their values.
        skipped: how many of them had been given before.
    """

    expr: Expr
    signature: inspect.Signature
    bound: dict[str, Expr]
    skipped: int


def callee_of(
    frame: Frame, node: ast.AST, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]
) -> Callee:
    """What is called by a call of a function, with the arguments that it has been given before."""
    expr, given, named = _opened(frame, node, function, list(args), dict(kwargs))
    source = _source_of(frame, node, expr)
    signature = source.signature
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in signature.parameters.values()):
        raise frame.refuse(
            node, f"`{source.name}` takes any number of arguments", "name its parameters"
        )
    closure = expr.target if isinstance(expr, Ref) else None
    defaults = closure.defaults if isinstance(closure, Closure) else None
    bound = arguments.bind(frame, node, source, given, named, defaults)
    return Callee(expr, signature, bound, len(given) - len(args))


def _opened(
    frame: Frame, node: ast.AST, function: Expr, args: list[Expr], kwargs: dict[str, Expr]
) -> tuple[Expr, list[Expr], dict[str, Expr]]:
    """A function without the arguments that it has been given before, and all arguments."""
    while True:
        kind = frame.kind(function)
        if isinstance(kind, Record):
            member = methods.method_of(frame, node, kind, "__call__")
            function, args = expressions.reference("__call__", member), [function, *args]
            continue
        assert isinstance(function, Ref)
        target = function.target
        if isinstance(target, types.MethodType):
            for part in ("__self__", "__func__"):
                frame.session.assume_attribute(target, part, getattr(target, part))
            owner = expressions.reference(f"{function.name}.__self__", target.__self__)
            function, args = expressions.reference(function.name, target.__func__), [owner, *args]
            continue
        derived = of(frame, function.name, target)
        if derived is not None:
            return closures.value_of(derived), args, kwargs
        if isinstance(target, functools.partial):
            target = closures.live_partial(frame, function.name, target)
        if not isinstance(target, Partial):
            return function, args, kwargs
        function, args, kwargs = target.function, [*target.args, *args], target.kwargs | kwargs


def _source_of(frame: Frame, node: ast.AST, function: Expr) -> Source:
    """The source of a function, as far as its parameters are concerned."""
    target = function.target if isinstance(function, Ref) else None
    if isinstance(target, Closure):
        return target.source
    if isinstance(target, (types.FunctionType, Source)):
        return frame.session.source_of(target)
    if not isinstance(target, Derived):
        raise frame.refuse(
            node,
            f"`{name_of(function)}` has no Python source to differentiate",
            "write a function that calls it: `lambda x: ...`",
        )
    inner, given, named = _opened(frame, node, target.function, [], {})
    source = _source_of(frame, node, inner)
    names = [name for name in list(source.signature.parameters)[len(given) :] if name not in named]
    options = by_name(target.options, source.signature, len(given))
    along = options.directions(source.signature)
    names += [f"{part.name}_dot" for part in along]
    return _synthetic(frame, node, target.name, names)


def by_name(options: Options, signature: inspect.Signature, skipped: int) -> Options:
    """A request in which positions do not count arguments that were given before."""
    names = list(signature.parameters)
    first = skipped - (names[:1] in (["self"], ["cls"])) if skipped else 0
    wrt = options.wrt if isinstance(options.wrt, tuple) else (options.wrt,)
    if first <= 0 or any(type(i) is int and first + i >= len(names) for i in wrt):
        return options
    named = tuple(names[skipped + i] if type(i) is int and i >= 0 else i for i in wrt)
    return options._replace(wrt=named if isinstance(options.wrt, tuple) else named[0])


def _synthetic(frame: Frame, node: ast.AST, name: str, names: Sequence[str]) -> Source:
    """A function of so many parameters at the place of a call."""
    returned = ast.copy_location(ast.Return(None), node)
    parameters = [ast.copy_location(ast.arg(parameter), node) for parameter in names]
    args = ast.arguments([], parameters, None, [], [], None, [])
    function = ast.FunctionDef(name, args, [returned], [])
    function = ast.copy_location(function, node)
    return replace(frame.source, name=name, node=function, defaults={}, function=None)


class DerivativeCall:
    """A call of the derivative of a function.

    Args:
        frame: where it stands.
        node: the call.
        function: the function.
        options: what is asked of it.
        args: the arguments.
        kwargs: those by name.
    """

    def __init__(
        self,
        frame: Frame,
        node: ast.AST,
        function: Expr,
        options: Options,
        args: Sequence[Expr],
        kwargs: Mapping[str, Expr],
    ) -> None:
        if options.inner is not None:
            function = closures.value_of(Derived(function, options.inner))
        self._frame, self._node, self._name = frame, node, _identifier(function)
        self._callee = callee = callee_of(frame, node, function, args, kwargs)
        self._options = by_name(options, callee.signature, callee.skipped)
        try:
            self._wrt = self._options.parts(callee.signature)
            self._along = self._options.directions(callee.signature)
        except UsageError as error:
            raise frame.refuse(node, error.reason, error.hint) from None
        names = dict.fromkeys(part.name for part in (*self._wrt, *self._along))
        self._own = {name: self._as_floats(name, callee.bound[name]) for name in names}

    def _as_floats(self, name: str, value: Expr) -> Expr:
        """An argument that is differentiated; ints count as floats."""
        kind = self._frame.kind(value)
        if kind == BOOL or isinstance(kind, (Text, Nothing)):
            raise self._frame.refuse(self._node, f"`{name}` is no number, it has no derivative")
        if is_int(kind):
            if isinstance(value, Const):
                return Const(float(value.value))
            return self._frame.apply(self._node, "builtins.float", value)
        if _holds_ints(kind):
            raise self._frame.refuse(
                self._node, f"`{name}` holds integers", "make them floats, as in `.astype(float)`"
            )
        return value

    def value(self, tangents: Sequence[Expr] = (), inline: bool = False) -> Expr:
        """The value of the call.

        Args:
            tangents: what the derivative takes after the arguments.
            inline: whether the text must stand in the place of the call.
        """
        frame, node = self._frame, self._node
        if frame.session.derive is None or frame.session.depth >= _DEPTH:
            raise frame.refuse(node, "derivatives inside derivatives are too deep here")
        if len(tangents) != len(self._along):
            raise frame.refuse(
                node, f"{len(tangents)} tangents were given for {len(self._along)} arguments"
            )
        for part, tangent in zip(self._along, tangents, strict=True):
            self._require_alike(part, tangent)
        captures = Captures(frame, node, set(self._callee.bound))
        for name, value in self._callee.bound.items():
            if name not in self._own:
                captures.add(name, value)
        captures.add(self._name, self._callee.expr)
        function, given = self._compiled(captures)
        args = [*given, *tangents]
        if arguments.varied(frame, args, {}) and not inline:
            return user_calls.call_user(frame, node, function.__name__, function, args, {})
        source = frame.session.source_of(function)
        return closures.inline(frame, node, source, arguments.bind(frame, node, source, args, {}))

    def _require_alike(self, part: Part, tangent: Expr) -> None:
        """
        Raises:
            RefusedError: a tangent may have another form than its argument.
        """
        _, kind = located(part, self._frame.kind(self._own[part.name]))
        if not are_alike(kind, self._frame.kind(tangent)):
            raise self._frame.refuse(
                self._node,
                f"the tangent of `{part}` is not known to have the form of the argument",
                "give it the structure and shape of the argument",
            )

    def _compiled(self, captures: Captures) -> tuple[Any, list[Expr]]:
        """The derivative as a function, and its arguments but for the tangents."""
        outer = self._frame.session
        assert outer.derive is not None
        values = {**self._own, **captures.values}
        kinds, back = self._kinds(values)
        try:
            session, spec, read = self._lowered(kinds, captures)
            if not values.keys() <= read | self._own.keys():
                # Lengths are named after the first parameter that has them: it must be one that
                # stays.
                values = {n: v for n, v in values.items() if n in self._own or n in read}
                kinds, back = self._kinds(values)
                session, spec, _ = self._lowered(kinds, captures)
            function = outer.derive(session, spec, self._options.request(self._wrt, self._along))
        except LengthNeededError as needed:
            raise rebase.ask(needed, back) from None
        except UsageError as error:
            raise error.at(self._frame.source.span(self._node)) from None
        outer.assumptions |= session.assumptions
        outer.sources |= session.sources
        return function, list(values.values())

    def _kinds(self, values: Mapping[str, Expr]) -> tuple[dict[str, Kind], rebase.Origins]:
        found = [self._frame.kind(value) for value in values.values()]
        kinds, back = rebase.into(list(values), found)
        return dict(zip(values, kinds, strict=True)), back

    def _lowered(
        self, kinds: Mapping[str, Kind], captures: Captures
    ) -> tuple[Session, Specialised, set[str]]:
        """The function, of what is differentiated and of what it captures, in a session of its
        own; with the names of the parameters that it reads."""
        outer = self._frame.session
        session = Session(flat=True, derive=outer.derive, depth=outer.depth + 1)
        views: list[Inside] = []

        def write(inner: Frame) -> Expr:
            view = captures.inside(inner)
            views.append(view)
            bound = {
                name: inner.env[name] if name in self._own else view.value(value)
                for name, value in self._callee.bound.items()
            }
            by_name = [
                p.name
                for p in self._callee.signature.parameters.values()
                if p.kind is p.KEYWORD_ONLY
            ]
            kwargs = {name: bound.pop(name) for name in by_name}
            callee = view.value(self._callee.expr)
            return calls.call_value(inner, self._node, callee, list(bound.values()), kwargs)

        source = _synthetic(self._frame, self._node, self._name, list(kinds))
        paths: dict[str, tuple[tuple[object, ...], ...]] = {}
        for part in dict.fromkeys((*self._wrt, *self._along)):
            path, _ = located(part, kinds[part.name])
            paths[part.name] = (*paths.get(part.name, ()), path)
        spec = session.lower(source, tuple(kinds.values()), paths, write)
        changed = views[-1].rebound()
        changed = changed or next((n for n in spec.writes if n in captures.values), None)
        if changed is not None:
            raise self._frame.refuse(
                self._node,
                f"`{self._name}`, whose derivative this is, changes `{changed}`, which it captures",
                "pass it in, and return the new value",
            )
        assert spec.body is not None
        read = _read(spec.body)
        assert not read & {*views[-1].unread.values()}
        return session, spec, {str(p.hint) for p in spec.body.params if p in read}


def _identifier(function: Expr) -> str:
    """A name for a function, for the text."""
    while isinstance(function, Ref) and isinstance(function.target, Partial):
        function = function.target.function
    name = name_of(function)
    return name if name.isidentifier() else "f"


def _read(function: ir.Function) -> set[Var]:
    """The values that a function reads."""
    read = set(ir.variables(function.result))
    for statement in ir.walk(function.body):
        for expr in ir.expressions(statement):
            read.update(ir.variables(expr))
    return read


def _holds_ints(kind: Kind) -> bool:
    """Whether a value is, or holds, integers where floats are wanted."""
    if isinstance(kind, Scalar):
        return kind.type is int
    if isinstance(kind, Array):
        return kind.dtype is not None and kind.dtype.kind in "biu"
    return not isinstance(kind, Record) and any(_holds_ints(part) for _, part in children(kind))


def are_alike(kind: Kind, given: Kind) -> bool:
    """Whether a tangent has the form of an argument for certain."""
    axes, theirs = dims(kind), dims(given)
    if axes is not None and theirs is not None:
        pairs = zip(axes, theirs, strict=False)
        return len(axes) == len(theirs) and all(
            a == b or not (may_be_one(b) or (isinstance(a, int) and isinstance(b, int)))
            for a, b in pairs
        )
    mine, parts = children(kind), children(given)
    if mine and parts and [key for key, _ in mine] == [key for key, _ in parts]:
        return all(are_alike(a, b) for (_, a), (_, b) in zip(mine, parts, strict=True))
    return kind == given
