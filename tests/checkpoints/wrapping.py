"""Programs with `checkpoint` around each of their loops, or around each function."""

from __future__ import annotations

import ast
import importlib.util
import sys
import types
from pathlib import Path


def wrapped(text: str, snapshots: int | None, nested: bool = False) -> str:
    """The text of a module with `checkpoint` around what each loop runs over or tests; with
    `nested` only around what loops in loops do."""
    tree = _Wrap(snapshots, nested).visit(ast.parse(text))
    return "from adcompile import checkpoint\n" + ast.unparse(ast.fix_missing_locations(tree))


class _Wrap(ast.NodeTransformer):
    def __init__(self, snapshots: int | None, nested: bool) -> None:
        self._snapshots = snapshots
        self._is_kept = nested

    def _inside(self, loop: ast.For | ast.While) -> None:
        outer, self._is_kept = self._is_kept, False
        self.generic_visit(loop)
        self._is_kept = outer

    def _call(self, head: ast.expr) -> ast.expr:
        if self._is_kept:
            return head
        keyword = ast.keyword("snapshots", ast.Constant(self._snapshots))
        return ast.Call(ast.Name("checkpoint", ast.Load()), [head], [keyword])

    def visit_For(self, node: ast.For) -> ast.For:
        self._inside(node)
        node.iter = self._call(node.iter)
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        self._inside(node)
        node.test = self._call(node.test)
        return node


def inside(text: str) -> str:
    """The text of a module with each function moved into one under `checkpoint` that it calls."""
    tree = ast.parse(text)
    tree.body = [part for node in tree.body for part in _moved(node)]
    return "from adcompile import checkpoint\n" + ast.unparse(ast.fix_missing_locations(tree))


def _moved(node: ast.stmt) -> list[ast.stmt]:
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or node.name[0] == "_":
        return [node]
    given, name = node.args, f"inner_{node.name}"
    positional = [_read(each) for each in [*given.posonlyargs, *given.args]]
    if given.vararg:
        positional.append(ast.Starred(_read(given.vararg), ast.Load()))
    keywords = [ast.keyword(each.arg, _read(each)) for each in given.kwonlyargs]
    if given.kwarg:
        keywords.append(ast.keyword(None, _read(given.kwarg)))
    call = ast.Call(ast.Name(name, ast.Load()), positional, keywords)
    outer = ast.FunctionDef(node.name, given, [ast.Return(call)], [], None)
    node.name, node.decorator_list = name, [ast.Name("checkpoint", ast.Load())]
    return [node, outer]


def _read(parameter: ast.arg) -> ast.expr:
    return ast.Name(parameter.arg, ast.Load())


def loaded(text: str, path: Path) -> types.ModuleType:
    """A module written to a file and imported."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module
