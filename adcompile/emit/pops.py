"""`v = L.pop()` in the place of `v = L[-1]` and `L.pop()`.

In the IR, reading the last element of a list and the list without it are two values.
"""

from __future__ import annotations

import ast

from adcompile.source.blocks import blocks_of


def write_pops(function: ast.FunctionDef) -> None:
    """Let each `pop` of a function give the value that the line before it reads, in place."""
    for block in blocks_of(function):
        block[:] = _written(block)


def _written(block: list[ast.stmt]) -> list[ast.stmt]:
    result: list[ast.stmt] = []
    for statement in block:
        popped = _popped(statement.value) if isinstance(statement, ast.Expr) else None
        reader = None if popped is None else _reader(result, popped)
        if popped is None or reader is None:
            result.append(statement)
        else:
            assert isinstance(statement, ast.Expr)
            reader.value = _Popping(popped, statement.value).visit(reader.value)
    return result


def _reader(before: list[ast.stmt], name: str) -> ast.Assign | ast.AugAssign | None:
    """The statement that reads the last element of a list before it is taken off; in between, names
    may be recorded in other lists."""
    for statement in reversed(before):
        if isinstance(statement, (ast.Assign, ast.AugAssign)):
            return statement if _reads_last(statement, name) else None
        if not _records(statement, name):
            return None
    return None


def _records(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(other), "append"), [ast.Name(value)], [])):
            return name not in (other, value)
    return False


def _popped(node: ast.expr) -> str | None:
    """The list that is popped from."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(name), "pop"), [], []):
            return name
    return None


_LAZY = (ast.IfExp, ast.BoolOp, ast.Compare, ast.Lambda, ast.ListComp, ast.GeneratorExp)


def _reads_last(statement: ast.Assign | ast.AugAssign, name: str) -> bool:
    """Whether a statement evaluates the last element of a list, once, and names it nowhere else."""
    nodes = list(ast.walk(statement))
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id == name]
    last = [node for node in ast.walk(statement.value) if _is_last(node, name)]
    return len(named) == len(last) == 1 and not any(isinstance(node, _LAZY) for node in nodes)


def _is_last(node: ast.AST, name: str) -> bool:
    """Whether an expression is the last element of a list."""
    match node:
        case ast.Subscript(
            ast.Name(found), ast.Constant(-1) | ast.UnaryOp(ast.USub(), ast.Constant(1))
        ):
            return found == name
    return False


class _Popping(ast.NodeTransformer):
    """Puts a `pop` in the place of the last element of a list."""

    def __init__(self, name: str, pop: ast.expr) -> None:
        self._name = name
        self._pop = pop

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """An element."""
        if _is_last(node, self._name):
            return self._pop
        self.generic_visit(node)
        return node
