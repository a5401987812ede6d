"""Programs with their counted loops written out."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def unrolled(function: Callable[..., Any], arguments: dict[str, Any], name: str) -> str | None:
    """The source of a function with every `for ... in range(...)` written out.

    Args:
        function: a plain function.
        arguments: its arguments, of which the bounds are computed.
        name: of the new function.

    Returns:
        The text, or None where no loop could be written out.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    names = {n.id for n in ast.walk(definition) if isinstance(n, ast.Name)}
    stored = {
        n.id
        for n in ast.walk(definition)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    known = {key: value for key, value in arguments.items() if key in names - stored}
    unroller = _Unroller(known)
    definition.body = unroller.block(definition.body)
    definition.name = name
    return ast.unparse(ast.fix_missing_locations(tree)) if unroller.loops else None


class _Unroller:
    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known
        self.loops = 0

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [new for node in body for new in self._statement(node)] or [ast.Pass()]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        match node:
            case ast.For(target=ast.Name(id=target), iter=ast.Call(func=ast.Name(id="range"))):
                if _has_jump(node.body):
                    return [node]
                try:
                    steps = eval(ast.unparse(node.iter), {}, dict(self._known))
                except NameError:
                    return [node]
                self.loops += 1
                written: list[ast.stmt] = []
                before = dict(self._known)
                for step in steps:
                    self._known[target] = step
                    written += [ast.parse(f"{target} = {step}").body[0], *self.block(node.body)]
                self._known = before
                return [*written, *self.block(node.orelse)] if node.orelse else written
            case ast.If() | ast.While():
                new = ast.If if isinstance(node, ast.If) else ast.While
                orelse = self.block(node.orelse) if node.orelse else []
                return [new(node.test, self.block(node.body), orelse)]
        return [node]


def _has_jump(body: list[ast.stmt]) -> bool:
    """Whether a loop with this body may be left, or an iteration ended, by a jump; a `return`
    means the same written out."""
    return any(
        isinstance(node, (ast.Break, ast.Continue))
        or (isinstance(node, ast.If) and _has_jump([*node.body, *node.orelse]))
        or (isinstance(node, (ast.For, ast.While)) and _has_jump(node.orelse))
        for node in body
    )
