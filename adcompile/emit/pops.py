"""`v = L.pop()` in the place of `v = L[-1]` and `L.pop()`.

In the IR, reading the last element of a list and the list without it are two values.
"""

from __future__ import annotations

import ast


def write_pops(function: ast.FunctionDef) -> None:
    """Let each `pop` of a function give the value that the line before it reads, in place."""
    for node in ast.walk(function):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, _written(block))


def _written(block: list[ast.stmt]) -> list[ast.stmt]:
    result: list[ast.stmt] = []
    for statement in block:
        last = result[-1] if result else None
        if (
            isinstance(last, ast.Assign)
            and isinstance(statement, ast.Expr)
            and _popped(statement.value) is not None
            and _popped(statement.value) == _read_last(last.value)
        ):
            last.value = statement.value
        else:
            result.append(statement)
    return result


def _popped(node: ast.expr) -> str | None:
    """The list that is popped from."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(name), "pop"), [], []):
            return name
    return None


def _read_last(node: ast.expr) -> str | None:
    """The list whose last element is read."""
    match node:
        case ast.Subscript(
            ast.Name(name), ast.Constant(-1) | ast.UnaryOp(ast.USub(), ast.Constant(1))
        ):
            return name
    return None
