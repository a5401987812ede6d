"""Changes to the text of functions that keep the rest of it as the user wrote it."""

from __future__ import annotations

import ast
import bisect
import io
import re
import symtable
import textwrap
import tokenize
from collections.abc import Callable, Iterator, Sequence

Edit = tuple[int, int, bytes]
Place = Callable[[ast.AST, str], int]


def dedented(lines: Sequence[str]) -> str:
    """The text of a `def` or `class` at the left margin."""
    text = textwrap.dedent("\n".join(lines)) + "\n"
    try:
        ast.parse(text)
    except SyntaxError:  # a string over several lines reaches further left
        block = ast.parse("\n".join(["if True:", *lines])).body[0]
        assert isinstance(block, ast.If)
        return ast.unparse(block.body[0]) + "\n"
    return text


def renamed(text: str, old: str, new: str) -> str:
    """The text with another name for something; attributes keep theirs."""
    if old == new:
        return text
    lines = text.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    for before, token in reversed(list(zip([None, *tokens], tokens, strict=False))):
        is_attribute = before is not None and before.string == "."
        if token.type == tokenize.NAME and token.string == old and not is_attribute:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + new + line[column + len(old) :]
    return "".join(lines)


def free_names(text: str) -> list[str]:
    """The names that a text takes from outside, sorted."""
    top = symtable.symtable(text, "<text>", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    found: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found.update(
            s.get_name()
            for s in table.get_symbols()
            if s.is_referenced() and (table is top or s.is_global())
        )
    return sorted(found - bound)


def without_annotations(text: str) -> str:
    """A function without the annotations of its parameters, result and variables, which may need
    packages that the function itself does not."""
    tree = ast.parse(text)
    bare = Bare().visit(ast.parse(text))
    if ast.dump(tree) == ast.dump(bare):
        return text
    data = text.encode()
    for first, last, new in sorted(_edits(tree, data, _places(data)), reverse=True):
        data = data[:first] + new + data[last:]
    result = data.decode()
    try:
        same = ast.dump(ast.parse(result)) == ast.dump(bare)
    except SyntaxError:
        same = False
    return result if same else ast.unparse(ast.fix_missing_locations(bare)) + "\n"


class Bare(ast.NodeTransformer):
    """Takes annotations away."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _places(data: bytes) -> Place:
    """Says where a node starts (`""`) or ends (`"end_"`) in the text."""
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(node: ast.AST, side: str) -> int:
        line: int = getattr(node, f"{side}lineno")
        column: int = getattr(node, f"{side}col_offset")
        return starts[line - 1] + column

    return place


def _edits(tree: ast.AST, data: bytes, place: Place) -> Iterator[Edit]:
    """What to cut out to be rid of annotations, with the colon or arrow before them."""
    defaults = [
        place(value, "")
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for value in (*node.defaults, *node.kw_defaults)
        if value is not None
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            end = place(node.annotation, "end_")
            equals = re.compile(rb"\s*=\s*").match(data, end)
            # Without an annotation, no spaces stand around the equals sign of a default.
            if equals and _contains(defaults, equals.end()):
                yield place(node, "") + len(node.arg.encode()), equals.end(), b"="
            else:
                yield place(node, "") + len(node.arg.encode()), end, b""
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            arrow = data.rfind(b"->", 0, place(node.returns, ""))
            yield len(data[:arrow].rstrip()), place(node.returns, "end_"), b""
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield place(node.target, "end_"), place(node.annotation, "end_"), b""


def _contains(places: list[int], place: int) -> bool:
    places.sort()
    at = bisect.bisect_left(places, place)
    return at < len(places) and places[at] == place
