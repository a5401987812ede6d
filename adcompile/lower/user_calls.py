"""Calls of the user's own functions: inlined where they are tiny, else specialised and called."""

from __future__ import annotations

import ast
import types

from adcompile.builder import has_effect
from adcompile.errors import AdcompileError, RefusedError
from adcompile.ir import Const, Expr, Keep, Ref, Var, walk
from adcompile.ir import expressions as expressions_of
from adcompile.kinds import (
    UNKNOWN,
    Items,
    Kind,
    LengthNeededError,
    Mapping,
    Record,
    Resolved,
    is_number,
)
from adcompile.lower import (
    arguments,
    checkpoints,
    closures,
    containers,
    control,
    effects,
    expressions,
    generators,
    library_calls,
    rebase,
    scopes,
    statements,
    views,
)
from adcompile.lower.frame import Frame, NeedsStatementsError
from adcompile.lower.heap import ArgumentWrittenError, may_share
from adcompile.lower.session import ReturnsFunctionError, Specialised
from adcompile.source import Source

_INLINE_STATEMENTS = 3

_INLINE_DEPTH = 8


def call_user(
    frame: Frame,
    node: ast.AST,
    name: str,
    target: types.FunctionType | Source,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """A call of a Python function: inlined where it is tiny, else specialised."""
    try:
        source = frame.session.source_of(target)
        bound = arguments.bind(frame, node, source, args, kwargs)
    except AdcompileError:
        if arguments.varied(frame, args, kwargs):
            raise
        return library_calls.opaque(frame, node, Ref(name, target), args, kwargs)
    if scopes.is_generator(source.node):
        return generators.called(frame, source, bound)
    if closures.takes_function(frame, bound):
        return closures.inline(frame, node, source, bound)
    try:
        return _called(frame, node, Ref(name, target), source, bound, (args, kwargs))
    except ReturnsFunctionError:
        return closures.inline(frame, node, source, bound)


def _called(
    frame: Frame,
    node: ast.AST,
    function: Ref,
    source: Source,
    bound: dict[str, Expr],
    given: tuple[list[Expr], dict[str, Expr]],
) -> Expr:
    """A call of a function that neither takes nor returns one that the program made."""
    name, target, (args, kwargs) = function.name, function.target, given
    is_varied = arguments.varied(frame, args, kwargs)
    joint = checkpoints.is_joint(frame.session, source)
    tiny = not (frame.nested or joint) and frame.inlined < _INLINE_DEPTH and _is_tiny(source)
    if tiny and (is_varied or _has_passive(frame, source, bound)):
        return _inlined(frame, source, bound)
    if not is_varied or frame.nested:
        return _passive_call(frame, node, Ref(name, target), source, bound, args, kwargs)
    if not joint and _is_flat(frame, bound) and not closures.is_running(frame, source):
        return closures.inline(frame, node, source, bound)
    flags = tuple(frame.varied(value) for value in bound.values())
    try:
        spec, back = specialised(frame, source, bound, flags)
    except ArgumentWrittenError:
        return _written_out(frame, node, source, bound)
    if _touches_memory(frame, spec, bound):
        return _written_out(frame, node, source, bound)
    if _returns_structure(frame, spec) and not (joint or closures.is_running(frame, source)):
        return closures.inline(frame, node, source, bound)
    callee = Ref(name, spec, rebase.out_of(spec.result, back))
    result = frame.apply(node, "call", callee, *bound.values())
    return containers.taken_apart(frame, node, result)


def _has_passive(frame: Frame, source: Source, bound: dict[str, Expr]) -> bool:
    """Whether a function can be looked into where it is not differentiated."""
    try:
        return passive(frame, source, bound)[0] is not None
    except ArgumentWrittenError:
        return True


def _passive_call(
    frame: Frame,
    node: ast.AST,
    name: Ref,
    source: Source,
    bound: dict[str, Expr],
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """A call that is not differentiated stays one, of the user's function."""
    try:
        spec, kind = passive(frame, source, bound)
    except ArgumentWrittenError:
        return _written_out(frame, node, source, bound)
    if spec is None:
        effects.refuse_writing(frame, node, name, list(bound.values()), {})
    elif _touches_memory(frame, spec, bound):
        return _written_out(frame, node, source, bound)
    quiet = spec is not None and not has_effects(spec)
    flat = _is_flat(frame, bound) or (spec is not None and _returns_structure(frame, spec))
    if quiet and frame.session.native and not (frame.nested and flat):
        if flat and not closures.is_running(frame, source):
            return closures.inline(frame, node, source, bound)
        result = frame.apply(node, "call", Ref(name.name, spec, kind), *bound.values())
    else:
        callee = Ref(name.name, source.lifted or name.target, kind)
        result = frame.apply(node, "opaque" if quiet else "effect", callee, *args, **kwargs)
    if spec is None or spec.shares:
        return result
    views.own(frame, result)
    return containers.taken_apart(frame, node, result)


def _is_flat(frame: Frame, bound: dict[str, Expr]) -> bool:
    """Whether the body of a function stands in the place of its call: native functions take
    numbers and arrays only."""
    if frame.session.flat or not frame.session.native:
        return frame.session.flat
    return any(isinstance(frame.kind(value), _NOT_NATIVE) for value in bound.values())


def _returns_structure(frame: Frame, spec: Specialised) -> bool:
    """Whether a native function would return what only Python knows."""
    parts = spec.result.items if isinstance(spec.result, Items) else (spec.result,)
    return frame.session.native and any(isinstance(part, (Mapping, Record)) for part in parts)


_NOT_NATIVE = (Items, Mapping, Record, Resolved)


def _touches_memory(frame: Frame, spec: Specialised, bound: dict[str, Expr]) -> bool:
    """Whether a function must be looked into to know what it does to its caller's arrays. Of one
    that calls itself, the result is taken for any part of its arguments."""
    hands_on = spec.shares and may_share(spec.result) and not spec.recursive
    written = [bound[name] for name in spec.writes if not _is_number(frame, bound[name])]
    return bool(written) or (frame.heap.followed and hands_on)


def _is_number(frame: Frame, value: Expr) -> bool:
    """Whether a value is certainly no array, not even one of no axes."""
    return is_number(frame.kind(value)) and not (isinstance(value, Var) and value.boxed)


def _written_out(frame: Frame, node: ast.AST, source: Source, bound: dict[str, Expr]) -> Expr:
    """The value of a call of a function that writes into its arguments, or returns part of one:
    its body takes the place of the call."""
    if frame.nested:
        raise NeedsStatementsError(
            f"`{source.name}` writes into its argument, where it may be called often or not at all",
            "call it on a line of its own",
            frame.source.span(node),
        )
    return closures.inline(frame, node, source, bound)


def _is_tiny(source: Source) -> bool:
    """Whether a function is so short that its text reads better in the place of its call."""
    if isinstance(source.node, ast.Lambda):
        return True
    body = statements.without_docstring(source.node.body)
    return (
        len(body) <= _INLINE_STATEMENTS
        and isinstance(body[-1], ast.Return)
        and body[-1].value is not None
        and all(
            isinstance(s, ast.Assign) and all(isinstance(t, ast.Name) for t in s.targets)
            for s in body[:-1]
        )
        and not any(
            isinstance(n, ast.Name) and n.id == source.name for s in body for n in ast.walk(s)
        )
    )


def frame_of(
    frame: Frame, node: ast.AST, source: Source, args: list[Expr], kwargs: dict[str, Expr]
) -> Frame:
    """Where the body of a function stands in the place of its call."""
    return _frame(frame, source, arguments.bind(frame, node, source, args, kwargs))


def _frame(frame: Frame, source: Source, bound: dict[str, Expr]) -> Frame:
    return Frame(
        frame.session,
        source,
        frame.build,
        expressions.itself(source) | dict(bound),
        frame.nested,
        frame.inlined + 1,
        caller=frame,
        start=frame.build.block,
        heap=frame.heap,
    )


def _inlined(frame: Frame, source: Source, bound: dict[str, Expr]) -> Expr:
    """The value of a call, with the body of the function in its place."""
    inner = _frame(frame, source, bound)
    if isinstance(source.node, ast.Lambda):
        result: Expr | None = expressions.lower(inner, source.node.body)
    else:
        result = control.lower_body(inner, source.node.body)
    return Const(None) if result is None else result


def specialised(
    frame: Frame, source: Source, bound: dict[str, Expr], flags: tuple[bool, ...]
) -> tuple[Specialised, rebase.Origins]:
    """A function lowered for the arguments of a call, and what maps its lengths back."""
    names, given = list(bound), [frame.kind(value) for value in bound.values()]
    session, of = frame.session, source.key()
    if session.of_any_length.get(of):
        # What numba compiles once, not for all lengths, is worth that less is known of it.
        kinds, back = rebase.loosely(names, given)
        try:
            return session.specialise(source, kinds, flags), back
        except (RefusedError, LengthNeededError):
            session.of_any_length[of] = False
    kinds, back = rebase.into(names, given)
    try:
        spec = session.specialise(source, kinds, flags)
    except LengthNeededError as needed:
        raise rebase.ask(needed, back) from None
    if session.of_any_length.get(of):
        return specialised(frame, source, bound, flags)
    return spec, back


def has_effects(spec: Specialised) -> bool:
    """Whether a function that can be lowered draws random numbers or prints."""
    if spec.body is None:
        return False
    return any(
        isinstance(statement, Keep) or any(map(has_effect, expressions_of(statement)))
        for statement in walk(spec.body.body)
    )


def passive(
    frame: Frame, source: Source, bound: dict[str, Expr]
) -> tuple[Specialised | None, Kind]:
    """The function of a call that is not differentiated, None where it cannot be lowered, and the
    kind of the call's result."""
    try:
        spec, back = specialised(frame, source, bound, (False,) * len(bound))
    except ArgumentWrittenError:
        raise
    except (AdcompileError, RecursionError):
        return None, UNKNOWN
    return spec, rebase.out_of(spec.result, back)
