"""Lower statements."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from adcompile import ir
from adcompile.builder import is_repeatable
from adcompile.ir import UNDEFINED, Apply, Const, Expr, If, Keep, Merge, Var
from adcompile.kinds import BOOL, Array, Items, Many, Nothing, Scalar, Text, Unknown, dims
from adcompile.lower import calls, effects, exits, expressions, loops
from adcompile.lower.frame import Frame
from adcompile.rules.registry import static_value


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
    frame.codes = exits.codes(statements)
    lower_block(frame, statements)
    if frame.left == exits.PASSED:
        return None
    if frame.left.passes:
        node = [s for s in statements if any(isinstance(n, ast.Return) for n in ast.walk(s))][-1]
        raise frame.refuse(
            node, "the function returns nothing on one of its paths", "return a value on each path"
        )
    return frame.result


def _head(node: ast.stmt) -> ast.AST:
    """The part of a statement that stands on its first line."""
    if isinstance(node, (ast.If, ast.While)):
        return node.test
    return node.iter if isinstance(node, ast.For) else node


def lower_block(frame: Frame, body: Sequence[ast.stmt]) -> None:
    """Lower the statements of a block, as far as control comes."""
    for position, node in enumerate(body):
        if not frame.inlined:
            frame.build.span = frame.source.span(_head(node))
        if isinstance(node, (ast.If, ast.For, ast.While)) and _may_leave(node):
            _leaving(frame, node, body[position + 1 :])
            return
        lower_statement(frame, node)
        if not frame.left.passes:
            return


def _may_leave(node: ast.If | ast.For | ast.While) -> bool:
    """Whether control may leave a statement other than by its end."""
    if isinstance(node, ast.If):
        return any(True for _ in exits.jumps([node]))
    return bool(node.orelse) or any(True for _ in exits.jumps(node.body))


def _leaving(frame: Frame, node: ast.If | ast.For | ast.While, rest: Sequence[ast.stmt]) -> None:
    """A statement that control may leave, and what follows it in its block."""
    if isinstance(node, ast.If):
        rest = _if(frame, node, rest)
    else:
        lower_statement(frame, node)
        rest = _after_loop(frame, node, frame.left, rest)
    if rest:
        go_on(frame, node, lambda: lower_block(frame, rest))


def go_on(frame: Frame, node: ast.stmt, rest: Callable[[], None]) -> None:
    """Lower what follows a statement, for as far as control passes its end."""
    left = frame.left
    if left == exits.PASSED:
        rest()
    elif left.passes:
        stay = partial(_stay, frame, left.without(exits.END))
        branch(frame, node, left.is_code(exits.END), rest, stay)


def _stay(frame: Frame, left: exits.Left) -> None:
    """A side on which nothing happens, because control has left."""
    frame.left = left


def lower_statement(frame: Frame, node: ast.stmt) -> None:
    """Lower a statement; one that control may leave, without what follows it."""
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
    ast.With: ("`with`", "move it around the call"),
    ast.Try: ("`try`", "move it around the call"),
    ast.Global: ("`global`", "pass the value in and return it"),
    ast.Nonlocal: ("`nonlocal`", "pass the value in and return it"),
    ast.Import: ("`import` inside a function", "import at the top of the file"),
    ast.ImportFrom: ("`import` inside a function", "import at the top of the file"),
    ast.Match: ("`match`", "write `if` and `elif`"),
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
            raise frame.refuse(
                target,
                "writing an attribute cannot be differentiated yet",
                "keep the value in a variable and return it",
            )


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
    decided = _decided(frame, test)
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


def _decided(frame: Frame, test: Expr) -> bool | None:
    """The outcome of a comparison of strings or None that the kinds decide, None if open."""
    if not isinstance(test, Apply) or test.op not in _DECIDED:
        return None
    kinds = [frame.kind(arg) for arg in test.args]
    if not all(isinstance(kind, (Text, Nothing)) for kind in kinds):
        return None
    (known, left), (also_known, right) = map(static_value, kinds)
    return _DECIDED[test.op](left, right) if known and also_known else None


def _if(
    frame: Frame, node: ast.If, rest: Sequence[ast.stmt] = ()
) -> Sequence[ast.stmt]:
    """Lower an `if`; where one side always leaves, what follows belongs to the other.

    Args:
        frame: the function.
        node: the statement.
        rest: what follows it in its block, if control may leave it.

    Returns:
        What of `rest` is still to be lowered.
    """
    sides = [node.body, node.orelse]
    if any(map(exits.always_leaves, sides)) or _is_short(rest):
        sides = [side if exits.always_leaves(side) else [*side, *rest] for side in sides]
        rest = ()
    test = lower_test(frame, node.test)
    if isinstance(test, Const) and isinstance(test.value, bool):
        lower_block(frame, sides[0] if test.value else sides[1])
    else:
        branch(frame, node, test, *(partial(lower_block, frame, side) for side in sides))
    return rest


def _is_short(rest: Sequence[ast.stmt]) -> bool:
    """Whether statements may as well be written twice."""
    return len(rest) <= _SHORT and not any(isinstance(s, (ast.If, ast.For, ast.While)) for s in rest)


_SHORT = 2


@dataclass(frozen=True, slots=True)
class _End:
    """How a side of a branch ends: the names there, how control leaves it, what it returns."""

    env: dict[str, Expr]
    left: exits.Left
    result: Expr


def branch(
    frame: Frame,
    node: ast.AST,
    test: Expr,
    then: Callable[[], None],
    orelse: Callable[[], None],
) -> None:
    """Lower both sides of a branch, and merge what they leave."""
    span = frame.build.span
    before, result = frame.env, frame.result
    ends, blocks = [], []
    for side in (then, orelse):
        frame.env, frame.result, frame.left = dict(before), result, exits.PASSED
        with frame.build.inner() as block:
            side()
        ends.append(_End(frame.env, frame.left, frame.result))
        blocks.append(block)
    merges: list[Merge] = []
    # The names do not matter where a side raises or has returned.
    names = [end.env if end.left.codes - exits.RETURNED.codes else None for end in ends]
    reached = [_reached(names[i], names[1 - i], before) for i in (0, 1)]
    frame.env = _merged(frame, node, reached[0], reached[1], merges)
    results = [end.result if end.left.codes else UNDEFINED for end in ends]
    frame.result = expressions.merge(frame, node, results[0], results[1], merges, "result")
    frame.left = exits.merged(frame, ends[0].left, ends[1].left, merges)
    skips = [s for s, end in zip(_SIDES, ends, strict=True) if end.left == exits.CONTINUED]
    frame.build.span = span
    statement = If(test, blocks[0], blocks[1], merges, span, skips[0] if skips else None)
    frame.build.block.append(statement)


_SIDES = ("then", "orelse")


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
    """The names at the end of one side; a side that is not passed (None) has no say in what
    changes."""
    if end is not None:
        return end
    return {name: value for name, value in before.items() if other is None or other[name] is value}


# ----- exits -----


def _return(frame: Frame, node: ast.Return) -> None:
    """A `return`; inside a loop what it returns is lowered after the loop."""
    if frame.depth:
        frame.left = exits.one(frame.codes[node])
        return
    if not frame.inlined:
        frame.build.span = frame.source.span(node)
    frame.result = Const(None) if node.value is None else expressions.lower(frame, node.value)
    frame.returns.append(frame.kind(frame.result))
    frame.left = exits.RETURNED


def _break(frame: Frame, node: ast.Break) -> None:
    frame.left = exits.one(frame.codes[node])


def _continue(frame: Frame, node: ast.Continue) -> None:
    frame.left = exits.CONTINUED


def _raise(frame: Frame, node: ast.Raise) -> None:
    _keep(frame, node)
    frame.left = exits.RAISED


def _after_loop(
    frame: Frame, node: ast.For | ast.While, left: exits.Left, rest: Sequence[ast.stmt]
) -> Sequence[ast.stmt]:
    """What follows a loop that has been left somehow: first what its `return`s return, where no
    loop stands around it, with all else under the other sides; then its `else`.

    Returns:
        What of `rest` is still to be lowered.
    """
    sites = [n for n in exits.jumps(node.body) if isinstance(n, ast.Return) and not frame.depth]
    returns = {frame.codes[site]: site for site in sites}
    code = next((code for code in returns if code in left.codes), None)
    if code is None:
        return _else(frame, node, left, rest)
    leave = partial(_return, frame, returns[code])
    if left.codes == {code}:
        leave()
        return ()

    def others() -> None:
        remaining = _after_loop(frame, node, left.without(code), rest)
        if remaining:
            go_on(frame, node, lambda: lower_block(frame, remaining))

    branch(frame, node, left.is_code(code), leave, others)
    return ()


def _else(
    frame: Frame, node: ast.For | ast.While, left: exits.Left, rest: Sequence[ast.stmt]
) -> Sequence[ast.stmt]:
    """The `else` of a loop, which runs where the loop came to its end; where it always leaves, what
    follows belongs to the other side.

    Returns:
        What of `rest` is still to be lowered.
    """
    if not node.orelse or not left.passes:
        _unbroken(frame, node, left)
        return rest
    if left == exits.PASSED:
        frame.left = left
        lower_block(frame, node.orelse)
        return rest
    apart = exits.always_leaves(node.orelse)

    def broken() -> None:
        _unbroken(frame, node, left.without(exits.END))
        if apart:
            go_on(frame, node, lambda: lower_block(frame, rest))

    ended = partial(lower_block, frame, node.orelse)
    branch(frame, node, left.is_code(exits.END), ended, broken)
    return () if apart else rest


def _unbroken(frame: Frame, node: ast.AST, left: exits.Left) -> None:
    """How control leaves a loop, of which every `break` is the end."""
    returns = frozenset(filter(exits.is_return, left.codes))
    frame.left = left if returns else exits.PASSED
    for code in sorted(left.codes - returns - {exits.END}) if returns else ():
        left = frame.left
        stay = partial(_stay, frame, left.without(code))
        branch(frame, node, left.is_code(code), partial(_stay, frame, exits.PASSED), stay)


def _expression(frame: Frame, node: ast.Expr) -> None:
    """An expression for its effect: `print(...)`, logging, a docstring."""
    if isinstance(node.value, ast.Constant):
        return
    if isinstance(node.value, ast.Call) and not effects.is_shown(node.value):
        with frame.build.inner():  # looked into, and kept as it is
            expressions.lower(frame, node.value)
    _keep(frame, node)


def _keep(frame: Frame, node: ast.stmt) -> None:
    """Keep a statement as it is."""
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


def _bound_inside(node: ast.stmt) -> set[str]:
    """The names that comprehensions inside a statement bind."""
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }


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
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Pass: _pass,
}
