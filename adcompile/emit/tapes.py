"""`for v in reversed(L):` in the place of `for _ in reversed(range(n)):` and `v = L.pop()`.

A loop of which all that was recorded is one value for each iteration runs over those values.
"""

from __future__ import annotations

import ast
from collections import Counter

from adcompile.emit.printer import Comment
from adcompile.source.blocks import blocks_of, statements_of


def run_over_tapes(function: ast.FunctionDef) -> None:
    """Let such loops of a function run over what was recorded, in place."""
    names: Counter[str] = Counter()
    for block in blocks_of(function):
        for position, loop in enumerate(block):
            popping = _popping(loop) if isinstance(loop, ast.For) else None
            if popping is None:
                continue
            names = names or Counter(n.id for n in ast.walk(function) if isinstance(n, ast.Name))
            value, tape = popping
            assert isinstance(loop, ast.For)
            # It is made, appended to and popped from, each in one place.
            if names[tape] == 3 and _records(block[:position], loop, tape):
                loop.body = [s for s in loop.body if not _pops(s)] or [ast.Pass()]
                loop.target = ast.Name(value, ast.Store())
                loop.iter = ast.Call(
                    ast.Name("reversed", ast.Load()), [ast.Name(tape, ast.Load())], []
                )


def _popping(loop: ast.For) -> tuple[str, str] | None:
    """The value that an iteration begins with, and the list that it is popped from, where the loop
    counts back without using its count."""
    popped = [pair for statement in loop.body if (pair := _pops(statement))]
    first = next((s for s in loop.body if not isinstance(s, Comment)), None)
    if len(popped) != 1 or first is None or not _pops(first) or _counted(loop) is None:
        return None
    assert isinstance(loop.target, ast.Name)
    used = (n.id for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Name))
    return None if loop.target.id in used else popped[0]


def _counted(loop: ast.For) -> ast.expr | None:
    """The range that a loop counts back."""
    match loop:
        case ast.For(
            ast.Name(), ast.Call(ast.Name("reversed"), [ast.Call(ast.Name("range")) as counted], [])
        ):
            return counted
    return None


def _pops(statement: ast.stmt) -> tuple[str, str] | None:
    match statement:
        case ast.Assign([ast.Name(value)], ast.Call(ast.Attribute(ast.Name(tape), "pop"), [], [])):
            return value, tape
    return None


def _records(before: list[ast.stmt], loop: ast.For, tape: str) -> bool:
    """Whether the loop that is run backwards appends one value to an empty list in each of its
    iterations."""
    counted = _counted(loop)
    assert counted is not None
    made = any(_makes(statement, tape) for statement in before)
    return made and any(
        isinstance(other, ast.For)
        and ast.dump(other.iter) == ast.dump(counted)
        and any(_appends(statement, tape) for statement in other.body)
        and not any(isinstance(s, _LEAVING) for s in statements_of(other))
        for other in before
    )


_LEAVING = (ast.Break, ast.Continue, ast.Return)


def _makes(statement: ast.stmt, tape: str) -> bool:
    match statement:
        case ast.Assign([ast.Name(name)], ast.List([])):
            return name == tape
    return False


def _appends(statement: ast.stmt, tape: str) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [_], [])):
            return name == tape
    return False
