"""The user's own functions, classes and constants, as text for a file that stands alone."""

from __future__ import annotations

import ast
import builtins
import inspect
import io
import keyword
import math
import symtable
import sys
import textwrap
import tokenize
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adcompile.emit.imports import Imports
from adcompile.emit.module import assigned, is_literal
from adcompile.errors import AdcompileError, RefusedError, Span
from adcompile.source import Scope, Source, of_function
from adcompile.source.bindings import Imported
from adcompile.source.classes import Layout, layout_of
from adcompile.source.static import File, Global, StaticScope

_LARGEST_ARRAY = 1000


@dataclass(slots=True)
class Copy:
    """The text that gives a name its meaning.

    Attributes:
        text: an assignment, `def` or `class`; empty where an import is all.
        needs: what the text names, by name.
        imports: the imports that the text needs.
    """

    text: str = ""
    needs: dict[str, Any] = field(default_factory=dict)
    imports: Imports = field(default_factory=Imports)

    @property
    def is_block(self) -> bool:
        """Whether blank lines belong around the text."""
        return self.text.startswith(("def ", "class ", "@"))


def copy_of(name: str, target: Any) -> Copy:
    """The text that makes `name` mean `target`.

    Raises:
        RefusedError: the object cannot be written as text.
    """
    if isinstance(target, types.ModuleType):
        imports = Imports()
        imports.module(target.__name__, name)
        return Copy(imports=imports)
    if isinstance(target, Source):
        return _function(name, target)
    if isinstance(target, Global):
        text = f"{name} = {_flat(target.file.segment(target.value))}"
        return _resolved(name, text, StaticScope(target.file), target.file.span(target.value))
    if isinstance(target, type) and layout_of(target) is not None:
        return _static_class(name, target)
    if isinstance(target, types.FunctionType) and not _is_library(target):
        return _live_function(name, target)
    if isinstance(target, type) and not _is_library(target):
        return _live_class(name, target)
    if callable(target) and _is_library(target):
        return _member(name, target)
    text = _written(target)
    if text is None:
        raise RefusedError(
            f"`{name}` is a {type(target).__name__}, which cannot be written into a file",
            "pass it to the function as an argument",
        )
    imports = Imports()
    if "np." in text:
        imports.module("numpy", "np")
    return Copy(f"{name} = {text}", imports=imports)


def renamed(text: str, old: str, new: str) -> str:
    """The text with another name for something; attributes keep theirs."""
    if old == new:
        return text
    lines = text.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    for before, token in reversed(list(zip([None, *tokens], tokens, strict=False))):
        if token.type == tokenize.NAME and token.string == old:
            if before is None or before.string != ".":
                row, column = token.start
                line = lines[row - 1]
                lines[row - 1] = line[:column] + new + line[column + len(old) :]
    return "".join(lines)


# ----- functions -----


def _function(name: str, source: Source) -> Copy:
    node = source.node
    if isinstance(node, ast.Lambda):
        text = f"{name} = {_flat(ast.unparse(node))}"
    else:
        lines = source.lines[node.lineno - 1 : node.end_lineno]
        text = renamed(_dedented(lines, node), source.name, name)
        text = without_annotations(text)
    return _resolved(name, text, source.scope, source.span(node))


def _dedented(lines: tuple[str, ...], node: ast.FunctionDef) -> str:
    """The text of a `def` or class at the left margin."""
    text = textwrap.dedent("\n".join(lines)) + "\n"
    try:
        ast.parse(text)
    except SyntaxError:  # a string over several lines reaches further left
        bare = ast.parse(ast.unparse(node)).body[0]
        assert isinstance(bare, ast.FunctionDef)
        bare.decorator_list = []
        return ast.unparse(bare) + "\n"
    return text


def _live_function(name: str, target: types.FunctionType) -> Copy:
    try:
        return _function(name, of_function(target))
    except AdcompileError as error:
        raise RefusedError(f"`{name}` cannot be copied: {error.reason}", error.hint) from None


def without_annotations(text: str) -> str:
    """A function without the annotations of its parameters, result and variables, which may need
    packages that the function itself does not."""
    tree = ast.parse(text)
    bare = ast.dump(_Bare().visit(ast.parse(text)))
    if ast.dump(tree) == bare:
        return text
    rows = [line.encode() for line in text.splitlines(keepends=True)]
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    data = b"".join(rows)

    def place(line: int | None, column: int | None) -> int:
        assert line is not None and column is not None
        return starts[line - 1] + column

    for first, last in sorted(_annotation_spans(tree, data, place), reverse=True):
        data = data[:first] + data[last:]
    result = data.decode()
    try:
        if ast.dump(ast.parse(result)) == bare:
            return result
    except SyntaxError:
        pass
    return ast.unparse(_Bare().visit(tree)) + "\n"


