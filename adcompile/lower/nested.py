"""Derivatives inside a function that is differentiated: `grad(inner)(x)`, `jvp(f, (x,), (v,))`.

The inner derivative is compiled first: its text is a function of the arguments and of all that the
inner function captures, and takes the place of the call. So the outer derivative reaches what is
captured as it reaches the arguments, and each derivative has variables of its own.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import types
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from adcompile import columns, ir, kinds
from adcompile.errors import UsageError
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import (
    BOOL,
    Array,
    Items,
    Kind,
    LengthNeededError,
    Many,
    Nothing,
    Record,
    Resolved,
    Scalar,
    Text,
    carries_derivative,
    children,
    dims,
    is_int,
    may_be_one,
)
from adcompile.lower import calls, closures, containers, expressions, rebase
from adcompile.lower.capture import Captures, Inside
from adcompile.lower.closures import Closure, Partial
from adcompile.lower.frame import Frame, static
from adcompile.lower.made import Made
from adcompile.lower.session import Session, Specialised
from adcompile.options import Options, of_derivative
from adcompile.parts import Part, located
from adcompile.source import Source

_DEPTH = 8


class Derived(Partial):
    """A derivative that the program makes; its `function` is what it is of."""

    __slots__ = ("options",)

    def __init__(self, function: Expr, options: Options) -> None:
        super().__init__(f"{options.verb} of {_name(function)}", function, (), {})
        self.options = options

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.options

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Derived:
        return Derived(function, self.options)


def _name(function: Expr) -> str:
    name = function.name if isinstance(function, Ref) else "f"
    return name.rpartition(".")[2] if name != "lambda" else "f"


# ----- what is asked for -----

# The functions that make derivatives, by where they are defined.
_MAKERS = {
    "adcompile.api.grad": "grad",
    "adcompile.api.value_and_grad": "value_and_grad",
    "adcompile.directional.elementwise_grad": "elementwise_grad",
    "adcompile.directional.hvp": "hvp",
}
_MATRICES = {
    "adcompile.jacobians.jacobian": ("jvp", "matrix"),
    "adcompile.jacobians.hessian": ("hvp", "matrix"),
    "adcompile.jacobians.hessian_diag": ("hvp", "diagonal"),
}
_CALLS = ("adcompile.directional.jvp", "adcompile.directional.linearize", "adcompile.pullbacks.vjp")


def asked(
    frame: Frame, node: ast.AST, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call of `grad` and its like; None of any other function."""
    space, name = getattr(target, "__module__", None), getattr(target, "__name__", None)
    if not str(space).startswith("adcompile.") or not isinstance(target, types.FunctionType):
        return None
    place = f"{space}.{name}"
    if place in _MAKERS:
        return _maker(frame, node, _MAKERS[place], target, args, kwargs)
    if place in _MATRICES:
        return _matrix(frame, node, target, args, kwargs)
    if place in _CALLS:
        given = _bound(frame, node, target, args, kwargs)
        return {"jvp": _jvp, "linearize": _linearize, "vjp": _vjp}[str(name)](frame, node, given)
    return None


