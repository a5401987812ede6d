"""What computing a part of a program again would do besides."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from adcompile.builder import has_effect
from adcompile.ir import Apply, Block, Expr, Keep, Ref, expressions, walk

if TYPE_CHECKING:
    from adcompile.lower.session import Specialised


def is_effect(expr: Expr, itself: Specialised | None = None) -> bool:
    """Whether computing an expression again would be noticed.

    Args:
        expr: the expression.
        itself: the function that it stands in, where that is still being lowered.
    """
    if has_effect(expr):
        return True
    if not isinstance(expr, Apply) or expr.op != "call" or not isinstance(expr.args[0], Ref):
        return False
    spec: Specialised = expr.args[0].target
    return spec is not itself and (spec.effects or spec.body is None)


def has_effects(block: Block, itself: Specialised) -> bool:
    """Whether calling a function again would be noticed."""
    return any(
        not isinstance(statement.node, (ast.Assert, ast.Raise))
        if isinstance(statement, Keep)
        else any(is_effect(expr, itself) for expr in expressions(statement))
        for statement in walk(block)
    )