def _annotation_spans(
    tree: ast.AST, data: bytes, place: Callable[[int | None, int | None], int]
) -> Iterator[tuple[int, int]]:
    """Where annotations stand, with the colon or arrow before them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            start = place(node.lineno, node.col_offset) + len(node.arg.encode())
            yield start, place(node.annotation.end_lineno, node.annotation.end_col_offset)
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            arrow = data.rfind(b"->", 0, place(node.returns.lineno, node.returns.col_offset))
            start = len(data[:arrow].rstrip())
            yield start, place(node.returns.end_lineno, node.returns.end_col_offset)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            start = place(node.target.end_lineno, node.target.end_col_offset)
            yield start, place(node.annotation.end_lineno, node.annotation.end_col_offset)


class _Bare(ast.NodeTransformer):
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
        return ast.copy_location(ast.Assign([node.target], node.value, lineno=1), node)


# ----- classes -----


def _static_class(name: str, target: type) -> Copy:
    layout = layout_of(target)
    assert layout is not None
    scope = StaticScope(layout.file)
    span = layout.file.span(layout.node)
    if isinstance(layout.node, ast.Call):
        return _resolved(name, f"{name} = {layout.file.segment(layout.node)}", scope, span)
    return _resolved(name, _class_text(name, layout.node, layout), scope, span)


def _class_text(name: str, node: ast.ClassDef, layout: Layout | None) -> str:
    """A class whose fields are annotated with what Python and NumPy know, else with `object`."""
    tree = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(tree, ast.ClassDef)
    tree.name = name
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign):
            if not _is_plain(statement.annotation, layout):
                statement.annotation = ast.Name("object", ast.Load())
        elif isinstance(statement, ast.FunctionDef):
            _Bare().visit(statement)
    return ast.unparse(ast.fix_missing_locations(tree)).replace("\n    def ", "\n\n    def ") + "\n"


def _is_plain(annotation: ast.expr, layout: Layout | None) -> bool:
    names = {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)}
    if layout is not None and annotation is not None:
        paths = {layout.file.path_of(ast.Name(name, ast.Load())) or "" for name in names}
        return all(path.startswith(("builtins.", "numpy")) for path in paths)
    return all(name in vars(builtins) for name in names)


def _live_class(name: str, target: type) -> Copy:
    try:
        lines, first = inspect.getsourcelines(target)
        node = ast.parse(textwrap.dedent("".join(lines))).body[0]
    except (OSError, TypeError, SyntaxError):
        node = None
    if not isinstance(node, ast.ClassDef):
        fields = getattr(target, "_fields", None)
        if fields is None or not issubclass(target, tuple):
            raise RefusedError(f"the source of the class `{name}` is not to be had")
        imports = Imports()
        imports.member("collections", "namedtuple", "namedtuple")
        return Copy(f'{name} = namedtuple("{name}", {" ".join(fields)!r})', imports=imports)
    module = sys.modules.get(target.__module__)
    scope = _ModuleScope(vars(module) if module is not None else {})
    return _resolved(name, _class_text(name, node, None), scope, None)


@dataclass(frozen=True, slots=True)
class _ModuleScope:
    """The names of a live module."""

    names: dict[str, Any]

    def lookup(self, name: str) -> Any:
        return self.names[name] if name in self.names else vars(builtins)[name]

    def guard(self, name: str) -> None:
        return None


# ----- what a text names -----


def _resolved(name: str, text: str, scope: Scope, span: Span | None) -> Copy:
    """A copy with what its text names found out."""
    copy = Copy(text)
    for used in free_names(text):
        if used == name or keyword.iskeyword(used):
            continue
        if used == "__name__":
            continue
        try:
            if not _import(copy.imports, used, scope):
                target = scope.lookup(used)
                if vars(builtins).get(used, copy) is not target:
                    copy.needs[used] = target
        except KeyError:
            raise RefusedError(f"`{name}` uses `{used}`, which is not defined", None, span) from None
        except RefusedError as error:
            raise error.at(span) from None
    return copy


def _import(imports: Imports, name: str, scope: Scope) -> bool:
    """Note the import of a name that a file imports from the standard library."""
    file: File | None = scope.file if isinstance(scope, StaticScope) else None
    if file is None or name not in file.bindings:
        return False
    binding = file.binding(name)
    if not isinstance(binding, Imported):
        return False
    root = binding.path.partition(".")[0]
    if root not in sys.stdlib_module_names and root != "numpy":
        return False
    if isinstance(binding.node, ast.Import):
        imports.module(binding.path, name)
    else:
        space, _, member = binding.path.rpartition(".")
        imports.member(space, member, name)
    return True


def free_names(text: str) -> list[str]:
    """The names that a text takes from outside, sorted."""
    top = symtable.symtable(text, "<copy>", "exec")
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


# ----- values -----


def _is_library(target: Any) -> bool:
    return _home(target) is not None


def _home(target: Any) -> str | None:
    """The module of Python's or NumPy's that something belongs to."""
    name = getattr(target, "__name__", "")
    for module in (builtins, math, np, np.linalg, np.fft, np.random):
        if getattr(module, name, None) is target:
            return module.__name__
    return None


def _member(name: str, target: Any) -> Copy:
    """A function of Python's or NumPy's under the user's name."""
    home = _home(target)
    imports = Imports()
    if home == "builtins":
        return Copy("" if name == target.__name__ else f"{name} = {target.__name__}")
    assert home is not None
    imports.member(home, target.__name__, name)
    return Copy(imports=imports)


def _written(value: Any) -> str | None:
    """A value as an expression; None where that is not possible."""
    if is_literal(value):
        return assigned("_", value).removeprefix("_ = ")
    if type(value) in (tuple, list):
        parts = [_written(item) for item in value]
        if None in parts:
            return None
        inner = ", ".join(part for part in parts if part is not None)
        if type(value) is list:
            return f"[{inner}]"
        return f"({inner},)" if len(parts) == 1 else f"({inner})"
    if type(value) is dict:
        pairs = [(_written(key), _written(item)) for key, item in value.items()]
        if any(None in pair for pair in pairs):
            return None
        return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
    if isinstance(value, np.generic) and value.dtype.kind in "biuf" and np.isfinite(value):
        return f"np.{value.dtype}({value.item()!r})"
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.size <= _LARGEST_ARRAY:
        text = _written(value.tolist())
        return f"np.array({text}, dtype=np.{value.dtype})" if value.size else None
    return None


def _flat(text: str) -> str:
    """An expression that may stand after `=`: in parentheses if it has several lines."""
    if "\n" not in text:
        return text
    try:
        ast.parse(f"_ = {text}")
    except SyntaxError:
        return f"({text})"
    return text
