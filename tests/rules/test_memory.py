"""What the compiler takes for new memory is new, and what it takes for a view is one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from adcompile.builder import Builder, may_box
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import dims
from adcompile.lower.views import is_fresh, is_view
from tests.rules.contract import Row, is_array
from tests.rules.rows import FAMILIES
from tests.rules.test_kinds import BLURS, infer
from tests.rules.test_pullbacks import operation_of

CASES = [
    pytest.param(row, id=f"{family}: {row.label}")
    for family, rows in FAMILIES.items()
    for row in rows
    if row.refusal is None
]
LAYOUTS = {
    "plain": lambda array: array,
    "reversed": lambda array: np.array(array[::-1])[::-1],
    "transposed": lambda array: np.array(array.T, order="C").T,
}


class Evaluation:
    """The values of a row's operations, each computed once."""

    def __init__(self, build: Builder, arguments: dict[str, Any]) -> None:
        self._build = build
        self._arguments = arguments
        self._known: dict[Var, Any] = {}

    def value(self, expr: Expr) -> Any:
        match expr:
            case Const(value):
                return value
            case Ref():
                return expr.target
            case Var() if expr not in self._build.definitions:
                return self._arguments[str(expr.hint)]
            case Var():
                if expr not in self._known:
                    self._known[expr] = self.value(self._build.definitions[expr])
                return self._known[expr]
        args = [self.value(arg) for arg in expr.args]
        kwargs = {name: self.value(arg) for name, arg in expr.kwargs}
        return operation_of(expr.op, args, kwargs)


def arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from arrays(part)


def share(result: Any, operands: list[Any]) -> bool:
    """Whether a result has memory of its operands."""
    return any(np.shares_memory(one, other) for one in arrays(result) for other in arrays(operands))


@pytest.mark.parametrize("row", CASES)
def test_fresh_results_share_no_memory(row: Row) -> None:
    arguments = row.arguments()
    for layout in LAYOUTS.values():
        given = {n: layout(v) if np.ndim(v) and is_array(v) else v for n, v in arguments.items()}
        inferred = infer(row, given, BLURS["exact"])
        if inferred is None:
            continue
        build, _ = inferred
        evaluation = Evaluation(build, given)
        for var, expr in build.definitions.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = evaluation.value(var)
                operands = [evaluation.value(operand) for operand in _values(expr)]
            shares = share(result, operands)
            assert not (shares and is_fresh(expr)), (expr.op, "is taken for new memory")
            is_number = dims(build.kind(var)) == ()
            if isinstance(result, np.ndarray) and result.ndim == 0 and shares and is_number:
                assert may_box(expr), (expr.op, "is taken for a number")
            if is_view(expr) and np.size(result) and list(arrays(operands)):
                assert shares, (expr.op, "is taken for a view")


def _values(expr: Apply) -> Iterator[Expr]:
    for operand in expr.operands():
        if isinstance(operand, Apply):
            yield from _values(operand)
        elif isinstance(operand, Var):
            yield operand
