"""Lower statements."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.ir import UNDEFINED, Apply, Const, Expr, If, Keep, Merge, Var
from adcompile.kinds import BOOL, Array, Items, Many, Nothing, Scalar, Text, Unknown, dims
from adcompile.lower import calls, contexts, effects, expressions, loops, objects
from adcompile.lower.frame import Frame
from adcompile.rules.registry import static_value
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


def lower_body(frame: Frame, body: Sequence[ast.stmt]) -> Expr | None:
    """Lower a function body; what it returns, or None where it falls off its end."""
    statements = without_docstring(body)
    for position, node in enumerate(statements):
        if not frame.inlined:
            frame.build.span = frame.source.span(_head(node))
        if isinstance(node, ast.Return):
            value = Const(None) if node.value is None else expressions.lower(frame, node.value)
            frame.returns.append(frame.kind(value))
            return value
        if isinstance(node, ast.If) and _contains_return(node):
            return _returning_if(frame, node, statements[position + 1 :])
        lower_statement(frame, node)
        if isinstance(node, ast.Raise):
            return UNDEFINED
    return None


def _head(node: ast.stmt) -> ast.AST:
    """The part of a statement that stands on its first line."""
    if isinstance(node, (ast.If, ast.While)):
        return node.test
    return node.iter if isinstance(node, ast.For) else node


def _contains_return(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Return) for inner in ast.walk(node))


def _always_leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether control never passes the end of a block."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return _always_leaves(last.body) and _always_leaves(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def _returning_if(frame: Frame, node: ast.If, rest: list[ast.stmt]) -> Expr | None:
    """An `if` that returns from the function: what follows it belongs to the other branch."""
    then = node.body if _always_leaves(node.body) else [*node.body, *rest]
    orelse = node.orelse if _always_leaves(node.orelse) else [*node.orelse, *rest]
    test = lower_test(frame, node.test)
    if isinstance(test, Const) and isinstance(test.value, bool):
        return lower_body(frame, then if test.value else orelse)
    results = []
    blocks = []
    span = frame.build.span
    before = dict(frame.env)
    for body in (then, orelse):
        frame.env = dict(before)
        with frame.build.inner() as block:
            results.append(lower_body(frame, body))
        blocks.append(block)
    merges: list[Merge] = []
    if any(result is None for result in results):
        raise frame.refuse(
            node, "the function returns nothing on one of its paths", "return a value on each path"
        )
    values = [Const(None) if result is None else result for result in results]
    result = _merged_result(frame, node, values, merges)
    frame.build.block.append(If(test, blocks[0], blocks[1], merges, span))
    return result


def _merged_result(frame: Frame, node: ast.AST, values: list[Expr], merges: list[Merge]) -> Expr:
    """The result of two branches; a branch that raises has none."""
    if values[0] is UNDEFINED and values[1] is UNDEFINED:
        return UNDEFINED
    return expressions.merge(frame, node, values[0], values[1], merges, "result")


def lower_statement(frame: Frame, node: ast.stmt) -> None:
    """Lower a statement other than `return`."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        name, hint = _REFUSED.get(type(node), (type(node).__name__, None))
        raise frame.refuse(node, f"{name} cannot be differentiated yet", hint)
    handler(frame, node)


_REFUSED: dict[type[ast.stmt], tuple[str, str | None]] = {
    ast.FunctionDef: ("a function inside a function", "define it outside"),
    ast.AsyncFunctionDef: ("an asynchronous function", None),
    ast.ClassDef: ("a class inside a function", "define it outside"),
    ast.Delete: ("`del`", "leave it out"),
    ast.Nonlocal: ("`nonlocal`", "pass the value in and return it"),
    ast.Break: ("`break`", "make it part of the loop's condition"),
    ast.Continue: ("`continue`", "put the rest of the body under an `if`"),
    ast.Import: ("`import` inside a function", "import at the top of the file"),
    ast.ImportFrom: ("`import` inside a function", "import at the top of the file"),
    ast.Return: ("`return` inside a loop", "set a variable and return after the loop"),
}


# ----- assignments -----


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = expressions.lower(frame, node.value)
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
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            if any(isinstance(part, ast.Starred) for part in parts):
                raise frame.refuse(target, "a starred target cannot be differentiated yet")
            for part, element in zip(
                parts, _unpacked(frame, target, value, len(parts)), strict=True
            ):
                bind(frame, part, element)
        case ast.Subscript():
            raise frame.refuse(
                target,
                "writing into an array or container in place cannot be differentiated yet",
                "build a new one, e.g. with np.where, np.concatenate or np.stack",
            )
        case ast.Attribute():
            objects.write(frame, target, value)


def _unpacked(frame: Frame, node: ast.AST, value: Expr, number: int) -> list[Expr]:
    kind = frame.kind(value)
    if isinstance(kind, (Many, Unknown, Array)) and not isinstance(value, Apply):
        known = isinstance(kind, Array) and kind.dims and isinstance(kind.dims[0], int)
        if not known:
            return [expressions.item(frame, node, value, Const(i)) for i in range(number)]
    elements = calls.spread(frame, node, value)
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
    if isinstance(node.target, ast.Attribute):
        objects.augment(frame, node, node.target)
        return
    if not isinstance(node.target, ast.Name):
        bind(frame, node.target, Const(None))
    assert isinstance(node.target, ast.Name)
    name = node.target.id
    old = expressions.lower(frame, ast.copy_location(ast.Name(name, ast.Load()), node.target))
    _refuse_in_place(frame, node, name, old)
    value = expressions.lower(frame, node.value)
    result = expressions.binary(frame, node, expressions.operator_name(node.op), old, value)
    frame.env[name] = named(frame, name, result)


