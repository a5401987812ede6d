"""Lower statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.ir import Apply, Const, Expr, Keep, Var
from adcompile.kinds import BOOL, Array, Many, Unknown
from adcompile.lower import (
    arguments,
    boxes,
    closures,
    container_methods,
    containers,
    contexts,
    control,
    decide,
    effects,
    exits,
    expressions,
    hooks,
    names,
    objects,
    reads,
    writes,
)
from adcompile.lower.frame import Frame, NeedsStatementsError
from adcompile.lower.heap import is_container
from adcompile.lower.made import made_function
from adcompile.source.matching import untold


def without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body after its docstring."""
    first = body[0] if body else None
    is_doc = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return list(body[1:] if is_doc else body)


def lower_statement(frame: Frame, node: ast.stmt) -> None:
    """Lower a statement; one that control may leave, without what follows it."""
    handler = _handlers().get(type(node))
    if handler is None:
        name, hint = _REFUSED.get(type(node), (type(node).__name__, None))
        raise frame.refuse(node, f"{name} cannot be differentiated yet", hint)
    handler(frame, node)


_REFUSED: dict[type[ast.stmt], tuple[str, str | None]] = {
    ast.AsyncFunctionDef: ("an asynchronous function", None),
    ast.ClassDef: ("a class inside a function", "define it outside"),
}


# ----- assignments -----


