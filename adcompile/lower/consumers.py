"""Calls that take a generator, `map` or comprehension apart: `sum(f(x) for x in xs)` is a loop."""

from __future__ import annotations

import ast
import builtins
import functools
import math
from collections.abc import Callable
from typing import Any

from adcompile import ir
from adcompile.builder import has_effect
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import Resolved
from adcompile.lower import (
    averages,
    calls,
    closures,
    combined,
    comprehensions,
    containers,
    control,
    exits,
    expressions,
    functions,
    generators,
    iterations,
    loops,
    scopes,
    statements,
)
from adcompile.lower.frame import Frame

# Sums of more elements than that are loops, even where their number is known.
_WRITTEN_OUT = 6


def lower(frame: Frame, node: ast.Call, callee: Ref) -> Expr | None:
    """The value of a call that consumes its argument element by element, None for any other."""
    known = (handler for target, handler in _CONSUMERS if callee.target is target)
    handler = next(known, _of_list(callee) if averages.is_average(callee.target) else None)
    if not callee.name or handler is None:
        return None
    position = 1 if callee.target is functools.reduce else 0
    if len(node.args) <= position or any(isinstance(arg, ast.Starred) for arg in node.args):
        return None
    arg = node.args[position]
    found = _generator(frame, arg, callee.target)
    if found is None:
        return _reduce(frame, node, None) if callee.target is functools.reduce else None
    if frame.nested:
        raise closures.needs_statements(frame, node)
    result: Expr | None = handler(found[0], node, found[1])
    return result


def of_generator(frame: Frame, node: ast.Call, callee: Expr, args: list[Expr]) -> Expr | None:
    """The value of such a call of what a function yields, None for any other."""
    target = callee.target if isinstance(callee, Ref) else None
    handler = next((handler for known, handler in _CONSUMERS if target is known), None)
    position = 1 if target is functools.reduce else 0
    if handler is None or len(args) <= position:
        return None
    if generators.generator_of(frame, args[position]) is None:
        return None
    if frame.nested:
        raise closures.needs_statements(frame, node)
    inner = comprehensions.scope(frame)
    inner.env["values"] = args[position]
    made = ast.parse("(element for element in values)", mode="eval").body
    for part in ast.walk(made):
        ast.copy_location(part, node)
    result: Expr | None = handler(inner, node, made)
    return result


# `sum(range(n))` needs no loop.
_ITERATORS = dict.fromkeys(
    (list, tuple, dict, sorted, functools.reduce), ("zip", "enumerate", "reversed", "range")
)


def _generator(
    frame: Frame, node: ast.expr, consumer: Any
) -> tuple[Frame, comprehensions.Lazy] | None:
    """An argument as a generator, with the frame that knows its names."""
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return frame, node
    name = _builtin_name(frame, node)
    if name in comprehensions.ITERATORS:
        assert isinstance(node, ast.Call)
        return comprehensions.as_generator(frame, node)
    known = name in _ITERATORS.get(consumer, ("zip", "enumerate", "reversed"))
    if known or combined.combines(frame, node):
        target = scopes.free_identifier(frame.source.node, "element")
        made = ast.GeneratorExp(
            ast.Name(target, ast.Load()),
            [ast.comprehension(ast.Name(target, ast.Store()), node, [], 0)],
        )
        return frame, comprehensions.located(made, node)
    return None


def as_list(frame: Frame, node: ast.expr) -> Expr | None:
    """The elements of a generator, `map` or `zip` that is taken apart, None for anything else."""
    if not isinstance(node, (ast.GeneratorExp, ast.Call)):
        return None
    found = _generator(frame, node, list)
    return None if found is None else comprehensions.lower_list(*found)


