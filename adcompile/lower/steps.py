"""Expressions that take steps: `:=`, and parts that are evaluated only in some cases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from adcompile.ir import Expr, If, Merge
from adcompile.lower import checkpoints, closures, expressions, merging, scopes, statements
from adcompile.lower.frame import Frame, NeedsStatementsError


def lower_walrus(frame: Frame, node: ast.NamedExpr) -> Expr:
    """`(name := value)`: the name is one of the function, even in a comprehension."""
    if frame.nested:
        raise closures.needs_statements(frame, node)
    value = expressions.lower(frame, node.value)
    owner = frame
    while owner.comprehension:
        if owner.start is not frame.build.block:
            raise frame.refuse(
                node, "`:=` in a comprehension that is a loop cannot be differentiated yet"
            )
        assert owner.outer is not None
        owner = owner.outer
    statements.bind(owner, node.target, value)
    frame.session.rebound += 1
    return owner.env[node.target.id]


@contextmanager
def lazily(frame: Frame, node: ast.AST) -> Iterator[None]:
    """A part that is evaluated only in some cases: it must not give names other values."""
    before = frame.session.rebound
    yield
    if frame.session.rebound != before:
        raise frame.refuse(
            node,
            "this gives a variable a value, and may not be evaluated",
            "assign on a line of its own, under an `if`",
        )


def lower_boolop(frame: Frame, node: ast.BoolOp) -> Expr:
    """`a and b` where `b` takes statements: `if a: b`."""
    first, *rest = node.values
    value = expressions.lower(frame, first)
    expressions.check_operand(frame, first, value)
    return _continued(frame, node, value, rest)


def _continued(frame: Frame, node: ast.BoolOp, value: Expr, rest: list[ast.expr]) -> Expr:
    if not rest:
        return value
    build = frame.build
    before = dict(frame.heap.versions)
    with build.inner() as block, lazily(frame, rest[0]):
        operand = expressions.lower(frame, rest[0])
        expressions.check_operand(frame, rest[0], operand)
        result = _continued(frame, node, operand, rest[1:])
    if frame.heap.versions != before:
        raise frame.refuse(
            rest[0], "this changes a value in place, and may not be evaluated", "write `if`"
        )
    merges: list[Merge] = []
    is_and = isinstance(node.op, ast.And)
    then, orelse = (result, value) if is_and else (value, result)
    merged = merging.merge(frame, node, then, orelse, merges, None)
    blocks = (block, []) if is_and else ([], block)
    build.block.append(If(statements.tested(frame, value), *blocks, merges, build.span))
    return merged


# ----- while -----


def takes_statements(frame: Frame, test: ast.expr) -> bool:
    """Whether a test cannot stand in one expression."""
    try:
        expressions.lower_nested(frame, checkpoints.inside(frame, test))
    except NeedsStatementsError:
        return True
    return False


def unrolled_test(frame: Frame, node: ast.While) -> list[ast.stmt]:
    """A `while` whose test takes statements: they stand before the loop and at the end of its body.

    `while (r := f(x)) > e: ...` is `r = f(x)` and `while r > e: ...; r = f(x)`.
    """
    for inner in scopes.walk_scope(node.body):
        if isinstance(inner, ast.Continue):
            raise frame.refuse(
                inner,
                "`continue` in a loop whose test takes statements cannot be differentiated yet",
                "put the rest of the body under an `if`",
            )
    test, assigned = _without_walrus(node.test)
    if assigned is None:
        name = scopes.free_identifier(frame.source.node, "test", "test_holds")
        test, assigned = (
            ast.Name(name, ast.Load()),
            ast.Assign([ast.Name(name, ast.Store())], node.test),
        )
    ast.copy_location(assigned, node.test)
    loop = ast.While(test, [*node.body, assigned], node.orelse)
    made: list[ast.stmt] = [assigned, loop]
    for statement in made:
        ast.copy_location(statement, node.test)
        for inner in ast.walk(statement):
            if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
                ast.copy_location(inner, node.test)
    return made


def _without_walrus(test: ast.expr) -> tuple[ast.expr, ast.stmt | None]:
    """A comparison of one `:=` with something else, and the assignment."""
    match test:
        case ast.NamedExpr(target=target, value=value):
            read: ast.expr = ast.Name(target.id, ast.Load())
            return read, ast.Assign([target], value)
        case ast.Compare(left=ast.NamedExpr(target=target, value=value)):
            others = (n for c in test.comparators for n in ast.walk(c))
            if not any(isinstance(n, (ast.NamedExpr, ast.Call, ast.Lambda)) for n in others):
                read = ast.Name(target.id, ast.Load())
                compared = ast.Compare(read, test.ops, test.comparators)
                return compared, ast.Assign([target], value)
    return test, None
