"""Functions that a program makes while it runs: nested `def`, `lambda`, `functools.partial`.

They are values of the compiler's, not of the text: wherever one is called, its body stands in the
place of the call. A name that it captures means what it means at the call, as in Python.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.builder import is_repeatable
from adcompile.ir import UNDEFINED, Const, Expr, Ref, variables
from adcompile.kinds import Kind, Resolved
from adcompile.lower import (
    arguments,
    calls,
    checkpoints,
    control,
    effects,
    expressions,
    generators,
    reads,
    recursion,
    scopes,
    statements,
)
from adcompile.lower.frame import Frame, NeedsStatementsError
from adcompile.lower.made import Built, Made, made_function
from adcompile.records import replace
from adcompile.source import Source, default_nodes

_DEPTH = 40
_QUOTED = 3


class Closure(Made):
    """A nested function; two are equal if they do the same.

    Attributes:
        source: the function; its text is that of the function around it.
        frame: the body that defines it, where its captured names are looked up.
        defaults: the values of its parameters' defaults, as they were when it was defined.
    """

    __slots__ = ("defaults", "frame", "source")

    def __init__(self, source: Source, frame: Frame, defaults: Mapping[str, Expr]) -> None:
        super().__init__(source.name)
        self.source = source
        self.frame = frame
        self.defaults = dict(defaults)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Closure)
            and self.source.node is other.source.node
            and self.frame is other.frame
            and self.defaults == other.defaults
        )

    def __hash__(self) -> int:
        return hash(self.source.node)


class Partial(Made):
    """A function with its first arguments: `functools.partial(f, x)`, or a bound method."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(
        self, name: str, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]
    ) -> None:
        super().__init__(name)
        self.function = function
        self.args = tuple(args)
        self.kwargs = dict(kwargs)

    def _parts(self) -> tuple[object, ...]:
        return self.function, self.args, self.kwargs

    def rebuilt(self, function: Expr, args: Sequence[Expr], kwargs: Mapping[str, Expr]) -> Partial:
        """As this, of another function with other arguments."""
        return Partial(self.name, function, args, kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Partial) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.function, self.args))


def held(function: object) -> list[Expr]:
    """What a function that the program makes holds as it was when it was made."""
    match function:
        case Closure(defaults=defaults):
            return [*defaults.values()]
        case Partial(function=inner, args=args, kwargs=kwargs):
            return [inner, *args, *kwargs.values()]
    return []


def is_free(value: Expr) -> bool:
    """Whether a function depends on nothing that a branch or loop has calculated."""
    if not isinstance(value, Ref):
        return False
    parts = held(value.target)
    return not any(list(variables(part)) for part in parts) and all(
        is_free(part) for part in parts if isinstance(part, Ref)
    )


def value_of(function: Made) -> Ref:
    """A function as a value."""
    return Ref(function.name, function, Resolved(function))


# ----- definitions -----


def lower_lambda(frame: Frame, node: ast.Lambda) -> Expr:
    """The function that a `lambda` makes."""
    return value_of(_defined(frame, node, "lambda"))


def lower_def(frame: Frame, node: ast.FunctionDef) -> None:
    """A `def` inside a function."""
    value: Expr = value_of(_defined(frame, node, node.name))
    for decorator in reversed(node.decorator_list):
        value = _decorated(frame, decorator, value)
    frame.env[node.name] = value


def _defined(frame: Frame, node: ast.FunctionDef | ast.Lambda, name: str) -> Closure:
    defaults = {
        parameter: expressions.lower(frame, value)
        for parameter, value in default_nodes(node.args).items()
    }
    source = replace(frame.source, name=name, node=node, defaults=defaults)
    return Closure(source, frame, defaults)


def _decorated(frame: Frame, node: ast.expr, value: Expr) -> Expr:
    """What a decorator makes of a nested function; `functools.wraps` copies its name only."""
    if isinstance(node, ast.Call):
        callee = expressions.lower(frame, node.func)
        if isinstance(callee, Ref) and callee.target is functools.wraps:
            return value
    callee = expressions.lower(frame, node)
    if isinstance(callee, Ref) and callee.target in (functools.cache, functools.lru_cache):
        raise frame.refuse(
            node,
            "a nested function with a cache cannot be differentiated yet",
            "leave the cache out, or define the function outside",
        )
    return calls.call_value(frame, node, callee, [value], {})


# ----- names -----


def captured(frame: Frame, name: str, node: ast.AST) -> Expr | None:
    """What a free name of a nested function or comprehension means, None where none of the
    functions around it binds it."""
    inner, outer = frame, frame.outer
    while True:
        of_function = not inner.comprehension and not inner.template
        if of_function and inner.binds(name) and name not in inner.shared:
            raise _no_value(frame, name, node)
        if outer is None:
            return None
        owner = _holder(frame, outer, name)
        if name in owner.env:
            _check_ended(frame, owner, name, node)
            value = owner.env[name]
            if value is UNDEFINED:
                raise _no_value(frame, name, node)
            return value
        inner, outer = outer, outer.outer