def _assign(frame: Frame, node: ast.Assign) -> None:
    taken = all(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets)
    lower = expressions.lower_sequence if taken else expressions.lower
    value = lower(frame, node.value)
    for target in node.targets:
        bind(frame, target, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        bind(frame, node.target, expressions.lower(frame, node.value))


def bind(frame: Frame, target: ast.expr, value: Expr) -> None:
    """Give a value the names that a target has."""
    match target:
        case ast.Name(id=name):
            frame.env[name] = named(frame, name, value)
            containers.name(frame, value, name)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            if any(isinstance(part, ast.Starred) for part in parts):
                names.bind_starred(frame, target, parts, value)
                return
            for part, element in zip(
                parts, _unpacked(frame, target, value, len(parts)), strict=True
            ):
                bind(frame, part, element)
        case ast.Subscript():
            writes.store(frame, target, value)
        case ast.Attribute():
            objects.write(frame, target, value)


def _unpacked(frame: Frame, node: ast.AST, value: Expr, number: int) -> list[Expr]:
    kind = frame.kind(value)
    if isinstance(kind, (Many, Unknown, Array)) and not isinstance(value, Apply):
        known = isinstance(kind, Array) and kind.dims and isinstance(kind.dims[0], int)
        if not known:
            return [expressions.item(frame, node, value, Const(i)) for i in range(number)]
    elements = arguments.spread(frame, node, value)
    if len(elements) != number:
        raise frame.refuse(node, f"{len(elements)} values cannot be unpacked into {number} names")
    return elements


def named(frame: Frame, name: str, value: Expr) -> Expr:
    """A value that gets a name: a temporary takes it, anything else keeps its own."""
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        # A literal in a variable: the variable may be carried through a loop.
        return value
    if isinstance(value, Var) and not value.named and frame.build.definition(value) is not None:
        value.hint, value.named = name, True
    return value


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    if isinstance(node.target, ast.Subscript):
        writes.update(frame, node, node.target)
        return
    if isinstance(node.target, ast.Attribute):
        objects.augment(frame, node, node.target)
        return
    name = node.target.id
    old = expressions.lower(frame, ast.copy_location(ast.Name(name, ast.Load()), node.target))
    if writes.is_array(frame, old):
        writes.update_whole(frame, node, old)
        return
    if is_container(frame.kind(old)):
        container_methods.update(frame, node, old)
        return
    frame.env[name] = named(frame, name, boxes.update(frame, node, name, old))


# ----- ways out -----


def lower_return(frame: Frame, node: ast.Return) -> None:
    """A `return`; inside a loop what it returns is lowered after the loop."""
    if frame.depth:
        frame.left = exits.one(frame.codes[node])
        return
    if not frame.inlined:
        frame.build.span = frame.source.span(node)
    value = Const(None) if node.value is None else expressions.lower(frame, node.value)
    frame.result = reads.current(frame, node, value)
    frame.returns.append(frame.kind(frame.result))
    frame.left = exits.RETURNED


def _break(frame: Frame, node: ast.Break) -> None:
    frame.left = exits.one(frame.codes[node])


def _continue(frame: Frame, node: ast.Continue) -> None:
    frame.left = exits.CONTINUED


def _raise(frame: Frame, node: ast.Raise) -> None:
    _keep(frame, node)
    frame.left = exits.RAISED


# ----- tests and effects -----


def lower_test(frame: Frame, node: ast.expr) -> Expr:
    """The test of a branch; a literal where it is decided while compiling."""
    try:
        test = expressions.lower_nested(frame, node)
    except NeedsStatementsError:
        if frame.nested:
            raise
        test = expressions.lower(frame, node)
    decided = decide.outcome(frame, test)
    if decided is not None:
        return Const(decided)
    return tested(frame, test)


def tested(frame: Frame, test: Expr) -> Expr:
    """A value as the test of a branch. One that need not be the same when asked again is asked
    once."""
    if is_repeatable(test) and not reads.may_change(frame, test):
        return test
    return frame.build.define(Var("test", BOOL, named=True), test)


def _expression(frame: Frame, node: ast.Expr) -> None:
    """An expression for its effect: `print(...)`, logging, a docstring."""
    if isinstance(node.value, ast.Constant):
        return
    if contexts.enters(frame, node.value):
        return
    if frame.hook and hooks.is_noting(frame, node.value):
        hooks.note_copies(frame, node.value, _keep(frame, node))
        return
    if closures.calls_made(frame, node):
        expressions.lower(frame, node.value)
        return
    before = frame.heap.versions
    frame.heap.versions = dict(before)
    block, inside = _looked_into(frame, node)
    if any(before.get(what) is not held for what, held in frame.heap.versions.items()):
        frame.build.block += block
        return
    frame.heap.versions = before
    frame.heap.dropped |= inside
    _keep(frame, node)


def look_into(frame: Frame, node: ast.stmt) -> None:
    """Refuse a call for its effect that may change a value."""
    frame.heap.dropped |= _looked_into(frame, node)[1]


def _looked_into(frame: Frame, node: ast.stmt) -> tuple[ir.Block, set[Var]]:
    """What a call for its effect does, and the values that it calculates."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or effects.is_shown(call):
        return [], set()
    made = len(frame.heap.identities)
    with frame.build.inner() as block:
        expressions.lower(frame, call)
    return block, ir.defined_in(block).union(frame.heap.identities[made:])


def _keep(frame: Frame, node: ast.stmt) -> Keep:
    """Keep a statement as it is."""
    if not isinstance(node, (ast.With, ast.Try)):
        effects.check_kept(frame, node)
    names: dict[str, Expr] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            if inner.id in frame.env:
                names[inner.id] = reads.current(frame, inner, frame.env[inner.id])
            elif inner.id in _bound_inside(node):
                continue
            elif (value := closures.captured(frame, inner.id, inner)) is not None:
                names[inner.id] = reads.current(frame, inner, value)
            else:
                names[inner.id] = expressions.outside(frame, inner.id, inner)
        elif isinstance(inner, ast.NamedExpr):
            raise frame.refuse(inner, "`:=` cannot be differentiated yet")
    for name, value in names.items():
        if made_function(frame.kind(value)) is not None:
            raise frame.refuse(
                node, f"the function `{name}` would have to be a value in the gradient"
            )
    kept = Keep(node, names, frame.build.span)
    frame.build.block.append(kept)
    return kept


def _keep_whole(frame: Frame, node: ast.With | ast.Try) -> None:
    """A `with` or `try` that only has effects, so far as its own statements go."""
    try:
        contexts.check_kept(frame, node)
    except contexts.WritesInsideError:
        if not contexts.enters_all(frame, node):
            raise
        control.lower_block(frame, node.body)
        return
    _keep(frame, node)


def _bound_inside(node: ast.stmt) -> set[str]:
    """The names that comprehensions and the like inside a statement bind."""
    stored = {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    handlers = (inner for inner in ast.walk(node) if isinstance(inner, ast.ExceptHandler))
    return stored | {handler.name for handler in handlers if handler.name}


def _match(frame: Frame, node: ast.Match) -> None:
    """What is left of `match` after `source.matching`."""
    error = untold(frame.source.node, node)
    assert error is not None
    raise frame.refuse(
        error.node, f"{error.what} cannot be differentiated yet", "write `if` and `elif`"
    )


def _global(frame: Frame, node: ast.Global) -> None:
    """`global` before names that are only read."""
    for inner in ast.walk(frame.source.node):
        if (
            isinstance(inner, ast.Name)
            and not isinstance(inner.ctx, ast.Load)
            and inner.id in node.names
        ):
            raise frame.refuse(
                node,
                f"writing the global `{inner.id}` is a write that outlives the call",
                "pass the value in and return it",
            )


def _pass(frame: Frame, node: ast.Pass) -> None:
    return


def _if(frame: Frame, node: ast.If) -> None:
    control.lower_if(frame, node)


_HANDLERS: dict[type[ast.stmt], Callable[[Frame, Any], object]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.Expr: _expression,
    ast.Assert: _keep,
    ast.Raise: _raise,
    ast.Return: lower_return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Pass: _pass,
    ast.Match: _match,
    ast.Global: _global,
    ast.With: _keep_whole,
    ast.Try: _keep_whole,
}


@cache
def _handlers() -> dict[type[ast.stmt], Callable[[Frame, Any], object]]:
    from adcompile.lower import handlers  # of modules that lower expressions themselves

    return _HANDLERS | handlers.STATEMENTS
