"""Where the user asks for a loop or a call to be computed again: `adcompile.checkpoint`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from adcompile.checkpointing import checkpoint
from adcompile.errors import AdcompileError
from adcompile.ir import Const, Expr, Ref
from adcompile.kinds import Nothing, Scalar, is_int
from adcompile.lower import effects, expressions
from adcompile.records import record
from adcompile.rules.registry import static_value
from adcompile.source import Source

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame
    from adcompile.lower.session import Session


@record
class Head:
    """What a loop runs over, or its test.

    Attributes:
        node: it, without the call of `checkpoint` around it.
        snapshots: how many states are to be kept, as in `ir.For`.
    """

    node: ast.expr
    snapshots: Expr | None = None


def head(frame: Frame, node: ast.expr) -> Head:
    """The head of a loop."""
    if not isinstance(node, ast.Call) or inside(frame, node) is node:
        return Head(node)
    given = node.args[1:] + [k.value for k in node.keywords if k.arg == "snapshots"]
    known = all(keyword.arg == "snapshots" for keyword in node.keywords)
    starred = any(isinstance(arg, ast.Starred) for arg in node.args)
    if len(given) > 1 or not known or starred:
        raise frame.refuse(
            node, "this call of `checkpoint` does not fit", "checkpoint(range(n), snapshots=10)"
        )
    return Head(node.args[0], _number(frame, given[0]) if given else Const(None))


def inside(frame: Frame, node: ast.expr) -> ast.expr:
    """The head of a loop without the call of `checkpoint` around it."""
    if not isinstance(node, ast.Call) or not node.args or not _is_called(frame, node.func):
        return node
    return node.args[0]


def _is_called(frame: Frame, node: ast.expr) -> bool:
    """Whether a call is one of `checkpoint`."""
    try:
        if effects.resolved(frame, node) is not checkpoint:
            return False
    except AdcompileError:
        return False  # what is called says so itself
    callee = expressions.lower(frame, node)
    return isinstance(callee, Ref) and callee.target is checkpoint


def _number(frame: Frame, node: ast.expr) -> Expr:
    """The number of snapshots."""
    value = expressions.lower(frame, node)
    kind = frame.kind(value)
    if isinstance(kind, Nothing):
        return Const(None)
    known, number = static_value(kind)
    if not (isinstance(kind, Scalar) and is_int(kind)) or (known and number < 1):
        raise frame.refuse(node, "the number of snapshots must be a positive integer")
    return value


def refuse_elsewhere(frame: Frame, node: ast.AST, target: Any) -> None:
    """Refuse a call of `checkpoint` that asks for nothing."""
    if target is checkpoint:
        raise frame.refuse(
            node,
            "`checkpoint` stands around what a `for` runs over, around the whole test of a "
            "`while`, or above a function that is defined outside",
            "for t in checkpoint(range(n)): ...",
        )


def refuse_written_out(frame: Frame, node: ast.AST, source: Source) -> None:
    """Refuse a call of a function that is to be computed again, where its body must stand in the
    place of the call."""
    if is_joint(frame.session, source):
        raise frame.refuse(
            node,
            f"`{source.name}` is to be computed again, but its body must stand in the place of "
            "this call: it takes or returns a function or writes into its argument",
            "leave `@checkpoint` out",
        )


def is_joint(session: Session, source: Source) -> bool:
    """Whether a function is to be computed again in the backward sweep: `@checkpoint`."""
    decorators = getattr(source.node, "decorator_list", ())
    return any(_is_checkpoint(session, source, decorator) for decorator in decorators)


def _is_checkpoint(session: Session, source: Source, node: ast.expr) -> bool:
    """Whether a decorator is `checkpoint`, or `adcompile.checkpoint`."""
    base = node.value if isinstance(node, ast.Attribute) else node
    if not isinstance(base, ast.Name):
        return False
    try:
        target = source.scope.lookup(base.id)
    except (KeyError, AdcompileError):
        return False
    found = getattr(target, node.attr, None) if isinstance(node, ast.Attribute) else target
    if found is not checkpoint:
        return False
    session.assume(source, base.id, target)
    if isinstance(node, ast.Attribute):
        session.assume_attribute(target, node.attr, found)
    return True