def _bound(
    frame: Frame,
    node: ast.AST,
    target: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> dict[str, Any]:
    """The arguments of a call of `grad` and its like; those that are no values as they are."""
    try:
        return dict(inspect.signature(target).bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise frame.refuse(node, f"this call does not fit: {error}") from None


def _maker(
    frame: Frame,
    node: ast.AST,
    verb: str,
    target: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """`grad(f, wrt=...)`; without `f` a decorator."""
    given = _bound(frame, node, target, args, kwargs)
    function = given.pop("function", None)
    if function is None:
        return _decorator(target, kwargs)
    wrt, aux, unused = (
        _setting(frame, node, given, name, default)
        for name, default in (("wrt", 0), ("has_aux", False), ("allow_unused", False))
    )
    try:
        options = Options.of(verb, wrt, aux, unused)
    except UsageError as error:
        raise frame.refuse(node, error.reason, error.hint) from None
    return closures.value_of(Derived(_function(frame, node, verb, function), options))


class Matrix(Partial):
    """A matrix of derivatives that the program makes; its `function` is a product with it."""

    __slots__ = ("shape", "wrt")

    def __init__(self, function: Expr, wrt: int | str, shape: str) -> None:
        super().__init__(f"{shape} of {_name(function)}", function, (), {})
        self.wrt = wrt
        self.shape = shape

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.wrt, self.shape

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Matrix:
        return Matrix(function, self.wrt, self.shape)


def _matrix(
    frame: Frame,
    node: ast.AST,
    target: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """`jacobian(f, wrt=...)`, `hessian(f)`, `hessian_diag(f)`; the mode is forward."""
    given = _bound(frame, node, target, args, kwargs)
    function = given.get("function")
    if function is None:
        return _decorator(target, kwargs)
    wrt = _setting(frame, node, given, "wrt", 0)
    if not isinstance(wrt, (int, str)):
        raise frame.refuse(
            node, "several `wrt` of a matrix of derivatives are not there yet", "take one at a time"
        )
    verb, shape = _MATRICES[f"{target.__module__}.{target.__name__}"]
    unused = _setting(frame, node, given, "allow_unused", False)
    options = Options.of(verb, wrt, False, unused)
    column = Derived(_function(frame, node, target.__name__, function), options)
    return closures.value_of(Matrix(closures.value_of(column), wrt, shape))


def call_matrix(
    frame: Frame, node: ast.AST, matrix: Matrix, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a matrix of derivatives: a loop over its columns."""
    product = matrix.function
    assert isinstance(product, Ref) and isinstance(product.target, Derived)
    callee = _callee(frame, node, product.target.function, args, kwargs)
    options = _by_name(product.target.options, callee.signature, callee.skipped)
    (part,) = options.parts(callee.signature)
    x = callee.bound[part.name]
    rank = None if part.steps else kinds.rank(frame.kind(x))
    if rank not in (0, 1):
        raise frame.refuse(
            node,
            f"`{part}` is not known to be a number or a vector here",
            "flatten it, as in `lambda v: f(v.reshape(2, 3))`",
        )
    column = closures.value_of(Partial("column", product, args, kwargs))
    helper = getattr(columns, matrix.shape if rank else f"{matrix.shape}_by_number")
    return calls.call_user(frame, node, helper.__name__, helper, [column, x], {})


def _decorator(target: types.FunctionType, kwargs: Mapping[str, Expr]) -> Expr:
    """What `grad(wrt=...)` without a function gives."""
    rest = {name: value for name, value in kwargs.items() if name != "function"}
    name = target.__name__
    return closures.value_of(Partial(name, Ref(name, target, Resolved(target)), (), rest))


def _setting(
    frame: Frame, node: ast.AST, given: Mapping[str, Any], name: str, default: object
) -> Any:
    if name not in given:
        return default
    try:
        return static(given[name])
    except KeyError:
        raise frame.refuse(node, f"`{name}=` must be written out here") from None


def _function(frame: Frame, node: ast.AST, verb: str, function: Expr) -> Expr:
    if not isinstance(frame.kind(function), (Resolved, Record)):
        raise frame.refuse(node, f"it is not known while compiling what this is the `{verb}` of")
    return function


def called(
    frame: Frame,
    node: ast.AST,
    name: str,
    target: Any,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr | None:
    """The value of a call of a derivative; None of anything else."""
    if isinstance(target, Matrix):
        return call_matrix(frame, node, target, args, kwargs)
    if isinstance(target, Pullback):
        return call_pullback(frame, node, target, args, kwargs)
    if isinstance(target, Along):
        together = Apply("tuple", tuple(args))
        return call(frame, node, target, [*target.args, together], kwargs)
    derived = of(frame, name, target)
    return None if derived is None else call(frame, node, derived, args, kwargs)


def of(frame: Frame, name: str, target: Any) -> Derived | None:
    """A derivative that is called: one that the program has made, or one from outside."""
    if isinstance(target, Derived):
        return target
    found = of_derivative(target)
    if found is None or isinstance(target, Made):
        return None
    function, options, place = found
    frame.session.assume_attribute(target, f"{place}primal", function)
    frame.session.assume_attribute(target, f"{place}request", repr(options))
    return Derived(Ref(name, function, Resolved(function)), options)


# ----- calls -----


def call(
    frame: Frame, node: ast.AST, derived: Derived, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a derivative."""
    options = derived.options
    tangents: list[Expr] = []
    if options.verb in ("hvp", "jvp"):
        if not args:
            raise frame.refuse(node, "there is no vector", "give it after the arguments")
        *args, vector = args
        many = isinstance(options.wrt, tuple)
        tangents = calls.spread(frame, node, vector) if many else [vector]
    value = _Call(frame, node, derived.function, options, args, kwargs).value(tangents)
    return value if options.verb != "jvp" else expressions.item(frame, node, value, Const(1))


def _jvp(frame: Frame, node: ast.AST, given: dict[str, Any]) -> Expr:
    """`jvp(f, primals, tangents, wrt=...)`."""
    function = _function(frame, node, "jvp", given["function"])
    primals = calls.spread(frame, node, given["primals"])
    tangents = calls.spread(frame, node, given["tangents"])
    named = given.get("kwargs", Const(None))
    kwargs = {} if named == Const(None) else calls.spread_dict(frame, node, named)
    wrt = _setting(frame, node, given, "wrt", None)
    if wrt is None:
        moved = [i for i, tangent in enumerate(tangents) if tangent != Const(None)]
        wrt, tangents = moved, [tangents[i] for i in moved]
    unused = _setting(frame, node, given, "allow_unused", False)
    options = Options.of("jvp", wrt if isinstance(wrt, list) else (wrt,), False, unused)
    return _Call(frame, node, function, options, primals, kwargs).value(tangents)


def _linearize(frame: Frame, node: ast.AST, given: dict[str, Any]) -> Expr:
    """`linearize(f, *primals)`: the value, and a function of the tangents."""
    function = _function(frame, node, "linearize", given["function"])
    primals = list(given.get("primals", ()))
    wrt = _setting(frame, node, given, "wrt", None)
    wanted = tuple(range(len(primals))) if wrt is None else wrt
    unused = _setting(frame, node, given, "allow_unused", False)
    wanted = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
    derived = Along(function, Options.of("jvp", wanted, False, unused), primals)
    value = calls.call_value(frame, node, function, primals, {})
    return Apply("tuple", (value, closures.value_of(derived)))


class Along(Derived):
    """The derivative of a function at its arguments, as a function of the tangents."""

    __slots__ = ()

    def __init__(self, function: Expr, options: Options, args: Sequence[Expr]) -> None:
        super().__init__(function, options)
        self.args = tuple(args)

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.options, self.args

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Along:
        return Along(function, self.options, args)


class Pullback(Partial):
    """What `vjp` returns beside the value: the backward function, with what it needs, and the
    value, which cotangents are like."""

    __slots__ = ()

    def __init__(self, function: Expr, saved: Expr, value: Expr) -> None:
        super().__init__("pullback", function, (saved, value), {})

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Pullback:
        return Pullback(function, *args)


def _vjp(frame: Frame, node: ast.AST, given: dict[str, Any]) -> Expr:
    """`vjp(f, *primals)`: the value, and a function from a cotangent to those of the arguments."""
    function = _function(frame, node, "vjp", given["function"])
    primals = list(given.get("primals", ()))
    wrt = _setting(frame, node, given, "wrt", None)
    if wrt is None:
        wrt = tuple(range(len(primals)))
        for primal in primals:
            if not carries_derivative(frame.kind(primal)) and not is_int(frame.kind(primal)):
                raise frame.refuse(
                    node, "an argument without floats has no derivative", "leave it out of `wrt`"
                )
    unused = _setting(frame, node, given, "allow_unused", False)
    options = Options.of("vjp", wrt, False, unused)
    parts = calls.spread(
        frame, node, _Call(frame, node, function, options, primals, {}).value(inline=True)
    )
    value, saved, backward = parts
    return Apply("tuple", (value, closures.value_of(Pullback(backward, saved, value))))


def call_pullback(
    frame: Frame, node: ast.AST, pullback: Pullback, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of what `vjp` has returned. It takes the values off lists of its own."""
    saved, value = pullback.args
    if len(args) != 1 or kwargs:
        raise frame.refuse(node, "a pullback takes one cotangent")
    if not _are_alike(frame.kind(value), frame.kind(args[0])):
        raise frame.refuse(
            node,
            "the cotangent is not known to have the form of the value",
            "give it the structure and shape of the value",
        )
    parts = [
        containers.copied(frame, node, part)
        if isinstance(kind := frame.kind(part), (Items, Many)) and kind.type is list
        else part
        for part in calls.spread(frame, node, saved)
    ]
    given = [Apply("tuple", tuple(parts)), *args]
    return calls.call_value(frame, node, pullback.function, given, {})


class _Callee(NamedTuple):
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


def _callee(
    frame: Frame, node: ast.AST, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]
) -> _Callee:
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
    bound = calls.bind(frame, node, source, given, named, defaults)
    return _Callee(expr, signature, bound, len(given) - len(args))


def _opened(
    frame: Frame, node: ast.AST, function: Expr, args: list[Expr], kwargs: dict[str, Expr]
) -> tuple[Expr, list[Expr], dict[str, Expr]]:
    """A function without the arguments that it has been given before, and all arguments."""
    while True:
        kind = frame.kind(function)
        if isinstance(kind, Record):
            member = calls.method_of(frame, node, kind, "__call__")
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
            f"`{_name(function)}` has no Python source to differentiate",
            "write a function that calls it: `lambda x: ...`",
        )
    inner, given, named = _opened(frame, node, target.function, [], {})
    source = _source_of(frame, node, inner)
    names = [name for name in list(source.signature.parameters)[len(given) :] if name not in named]
    options = _by_name(target.options, source.signature, len(given))
    along = options.directions(source.signature)
    names += [f"{part.name}_dot" for part in along]
    return _synthetic(frame, node, target.name, names)


def _by_name(options: Options, signature: inspect.Signature, skipped: int) -> Options:
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
    return dataclasses.replace(frame.source, name=name, node=function, defaults={}, function=None)


class _Call:
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
        self._callee = callee = _callee(frame, node, function, args, kwargs)
        self._options = _by_name(options, callee.signature, callee.skipped)
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
        if calls.varied(frame, args, {}) and not inline:
            return calls.call_user(frame, node, function.__name__, function, args, {})
        source = frame.session.source_of(function)
        return closures.inline(frame, node, source, calls.bind(frame, node, source, args, {}))

    def _require_alike(self, part: Part, tangent: Expr) -> None:
        """
        Raises:
            RefusedError: a tangent may have another form than its argument.
        """
        _, kind = located(part, self._frame.kind(self._own[part.name]))
        if not _are_alike(kind, self._frame.kind(tangent)):
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
    name = _name(function)
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


def _are_alike(kind: Kind, given: Kind) -> bool:
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
        return all(_are_alike(a, b) for (_, a), (_, b) in zip(mine, parts, strict=True))
    return kind == given
