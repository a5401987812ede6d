"""The statements of a short text inside the function that users call.

Of a derivative of a few numbers, a call takes a third of the time. The statements stay those of the
text, on its lines: a debugger steps through the text as ever.
"""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Sequence
from typing import Any

from adcompile.loading import GENERATED
from adcompile.records import record

__all__ = ["Body", "body_of", "placed"]

_LONGEST = 8  # statements
_LINES = 40  # of a text that is worth to be looked at
_LONG = (ast.For, ast.While, ast.FunctionDef, ast.Lambda)


@record
class Body:
    """What a text does, for another function to do.

    Attributes:
        function: runs the text.
        text: the text.
        names: what it names from outside.
    """

    function: types.FunctionType
    text: str
    names: dict[str, Any]


def body_of(
    function: Any, text: str, parameters: Sequence[str], reserved: str, *, twice: bool
) -> Body | None:
    """The body of a text whose main function, the last one, is short.

    Args:
        function: runs the text.
        text: the text.
        parameters: the names of what it is called with, in order.
        reserved: how the names of the other function begin.
        twice: whether another text may run with the same arguments after this one has failed.

    Returns:
        None where it has to be called.
    """
    if not isinstance(function, types.FunctionType):
        return None
    code, outside = function.__code__, function.__globals__
    if not function.__module__.startswith(GENERATED):
        return None
    if code.co_varnames[: code.co_argcount] != tuple(parameters):
        return None
    if any(name.startswith(reserved) for name in (*code.co_names, *code.co_varnames)):
        return None
    statements = _statements(text)
    if not statements or (twice and _assigned(statements) & set(parameters)):
        return None
    return Body(function, text, {name: outside[name] for name in code.co_names if name in outside})


@functools.lru_cache(maxsize=512)
def _statements(text: str) -> tuple[ast.stmt, ...]:
    """The statements of the last function of a text, none where there are many."""
    if text.count("\n") > _LINES:
        return ()
    function = ast.parse(text).body[-1]
    assert isinstance(function, ast.FunctionDef)
    body = function.body[1:] if ast.get_docstring(function) else function.body
    nodes = [node for statement in body for node in ast.walk(statement)]
    count = sum(isinstance(node, ast.stmt) for node in nodes)
    short = count <= _LONGEST and not any(isinstance(node, _LONG) for node in nodes)
    return tuple(body) if short and isinstance(body[-1], ast.Return) else ()


def _assigned(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that statements give values to."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


@functools.lru_cache(maxsize=512)
def placed(outer: str, call: str, code: types.CodeType, text: str) -> types.CodeType:
    """The code of a function that does what a text does where it would call it.

    Args:
        outer: the function, as text.
        call: the name by which it calls the text.
        code: that of the function of the text.
        text: the text.
    """
    tree = ast.parse(outer)
    for node in list(ast.walk(tree)):
        if hasattr(node, "lineno"):
            ast.copy_location(node, _at(code.co_firstlineno))
        if isinstance(node, (ast.If, ast.Try)) and _calls(node.body[0], call):
            node.body = list(_statements(text))
        if isinstance(node, ast.FunctionDef):
            node.name = code.co_name
    return compile(tree, code.co_filename, "exec", dont_inherit=True)


def _at(line: int) -> ast.AST:
    return ast.Pass(lineno=line, end_lineno=line, col_offset=0, end_col_offset=0)


def _calls(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Return(ast.Call(ast.Name(called))):
            return called == name
    return False
