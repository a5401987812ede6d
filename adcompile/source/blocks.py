"""The statements of a syntax tree, which are few beside all of its nodes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_PARTS = ("body", "orelse", "handlers", "cases", "finalbody")


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block inside a node, from the outside inwards: bodies of functions, loops, branches."""
    stack = [node]
    while stack:
        top = stack.pop()
        for part in _PARTS:
            inner = getattr(top, part, None)
            if isinstance(inner, list):
                stack += inner
                if part not in ("handlers", "cases"):
                    yield inner


def statements_of(node: ast.AST) -> Iterator[ast.stmt]:
    """Every statement inside a node."""
    for block in blocks_of(node):
        yield from block
