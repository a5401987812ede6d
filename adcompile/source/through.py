"""Statements that are looked through: `try` that only translates errors, `with` around a body.

A `try` whose handlers only raise changes no value: its body stands for it. A `with` becomes its
body after a call of `CONTEXT`, which no program can spell, with the context; lowering says whether
that is one under which the body may be differentiated. Both stay as they are around a body that
only has effects, to be kept whole.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import TypeVar

from adcompile.source.blocks import statements_of

__all__ = ["CONTEXT", "is_passive", "looked_through"]

CONTEXT = "<context>"

Tree = TypeVar("Tree", bound=ast.AST)


def looked_through(function: Tree) -> Tree:
    """A function without the `with` and `try` that are looked through; itself if it has none."""
    if not any(isinstance(node, (ast.With, ast.Try)) for node in statements_of(function)):
        return function
    result = _Through().visit(copy.deepcopy(function))
    assert isinstance(result, type(function))
    return ast.fix_missing_locations(result)


def is_passive(body: Sequence[ast.stmt]) -> bool:
    """Whether statements only have effects: they define nothing and do not leave the function."""
    return all(
        isinstance(node, (ast.Expr, ast.Pass, ast.Assert))
        or (isinstance(node, (ast.With, ast.Try)) and is_passive(parts(node)))
        for node in body
    )


def parts(node: ast.With | ast.Try) -> list[ast.stmt]:
    """The statements inside a `with` or `try`."""
    if isinstance(node, ast.With):
        return node.body
    handled = [statement for handler in node.handlers for statement in handler.body]
    return [*node.body, *handled, *node.orelse, *node.finalbody]


class _Through(ast.NodeTransformer):
    def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
        if is_passive(node.body) or any(item.optional_vars is not None for item in node.items):
            return node
        self.generic_visit(node)
        return [*map(_marked, node.items), *node.body]

    def visit_Try(self, node: ast.Try) -> ast.AST | list[ast.stmt]:
        if is_passive(parts(node)):
            return node
        self.generic_visit(node)
        only_raise = all(
            len(handler.body) == 1 and isinstance(handler.body[0], ast.Raise)
            for handler in node.handlers
        )
        return [*node.body, *node.orelse] if only_raise and not node.finalbody else node


def _marked(item: ast.withitem) -> ast.stmt:
    context = item.context_expr
    name = ast.copy_location(ast.Name(CONTEXT, ast.Load()), context)
    call = ast.copy_location(ast.Call(name, [context], []), context)
    return ast.copy_location(ast.Expr(call), context)