def _refuse_in_place(frame: Frame, node: ast.AugAssign, name: str, old: Expr) -> None:
    """`a += b` changes an array in place, a number it replaces."""
    kind = frame.kind(old)
    if isinstance(kind, Scalar) or (isinstance(kind, Items) and kind.type is tuple):
        return
    shared = isinstance(old, Var) and any(
        old in ir.variables(other) for key, other in frame.env.items() if key != name
    )
    if dims(kind) == () and not (shared and isinstance(old, Var) and old.boxed):
        return
    symbol = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}.get(
        expressions.operator_name(node.op), "+"
    )
    what = "list" if isinstance(kind, (Items, Many)) else "array"
    raise frame.refuse(
        node,
        f"`{symbol}=` changes the {what} `{name}` in place, which cannot be differentiated yet",
        f"`{name} = {name} {symbol} ...` makes a new {what}",
    )


# ----- branches and effects -----


def lower_test(frame: Frame, node: ast.expr) -> Expr:
    """The test of a branch. One that need not be the same when asked again is asked once."""
    test = expressions.lower_nested(frame, node)
    decided = decided_by_kinds(frame, test)
    if decided is not None:
        return Const(decided)
    if is_repeatable(test):
        return test
    return frame.build.define(Var("test", BOOL, named=True), test)


_DECIDED: dict[str, Callable[[object, object], bool]] = {
    "operator.eq": operator.eq,
    "operator.ne": operator.ne,
    "operator.is_": operator.is_,
    "operator.is_not": operator.is_not,
}


def decided_by_kinds(frame: Frame, test: Expr) -> bool | None:
    """The outcome of a comparison of strings or None that the kinds decide, None if open."""
    if not isinstance(test, Apply) or test.op not in _DECIDED:
        return None
    kinds = [frame.kind(arg) for arg in test.args]
    if not all(isinstance(kind, (Text, Nothing)) for kind in kinds):
        return None
    (known, left), (also_known, right) = map(static_value, kinds)
    return _DECIDED[test.op](left, right) if known and also_known else None


def _if(frame: Frame, node: ast.If) -> None:
    test = lower_test(frame, node.test)
    if isinstance(test, Const) and isinstance(test.value, bool):
        lower_block(frame, node.body if test.value else node.orelse)
        return
    span = frame.build.span
    before = frame.env
    ends: list[dict[str, Expr] | None] = []
    blocks = []
    for body in (node.body, node.orelse):
        frame.env = dict(before)
        with frame.build.inner() as block:
            lower_block(frame, body)
        ends.append(None if _always_leaves(body) else frame.env)
        blocks.append(block)
    merges: list[Merge] = []
    then, orelse = (
        _reached(end, other, before) for end, other in zip(ends, ends[::-1], strict=True)
    )
    frame.env = _merged(frame, node, then, orelse, merges)
    frame.build.span = span
    frame.build.block.append(If(test, blocks[0], blocks[1], merges, span))


def _merged(
    frame: Frame,
    node: ast.AST,
    then: dict[str, Expr],
    orelse: dict[str, Expr],
    merges: list[Merge],
) -> dict[str, Expr]:
    """The names after a branch."""
    return {
        name: expressions.merge(
            frame, node, then.get(name, UNDEFINED), orelse.get(name, UNDEFINED), merges, name
        )
        for name in dict.fromkeys([*then, *orelse])
    }


def _reached(
    end: dict[str, Expr] | None, other: dict[str, Expr] | None, before: dict[str, Expr]
) -> dict[str, Expr]:
    """The names at the end of one side; a side that raises (None) has no say in what changes."""
    if end is not None:
        return end
    return {name: value for name, value in before.items() if other is None or other[name] is value}


def lower_block(frame: Frame, body: Sequence[ast.stmt]) -> None:
    """Lower the statements of a branch or loop body."""
    for node in body:
        if not frame.inlined:
            frame.build.span = frame.source.span(_head(node))
        lower_statement(frame, node)


def _expression(frame: Frame, node: ast.Expr) -> None:
    """An expression for its effect: `print(...)`, logging, a docstring."""
    if isinstance(node.value, ast.Constant):
        return
    if contexts.enters(frame, node.value):
        return
    if isinstance(node.value, ast.Call) and objects.initialises(frame, node.value):
        return
    look_into(frame, node)
    _keep(frame, node)


def look_into(frame: Frame, node: ast.stmt) -> None:
    """Refuse a call for its effect that may change a value."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and not effects.is_shown(call):
        with frame.build.inner():
            expressions.lower(frame, call)


def _keep(frame: Frame, node: ast.stmt) -> None:
    """Keep a statement as it is."""
    if not isinstance(node, (ast.With, ast.Try)):
        effects.check_kept(frame, node)
    reads: dict[str, Expr] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            if inner.id in frame.env:
                reads[inner.id] = frame.env[inner.id]
            elif inner.id not in _bound_inside(node):
                reads[inner.id] = expressions.outside(frame, inner.id, inner)
        elif isinstance(inner, ast.NamedExpr):
            raise frame.refuse(inner, "`:=` cannot be differentiated yet")
    frame.build.block.append(Keep(node, reads, frame.build.span))


def _keep_whole(frame: Frame, node: ast.With | ast.Try) -> None:
    """A `with` or `try` that only has effects."""
    contexts.check_kept(frame, node)
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


_HANDLERS: dict[type[ast.stmt], Callable[[Frame, Any], None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: loops.lower_for,
    ast.While: loops.lower_while,
    ast.Expr: _expression,
    ast.Assert: _keep,
    ast.Raise: _keep,
    ast.Pass: _pass,
    ast.Match: _match,
    ast.Global: _global,
    ast.With: _keep_whole,
    ast.Try: _keep_whole,
}
