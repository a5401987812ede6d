"""The values of constant expressions, worked out without executing a file."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

NAMED: dict[str | None, Any] = {
    **{f"{m.__name__}.{n}": getattr(m, n) for m in (math, np) for n in ("pi", "e", "inf", "nan")},
    "math.tau": math.tau,
    "numpy.newaxis": None,
    "numpy.euler_gamma": np.euler_gamma,
}

_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_LARGEST_POWER = 1024


def evaluate(node: ast.expr, named: Callable[[ast.expr], Any]) -> Any:
    """The value of an expression made of literals, displays and arithmetic.

    Args:
        node: the expression.
        named: gives the values of the names, attributes and calls in it, or raises ValueError.

    Raises:
        ValueError: it is something else.
    """
    match node:
        case ast.Constant(value=value) if not isinstance(value, bytes):
            return value
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_number(evaluate(operand, named)))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _arithmetic(op, evaluate(left, named), evaluate(right, named))
        case ast.Tuple(elts=elements):
            return tuple([evaluate(element, named) for element in elements])
        case ast.List(elts=elements):
            return [evaluate(element, named) for element in elements]
        case ast.Dict(keys=keys, values=values):
            known = [evaluate(key, named) for key in keys if key is not None]
            return dict(zip(known, [evaluate(value, named) for value in values], strict=True))
        case ast.Name() | ast.Attribute() | ast.Call():
            return named(node)
    raise ValueError("not a constant")


def _number(value: Any) -> Any:
    if isinstance(value, (int, float, complex)):
        return value
    raise ValueError("not a number")


def _arithmetic(op: ast.operator, left: Any, right: Any) -> Any:
    _number(left)
    if isinstance(op, ast.Pow) and abs(_number(right)) > _LARGEST_POWER:
        raise ValueError("a power that may be huge")
    try:
        return _BINARY[type(op)](left, _number(right))
    except (ArithmeticError, TypeError) as error:
        raise ValueError(str(error)) from None
