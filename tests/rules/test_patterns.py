"""The pattern of every rule holds each element of its Jacobian, and of the Hessian, that is not
zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adcompile import sets
from adcompile.api import derivative_of
from adcompile.directional import derivative_function
from adcompile.errors import RefusedError
from adcompile.jacobians import Numbers, is_float
from adcompile.options import Options
from tests.every import some
from tests.rules.contract import Programs, takes_complex
from tests.rules.rows import FAMILIES
from tests.rules.test_forward import CASES, arguments_of

# A matrix of derivatives is one of real numbers.
REAL = [case for case in CASES if not takes_complex(FAMILIES[case.values[0]][case.values[1]])]


def missed(
    verb: str, function: Callable[..., Any], arguments: dict[str, Any], names: tuple[str, ...]
) -> list[tuple[int, int]]:
    """The elements that are not zero and not in the pattern."""
    options = Options.of(verb, names, False, True)
    one = derivative_function(derivative_of(function, options))
    pattern = derivative_function(derivative_of(function, options._replace(pattern=True)))
    inside = Numbers([arguments[name] for name in names])
    numbered, first = [], 0
    for value in inside.values:
        found, first = sets.inputs(value, first, is_float)
        numbered.append(found)
    given = tuple(arguments.values())
    found = pattern(*given, *numbered)[0]
    wrong = []
    for column in range(inside.size):
        result = one(*given, *inside.unit(column))
        tangent = result if verb == "hvp" else (result[1],)
        outside = inside if verb == "hvp" else Numbers((result[0],))
        values = outside.joined(tangent)[0]
        rows = outside.sets(found if verb == "hvp" else (found,))
        assert len(rows) == len(values)
        wrong += [
            (i, column)
            for i, (value, row) in enumerate(zip(values, rows))
            if value and column not in row
        ]
    return wrong


@pytest.mark.parametrize(("family", "index"), some(REAL))
def test_jacobian(programs: Programs, family: str, index: int) -> None:
    program = programs.program(family, FAMILIES[family], index)
    if program.row.has_complex_result:
        return
    _, names = arguments_of(program.row)
    assert missed("jvp", program.bare, program.row.arguments(), names) == []


@pytest.mark.parametrize(("family", "index"), some(REAL))
def test_hessian(programs: Programs, family: str, index: int) -> None:
    program = programs.program(family, FAMILIES[family], index)
    arguments, names = arguments_of(program.row)
    try:
        assert missed("hvp", program.weighted, arguments, names) == []
    except RefusedError as refused:
        assert "has no derivative rule" in str(refused)  # noqa: PT017
