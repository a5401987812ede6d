"""The native text is the golden text, reviewed by eye; `python -m tests.native --golden` writes it
anew."""

import pytest

pytest.importorskip("numba")

from tests.native.golden import FOLDER, NAMES, text


@pytest.mark.parametrize("name", NAMES)
def test_text(name: str) -> None:
    assert text(name) == (FOLDER / f"{name}.py").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_short(name: str) -> None:
    assert max(map(len, text(name).splitlines())) <= 88
