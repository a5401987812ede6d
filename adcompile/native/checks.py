"""What the user's function checks while it runs."""

from __future__ import annotations

import ast

from adcompile import ir
from adcompile.kinds import dims
from adcompile.native import table


def raised(statement: ir.Keep) -> ir.Keep:
    """A `raise` or `assert` as native code has it: it raises `ValueError`, upon which the caller
    runs the NumPy text, and that raises the user's error.

    Raises:
        RefusedError: it is another statement, or asks about more than numbers.
    """
    node = statement.node
    error = ast.Raise(ast.Name("ValueError", ast.Load()), None)
    if isinstance(node, ast.Raise):
        return ir.Keep(error, {}, statement.span)
    numbers = all(dims(ir.kind_of(expr)) == () for expr in statement.reads.values())
    if isinstance(node, ast.Assert) and numbers:
        test = ast.If(ast.UnaryOp(ast.Not(), node.test), [error], [])
        return ir.Keep(test, statement.reads, statement.span)
    raise table.refused(table.EFFECTS)
