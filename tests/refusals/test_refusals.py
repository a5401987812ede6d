"""Every row of the table: the exception, its message, and the place it points at."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

import adcompile
from adcompile.errors import RefusedError
from tests.language.inputs import Sample
from tests.refusals import nested, table, table_functions
from tests.refusals.checkpoints import CHECKPOINTS
from tests.refusals.generators import GENERATORS
from tests.refusals.table import Row

GROUPS = {
    **table.GROUPS,
    **table_functions.GROUPS,
    "checkpoints": CHECKPOINTS,
    "generators": GENERATORS,
    **nested.GROUPS,
}

_HEAD = "import math\n\nimport numpy as np\n"


def _rows() -> list[Any]:
    return [
        pytest.param(row, id=f"{group}: {row.label}")
        for group, rows in GROUPS.items()
        for row in rows
    ]


@pytest.mark.parametrize("row", _rows())
def test_refusal(row: Row, tmp_path: Path) -> None:
    text, place = _without_carets(_HEAD + row.program)
    path = tmp_path / "refused.py"
    path.write_text(text)
    function = _loaded(path)
    sample = Sample("refusals", function)
    with pytest.raises(RefusedError) as caught:
        adcompile.grad(function, wrt=sample.wrt)(**sample.arguments())
    error = caught.value
    assert (error.reason, error.hint) == (row.reason, row.hint)
    if place is None:
        return
    line, column, width = place
    assert error.span is not None
    assert _drawn(error) == (text.splitlines()[line - 1], column, width)
    assert (error.span.filename, error.span.line) == (str(path), line)
    assert f'--> File "{path}", line {line}\n' in str(error)
    assert str(error).startswith(f"{row.reason}\n")
    assert str(error).endswith(f"\n  = instead: {row.hint}" if row.hint else "^")


def test_rows_are_written_in_full() -> None:
    """A row without carets is one whose error has no place of its own."""
    for rows in GROUPS.values():
        for row in rows:
            assert _without_carets(row.program)[1] or row.label in {
                "returns nothing",
                "type changes in recursion",
            }


def _without_carets(program: str) -> tuple[str, tuple[int, int, int] | None]:
    """The program alone; and line, column and width of the construct above the carets."""
    lines, place = [], None
    for line in program.splitlines():
        if line.strip() and not line.strip(" ^"):
            place = len(lines), line.index("^"), line.count("^")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n", place


def _drawn(error: RefusedError) -> tuple[str, int, int]:
    """The line of code in the message, and the column and width of the carets under it."""
    assert error.span is not None
    lines = str(error).splitlines()
    carets = next(line for line in lines if line.strip(" |^") == "" and "^" in line)
    code = lines[lines.index(carets) - 1]
    indent = len(error.span.text) - len(error.span.text.lstrip())
    shown = code.split(" | ", 1)[1]
    assert error.span.text.strip() == shown
    return error.span.text, carets.index("^") - code.index(" | ") - 3 + indent, carets.count("^")


def _loaded(path: Path) -> Any:
    """The last function of a file."""
    spec = importlib.util.spec_from_file_location(f"refused_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return [f for f in vars(module).values() if inspect.isfunction(f) and f.__name__ == "f"][-1]