def _no_value(frame: Frame, name: str, node: ast.AST) -> Exception:
    return frame.refuse(
        node, f"`{name}` has no value here", f"give `{name}` a value before it is used"
    )


def _holder(frame: Frame, owner: Frame, name: str) -> Frame:
    """The frame that has the newest value of a name of `owner`'s: a running function that declares
    it `nonlocal` has it, until it returns."""
    caller: Frame | None = frame
    while caller is not None and caller is not owner:
        if caller.shared.get(name) is owner:
            return caller
        caller = caller.caller
    return owner


def newest(frame: Frame, owner: Frame, names: set[str]) -> dict[str, Expr]:
    """The values of names of a frame, as they are while `frame` runs."""
    return {name: _holder(frame, owner, name).env[name] for name in sorted(names)}


def _check_ended(frame: Frame, owner: Frame, name: str, node: ast.AST) -> None:
    """After a body with several ways out, a name may have the value of another way."""
    source = owner.source
    several = owner.ended and scopes.has_early_return(source.node)
    if several and not scopes.is_bound_once(source.node, name):
        raise frame.refuse(
            node,
            f"`{name}` of `{source.name}`, which has returned, may have one of several values",
            f"give `{name}` one value in `{source.name}`, or let it return at its end only",
        )


def written(frame: Frame) -> list[str]:
    """The names that calls of nested functions may change, from the point of view of a loop."""
    root = frame
    while root.outer is not None:
        root = root.outer
    if root.handed is None:
        root.handed = scopes.declared_inside(root.source.node)
    return [name for name in root.handed if name in frame.env]


# ----- calls -----