def _builtin_name(frame: Frame, node: ast.expr) -> str:
    """The name of the builtin that an expression calls."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return ""
    callee = expressions.lower(frame, node.func)
    name = callee.name if isinstance(callee, Ref) else ""
    is_builtin = isinstance(callee, Ref) and callee.target is getattr(builtins, name, None)
    return name if is_builtin else ""


def _few(frame: Frame, node: comprehensions.Lazy, limit: int = _WRITTEN_OUT) -> list[Expr] | None:
    """The elements, where they are few and their number is known."""
    with frame.build.inner() as block:
        found = comprehensions.elements(
            frame, node.generators, lambda inner: expressions.lower(inner, node.elt)
        )
    if found is None or len(found) > limit:
        return None
    frame.build.block.extend(block)
    return found


# ----- loops -----


def looped(
    frame: Frame, node: comprehensions.Lazy, hint: str, start: Expr, body: Callable[[str], ast.stmt]
) -> Expr:
    """The value of a variable after a loop over a generator."""
    inner = comprehensions.scope(frame)
    name = scopes.free_identifier(frame.source.node, hint, f"{hint}_of_all")
    inner.env[name] = start
    statement = body(name)
    for generator in reversed(node.generators):
        for condition in reversed(generator.ifs):
            statement = ast.If(condition, [statement], [])
        statement = ast.For(generator.target, generator.iter, [statement], [])
    span = frame.build.span
    statements.lower_statement(inner, comprehensions.located(statement, node))
    frame.build.span = span
    return inner.env[name]


def _sum(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
    assert over is not None
    given = [*node.args[1:], *(k.value for k in node.keywords if k.arg == "start")]
    start = expressions.lower(frame, given[0]) if given else Const(0)
    few = _few(frame, over)
    if few is not None:
        return functions.added(frame, node, few, start if given else None)

    def body(name: str) -> ast.stmt:
        total = ast.BinOp(ast.Name(name, ast.Load()), ast.Add(), over.elt)
        return ast.Assign([ast.Name(name, ast.Store())], total)

    return looped(frame, over, "total", start, body)


def _does_more(block: ir.Block) -> bool:
    """Whether statements do more than calculate."""
    return any(
        isinstance(statement, ir.Keep) or any(map(has_effect, ir.expressions(statement)))
        for statement in ir.walk(block)
    )


def _quantifier(op: str, found: bool) -> Any:
    """`any` starts with False and becomes True, `all` the other way round."""

    def lower(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
        assert over is not None
        before, rebound = len(frame.build.block), frame.session.rebound
        value = looked_at(frame, node, over)
        if frame.session.rebound != rebound or _does_more(frame.build.block[before:]):
            raise frame.refuse(
                node,
                f"`{op.removeprefix('builtins.')}` may stop before the last element, and this "
                "does more than calculate",
                "write a `for` loop",
            )
        return value

    def looked_at(frame: Frame, node: ast.Call, over: comprehensions.Lazy) -> Expr:
        few = _few(frame, over)
        if few is not None:
            return frame.apply(node, op, Apply("list", tuple(few)))

        def body(name: str) -> ast.stmt:
            assign = ast.Assign([ast.Name(name, ast.Store())], ast.Constant(found))
            test = over.elt if found else ast.UnaryOp(ast.Not(), over.elt)
            return ast.If(test, [assign], [])

        return looped(frame, over, "found" if found else "holds", Const(not found), body)

    return lower


def _extremum(op: str, hint: str) -> Any:
    def lower(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
        assert over is not None
        if len(node.args) > 1:
            return None
        if any(keyword.arg == "key" for keyword in node.keywords):
            kwargs = {k.arg: expressions.lower(frame, k.value) for k in node.keywords if k.arg}
            values = containers.identified(frame, comprehensions.lower_list(frame, over))
            return functions.SPECIAL[op](frame, node, [values], kwargs)
        few = _few(frame, over)
        if few is None and iterations.yields(frame, over):
            kwargs = {k.arg: expressions.lower(frame, k.value) for k in node.keywords if k.arg}
            values = containers.identified(frame, comprehensions.lower_list(frame, over))
            return functions.SPECIAL[op](frame, node, [values], kwargs)
        if few is None:
            return _largest(frame, node, over, op, hint)
        if not few:
            if not node.keywords:
                raise frame.refuse(node, "there is no element to choose from")
            return expressions.lower(frame, node.keywords[0].value)
        return functions.extremum(frame, node, op, few)

    return lower


def _largest(frame: Frame, node: ast.Call, over: comprehensions.Lazy, op: str, hint: str) -> Expr:
    """The first element is calculated before the loop over the others."""
    first = over.generators[0]
    if len(over.generators) > 1 or first.ifs or node.keywords:
        raise frame.refuse(
            node,
            f"`{hint}` of a generator that may be empty cannot be differentiated yet",
            "write a `for` loop that starts with a number",
        )
    name = "largest" if hint == "max" else "smallest"
    return _folded(frame, node, over, name, lambda inner, *pair: inner.apply(node, op, *pair))


def _folded(
    frame: Frame,
    node: ast.Call,
    over: comprehensions.Lazy,
    hint: str,
    combine: Callable[[Frame, Expr, Expr], Expr],
) -> Expr:
    """The first element combined with the second, that with the third, and so on."""
    inner = comprehensions.scope(frame)
    iteration = comprehensions.iteration(
        inner, ast.copy_location(ast.GeneratorExp(over.elt, over.generators), over)
    )
    at = iterations.element_of(inner, node, iteration)
    name = scopes.free_identifier(frame.source.node, hint)
    inner.env[name] = statements.named(inner, name, at(Const(0)))

    def body(running: Frame, index: Var) -> None:
        combined = combine(running, running.env[name], at(index))
        running.env[name] = statements.named(running, name, combined)

    number = iterations.trips(inner, node, iteration)
    loops.repeat(inner, node, (Const(1), number), [name], body)
    return inner.env[name]


# ----- displays -----


def _display(op: str) -> Any:
    def lower(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
        assert over is not None
        value = comprehensions.lower_list(frame, over)
        if isinstance(value, Apply):
            return Apply(op, value.args)
        if op == "list":
            return value
        raise comprehensions.refuse_unknown_length(frame, over, "a tuple")

    return lower


def _sorted(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
    assert over is not None
    kwargs = {k.arg: expressions.lower(frame, k.value) for k in node.keywords if k.arg}
    return functions.lower_sorted(frame, node, [comprehensions.lower_list(frame, over)], kwargs)


def _dict(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
    assert over is not None
    value = comprehensions.lower_list(frame, over)
    if not isinstance(value, Apply):
        raise comprehensions.refuse_unknown_length(frame, over, "a dict")
    pairs = [functions.two(frame, node, part) for part in value.args]
    pairs += [
        (Const(k.arg), expressions.lower(frame, k.value))
        for k in node.keywords
        if k.arg is not None
    ]
    return comprehensions.dict_of(frame, node, pairs)


def _reduce(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
    """`functools.reduce(f, xs, start)`."""
    function = expressions.lower(frame, node.args[0])
    start = [expressions.lower(frame, arg) for arg in node.args[2:]]
    if over is None:
        name = scopes.free_identifier(frame.source.node, "element")
        over = comprehensions.located(
            ast.GeneratorExp(
                ast.Name(name, ast.Load()),
                [ast.comprehension(ast.Name(name, ast.Store()), node.args[1], [], 0)],
            ),
            node.args[1],
        )
    if frame.nested:
        raise closures.needs_statements(frame, node)
    few = _few(frame, over)
    if few is not None:
        result, *rest = [*start, *few] or [Const(None)]
        for element in rest:
            result = calls.call_value(frame, node, function, [result, element], {})
        return result
    if not start:
        return _folded(
            frame,
            node,
            over,
            "total",
            lambda inner, *pair: calls.call_value(inner, node, function, list(pair), {}),
        )
    inner = comprehensions.scope(frame)
    inner.env[".function"] = function

    def body(name: str) -> ast.stmt:
        args = [ast.Name(name, ast.Load()), over.elt]
        value = ast.Call(ast.Name(".function", ast.Load()), args, [])
        return ast.Assign([ast.Name(name, ast.Store())], value)

    return looped(inner, over, "total", start[0], body)


def _next(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
    """`next(f(x) for x in xs if g(x))`: a loop up to the first element."""
    assert over is not None
    if len(over.generators) > 1:
        raise frame.refuse(
            node,
            "`next` of a generator with several loops cannot be differentiated yet",
            "write a `for` loop",
        )
    inner = comprehensions.scope(frame)
    name = scopes.free_identifier(frame.source.node, "first", "first_of_all")
    body: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], over.elt), ast.Break()]
    for condition in reversed(over.generators[0].ifs):
        body = [ast.If(condition, body, [])]
    none = ast.Raise(ast.Name("StopIteration", ast.Load()))
    loop = ast.For(over.generators[0].target, over.generators[0].iter, body, [none])
    if len(node.args) > 1:
        inner.env[name] = expressions.lower(frame, node.args[1])
        loop.orelse = []
    comprehensions.located(loop, node)
    inner.codes = exits.codes([loop])
    control.lower_block(inner, [loop])
    return inner.env[name]


def _of_list(callee: Ref) -> Any:
    """A function that knows lists: `math.fsum(f(x) for x in xs)`."""

    def lower(frame: Frame, node: ast.Call, over: comprehensions.Lazy | None) -> Expr | None:
        assert over is not None
        values = containers.identified(frame, comprehensions.lower_list(frame, over))
        rest = [expressions.lower(frame, arg) for arg in node.args[1:]]
        kwargs = {k.arg: expressions.lower(frame, k.value) for k in node.keywords if k.arg}
        return calls.call_value(frame, node, callee, [values, *rest], kwargs)

    return lower


_CONSUMERS: tuple[tuple[Any, Any], ...] = (
    (sum, _sum),
    (any, _quantifier("builtins.any", True)),
    (all, _quantifier("builtins.all", False)),
    (max, _extremum("builtins.max", "max")),
    (min, _extremum("builtins.min", "min")),
    (list, _display("list")),
    (tuple, _display("tuple")),
    (sorted, _sorted),
    (dict, _dict),
    (functools.reduce, _reduce),
    (next, _next),
    (math.fsum, _of_list(Ref("math.fsum", math.fsum, Resolved(math.fsum)))),
    (math.prod, _of_list(Ref("math.prod", math.prod, Resolved(math.prod)))),
)
