"""Every row of the contract, see `contract`."""

from __future__ import annotations

import pytest

import adcompile
from adcompile.errors import RefusedError
from tests.rules.contract import Programs, is_float
from tests.rules.rows import FAMILIES


def _cases(refused: bool) -> list[object]:
    return [
        pytest.param(family, index, id=f"{family}: {row.label}")
        for family, rows in FAMILIES.items()
        for index, row in enumerate(rows)
        if (row.refusal is not None) == refused
    ]


@pytest.mark.parametrize(("family", "index"), _cases(refused=False))
def test_gradient(programs: Programs, family: str, index: int) -> None:
    programs.program(family, FAMILIES[family], index).check()


@pytest.mark.parametrize(("family", "index"), _cases(refused=True))
def test_refusal(programs: Programs, family: str, index: int) -> None:
    program = programs.program(family, FAMILIES[family], index)
    row = program.row
    arguments = row.arguments()
    assert row.refusal is not None
    names = tuple(name for name, value in arguments.items() if is_float(value))
    with pytest.raises(RefusedError) as caught:
        adcompile.grad(program.plain, wrt=names)(**arguments)
    assert row.refusal in str(caught.value)
    assert caught.value.span is not None
