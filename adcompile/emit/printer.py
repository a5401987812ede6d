"""The only place that knows astor, which turns syntax trees into text.

astor is old: what it cannot print, `ast.unparse` prints; and it has no comments.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from astor.code_gen import SourceGenerator, to_source


class Comment(ast.stmt):
    """A line of comment between statements; `blank` lines stand before it."""

    _fields = ("text",)

    def __init__(self, text: str, blank: int = 0) -> None:
        super().__init__()
        self.text = text
        self.blank = blank


class _Generator(SourceGenerator):  # type: ignore[misc]
    """astor's generator with comments, and with what it does not know."""

    def visit_Comment(self, node: Comment) -> None:
        self.newline(extra=node.blank)
        self.write(f"# {node.text}")

    def visit_Constant(self, node: ast.Constant) -> None:
        if node.value is Ellipsis:
            self.write("...")
        elif isinstance(node.value, Doc):
            self.write(f'"""{node.value}"""')
        elif isinstance(node.value, str):
            self.write(_quoted(node.value))
        elif isinstance(node.value, complex):
            self.write(repr(node.value))  # `1j` and not `1.0j`
        else:
            super().visit_Constant(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.write(ast.unparse(node))

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if getattr(node, "bare", False) and len(node.elts) == 1:
            self.write("(", node.elts[0], ",)")
        elif getattr(node, "bare", False):
            self.comma_list(node.elts)
        else:
            super().visit_Tuple(node)

    def _unparsed(self, node: ast.stmt) -> None:
        for line in ast.unparse(node).splitlines():
            self.newline()
            self.write(line)

    visit_Match = visit_TryStar = visit_Try = _unparsed


def _quoted(text: str) -> str:
    """A string literal in double quotes, as formatters write it."""
    literal = repr(text)
    if literal[0] == "'" and '"' not in text:
        return '"' + literal[1:-1].replace("\\'", "'") + '"'
    return literal


class Doc(str):
    """A docstring."""


def bare(node: ast.Tuple) -> None:
    """Let a tuple be written without parentheses."""
    node.bare = True  # type: ignore[attr-defined]


def _string(text: str, *_: Any) -> str:
    """A string constant for astor."""
    return _quoted(text)


def text_of(nodes: Sequence[ast.stmt]) -> str:
    """The text of statements."""
    module = ast.Module(list(nodes), [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        text: str = to_source(
            module, pretty_string=_string, pretty_source="".join, source_generator_class=_Generator
        )
    return "\n".join(map(_wrapped, text.lstrip("\n").split("\n")))


_WIDTH = 88
_ASSIGNMENT = re.compile(r"( *)([\w., ]+ [-+]?= |return )(.+)")


def _wrapped(line: str) -> str:
    """A long assignment with its value on a line of its own."""
    match = _ASSIGNMENT.fullmatch(line)
    if len(line) <= _WIDTH or match is None:
        return line
    indent, start, value = match.groups()
    return f"{indent}{start}(\n{indent}    {value}\n{indent})"


def line_of(node: ast.stmt | ast.expr) -> str:
    """The text of one statement or expression."""
    statement = ast.Expr(node) if isinstance(node, ast.expr) else node
    return text_of([statement]).strip()
