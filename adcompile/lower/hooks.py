"""Lower calls of `on_backward`: its hook is lowered where it stands, as a function of the
derivative and of what it captures. The backward sweep puts its statements in the text."""

from __future__ import annotations

import ast
import collections
import types

from adcompile import ir
from adcompile.ir import Apply, Const, Expr, Keep, Ref, Var
from adcompile.kinds import Array, Kind, Nothing, Resolved, Scalar, carries_derivative, forget_value
from adcompile.lower import (
    arguments,
    calls,
    closures,
    effects,
    expressions,
    library_calls,
    marks,
    views,
)
from adcompile.lower.fits import misfit
from adcompile.lower.frame import Frame
from adcompile.lower.heap import may_share
from adcompile.records import replace
from adcompile.source import Source


def lower(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`on_backward(x, hook)`."""
    value, hook = marks.arguments(frame, node, "on_backward", ("value", "hook"), args, kwargs)
    if not frame.varied(value):
        return value
    if frame.nested:
        raise closures.needs_statements(frame, node)
    kind = frame.kind(value)
    if not isinstance(kind, (Array, Scalar)) or not carries_derivative(kind):
        raise frame.refuse(
            node,
            "the derivative by this is not known to be one number or array",
            "call `on_backward` on its parts",
        )
    function = _lowered(frame, node, hook, kind)
    marked = frame.apply(node, "on_backward", value, Ref("hook", function), *function.params[1:])
    return marks.like(value, marked)


def _lowered(frame: Frame, node: ast.AST, hook: Expr, kind: Kind) -> ir.Function:
    """The hook as a function of the derivative and of the values that it captures."""
    d = Var("d", forget_value(kind), named=True)
    heap, span, rebound = frame.heap, frame.build.span, frame.session.rebound
    before, made = dict(heap.versions), len(heap.identities)
    with frame.build.inner() as block:
        result = _called(frame, node, hook, d)
    frame.build.span = span
    inside = ir.defined_in(block).union(heap.identities[made:])
    written = {m.initial for m, now in heap.versions.items() if before.get(m) is not now} - inside
    if written:
        what = "the derivative" if written == {d} else "an array from outside it"
        raise frame.refuse(node, f"the hook writes into {what}", "let it return a new array")
    if frame.session.rebound != rebound:
        raise frame.refuse(
            node, "the hook changes a variable of another function", "append to a list outside"
        )
    # What the hook computes is none of the values of the function.
    heap.versions = before
    heap.dropped |= inside
    if isinstance(frame.kind(result), Nothing):
        result = Const(None)
    else:
        _check(frame, node, kind, frame.kind(result))
    read = ir.read_in([*block, ir.Do(Apply("tuple", (result,)))])
    return ir.Function("hook", [d, *(var for var in read if var is not d)], block, result)


def _called(frame: Frame, node: ast.AST, hook: Expr, d: Var) -> Expr:
    """What a hook returns, with its body in the place of its call."""
    kind = frame.kind(hook)
    target = kind.target if isinstance(kind, Resolved) else None
    if isinstance(target, closures.Closure):
        source = _as_statement(target.source)
        bound = arguments.bind(frame, node, source, [d], {}, target.defaults)
        return closures.inline(frame, node, source, bound, target, hook=True)
    if isinstance(target, (types.FunctionType, Source)) and library_calls.dotted(target) is None:
        source = _as_statement(frame.session.source_of(target))
        bound = arguments.bind(frame, node, source, [d], {})
        return closures.inline(frame, node, source, bound, hook=True)
    return calls.call_value(frame, node, hook, [d], {})


def _as_statement(source: Source) -> Source:
    """A `lambda` that only shows or notes something does that in a statement."""
    node = source.node
    if not isinstance(node, ast.Lambda) or not isinstance(node.body, ast.Call):
        return source
    function = node.body.func
    notes = isinstance(function, ast.Attribute) and function.attr == "append"
    if not notes and not effects.is_shown(node.body):
        return source
    body = ast.copy_location(ast.Expr(node.body), node.body)
    written = ast.FunctionDef(source.name, node.args, [body], [])
    return replace(source, node=ast.copy_location(written, node))


def _check(frame: Frame, node: ast.AST, kind: Kind, returned: Kind) -> None:
    """Refuse a hook that returns what cannot be the derivative by a value."""
    reason = misfit(kind, returned)
    if reason is None and not isinstance(returned, (Array, Scalar)):
        reason = "is of a type and shape that are not known while compiling"
    if reason is not None:
        raise frame.refuse(
            node,
            f"what the hook returns {reason}",
            "let it return an array like the derivative that it takes, or nothing",
        )


# ----- notes -----


def is_noting(frame: Frame, node: ast.expr) -> bool:
    """Whether a hook appends to a list from outside the program: `norms.append(np.sum(d))`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    root = node.func.value
    while isinstance(root, ast.Attribute):
        root = root.value
    if node.func.attr != "append" or not isinstance(root, ast.Name) or root.id in frame.env:
        return False
    if closures.captured(frame, root.id, root) is not None:
        return False
    return isinstance(effects.resolved(frame, node.func.value), (list, collections.deque))


def note_copies(frame: Frame, call: ast.expr, kept: Keep) -> None:
    """Let what is appended be a copy: the arrays of the gradient are written to later."""
    assert isinstance(call, ast.Call)
    for node in call.args:
        _copy_noted(frame, node, kept)


def _copy_noted(frame: Frame, node: ast.expr, kept: Keep) -> None:
    if isinstance(node, (ast.Tuple, ast.List)):
        for part in node.elts:
            _copy_noted(frame, part, kept)
    elif isinstance(node, ast.Name):
        value = kept.reads[node.id]
        if may_share(frame.kind(value)):
            kept.reads[node.id] = Apply("ndarray.copy", (value,))
    else:
        with frame.build.inner():
            value = expressions.lower(frame, node)
        definition = frame.build.definition(value)
        fresh = definition is not None and views.is_fresh(definition)
        if may_share(frame.kind(value)) and not fresh:
            raise frame.refuse(
                node, "what the hook appends may be written to later", "append a `.copy()`"
            )