def call(
    frame: Frame, node: ast.AST, function: Made, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a function that the program made."""
    if isinstance(function, Partial):
        together = {**function.kwargs, **kwargs}
        return calls.call_value(frame, node, function.function, [*function.args, *args], together)
    if isinstance(function, Built):
        return function.build(frame, *(reads.current(frame, node, arg) for arg in args))
    if not isinstance(function, Closure):
        raise frame.refuse(
            node.func if isinstance(node, ast.Call) else node,
            f"`{function.name}` is one of several functions here, depending on the path",
            "call the function where it is made, in each branch and inside the loop",
        )
    bound = arguments.bind(frame, node, function.source, args, kwargs, function.defaults)
    if scopes.is_generator(function.source.node):
        return generators.called(frame, function.source, bound, function)
    recursive = recursion.call(frame, node, function, bound)
    if recursive is not None:
        return recursive
    return inline(frame, node, function.source, bound, function)


def calls_made(frame: Frame, node: ast.Expr) -> bool:
    """Whether a statement calls a function that the program made, or passes one to another."""
    call = node.value
    if not isinstance(call, ast.Call) or effects.is_shown(call):
        return False
    parts = [call.func, *call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(part, ast.Lambda) or _is_made(frame, part) for part in parts)


def _is_made(frame: Frame, node: ast.expr) -> bool:
    if not isinstance(node, ast.Name):
        return False
    value = frame.env.get(node.id) or captured(frame, node.id, node)
    return value is not None and made_function(frame.kind(value)) is not None


def takes_function(frame: Frame, bound: Mapping[str, Expr]) -> bool:
    """Whether one of the arguments of a call is, or holds, a function that the program made."""
    return any(made_function(frame.kind(value)) is not None for value in bound.values())


def inline(
    frame: Frame,
    node: ast.AST,
    source: Source,
    bound: Mapping[str, Expr],
    closure: Closure | None = None,
    hook: bool = False,
) -> Expr:
    """The value of a call, with the body of the function in its place; `hook`, see `Frame`."""
    checkpoints.refuse_written_out(frame, node, source)
    entry = _entry(frame, source, bound, closure)
    _refuse_recursion(frame, node, source, entry)
    outer = None if closure is None else closure.frame
    quoted = not frame.inlined and not _is_short(source.node)
    inner = Frame(
        frame.session,
        source,
        frame.build,
        expressions.itself(source) | dict(bound),
        nested=frame.nested,
        inlined=0 if quoted else frame.inlined + 1,
        outer=outer,
        caller=frame,
        start=frame.build.block,
        entry=entry,
        heap=frame.heap,
        hook=hook,
    )
    if frame.nested:
        if not all(map(is_repeatable, bound.values())):
            raise needs_statements(frame, node)
        return _as_expression(inner, frame, node)
    _take_over(inner)
    span = frame.build.span
    result = _run(inner)
    frame.build.span = span
    _hand_back(inner, frame, node)
    inner.ended = True
    return result


def _run(inner: Frame) -> Expr:
    body = inner.source.node.body
    if isinstance(body, ast.expr):
        return expressions.lower(inner, body)
    result = control.lower_body(inner, body)
    return Const(None) if result is None else result


def _is_short(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether comments quote the call and not the lines of the function."""
    return isinstance(node, ast.Lambda) or (
        len(node.body) <= _QUOTED
        and not any(isinstance(inner, (ast.If, ast.For, ast.While)) for inner in node.body)
    )


def _entry(
    frame: Frame, source: Source, bound: Mapping[str, Expr], closure: Closure | None
) -> tuple[object, ...]:
    functions: list[Kind] = [
        kind for kind in map(frame.kind, bound.values()) if made_function(kind) is not None
    ]
    return source.node, closure, tuple(functions)


def is_running(frame: Frame, source: Source) -> bool:
    """Whether the body of a function is one of those around this point."""
    caller: Frame | None = frame
    while caller is not None:
        if caller.source.node is source.node:
            return True
        caller = caller.caller
    return False


def _refuse_recursion(
    frame: Frame, node: ast.AST, source: Source, entry: tuple[object, ...]
) -> None:
    caller: Frame | None = frame
    depth = 0
    while caller is not None:
        depth += caller.entry is not None
        if caller.entry == entry or depth > _DEPTH:
            raise frame.refuse(
                node,
                f"`{source.name}` calls itself, and its body stands in the place of its calls",
                _instead_of_recursion(entry),
            )
        caller = caller.caller


def _instead_of_recursion(entry: tuple[object, ...]) -> str:
    _, closure, functions = entry
    if isinstance(closure, Closure):
        return "define it outside, and pass it what it captures"
    if functions:
        return "pass it functions that are defined outside"
    return "let it return a new array"


def _as_expression(inner: Frame, frame: Frame, node: ast.AST) -> Expr:
    """A call in a place for expressions only: the body must be one."""
    body = inner.source.node.body
    if isinstance(body, ast.expr):
        return expressions.lower(inner, body)
    *before, last = statements.without_docstring(body)
    if not isinstance(last, ast.Return) or last.value is None or scopes.declared(inner.source.node):
        raise needs_statements(frame, node)
    for statement in before:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                inner.env[name] = expressions.lower(inner, value)
                if not is_repeatable(inner.env[name]):
                    raise needs_statements(frame, node)
            case _:
                raise needs_statements(frame, node)
    return expressions.lower(inner, last.value)


def needs_statements(frame: Frame, node: ast.AST) -> NeedsStatementsError:
    """The error for a value that cannot be calculated in one expression."""
    return NeedsStatementsError(
        "this is evaluated only in some cases, or again and again, and takes statements of its own",
        "calculate it on a line of its own and keep it in a variable",
        frame.source.span(node),
    )


# ----- nonlocal -----


def lower_nonlocal(frame: Frame, node: ast.Nonlocal) -> None:
    """`nonlocal`, in a nested function: `_take_over` has seen to it."""
    if not all(name in frame.shared for name in node.names):
        raise frame.refuse(
            node, "`nonlocal` cannot be differentiated yet", "pass the value in and return it"
        )


def _take_over(inner: Frame) -> None:
    """While a function runs, it has the names that it declares `nonlocal`."""
    for name in scopes.declared(inner.source.node):
        outer = inner.outer
        while outer is not None and (outer.comprehension or not outer.binds(name)):
            outer = outer.outer
        if outer is not None:
            assert inner.caller is not None
            inner.env[name] = _holder(inner.caller, outer, name).env.get(name, UNDEFINED)
            inner.shared[name] = outer


def _hand_back(inner: Frame, frame: Frame, node: ast.AST) -> None:
    """At its end, a function gives back the names that it declares `nonlocal`."""
    for name, place in scopes.declared(inner.source.node).items():
        if name not in inner.shared:
            continue
        if scopes.has_early_return(inner.source.node):
            raise inner.refuse(
                place,
                f"`{inner.source.name}` changes `{name}` and may return early",
                "return at its end only",
            )
        owner = _holder(frame, inner.shared[name], name)
        if owner.env.get(name, UNDEFINED) is inner.env.get(name, UNDEFINED):
            continue
        caller: Frame | None = frame
        while caller is not owner:
            if caller is None or caller.start is not inner.build.block:
                raise frame.refuse(
                    node,
                    f"this call changes `{name}` of another function in a branch or loop",
                    f"pass `{name}` in and return it",
                )
            caller = caller.caller
        frame.session.rebound += 1
        owner.env[name] = inner.env[name]


# ----- functools -----


def lower_partial(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`functools.partial(f, ...)`."""
    if not args:
        raise frame.refuse(node, "`partial` needs a function")
    function, *rest = args
    if not isinstance(frame.kind(function), Resolved):
        raise frame.refuse(node, "it is not known while compiling which function this is")
    name = function.name if isinstance(function, Ref) else "f"
    return value_of(Partial(name, function, rest, kwargs))


def live_partial(frame: Frame, name: str, target: functools.partial[Any]) -> Partial:
    """A `functools.partial` from outside."""
    for part in ("func", "args", "keywords"):
        frame.session.assume_attribute(target, part, getattr(target, part))
    return Partial(
        name,
        expressions.reference(f"{name}.func", target.func),
        [_literal(f"{name}_{i}", value) for i, value in enumerate(target.args)],
        {key: _literal(key, value) for key, value in target.keywords.items()},
    )


def _literal(name: str, value: Any) -> Expr:
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return Const(value)
    return expressions.reference(name, value)
