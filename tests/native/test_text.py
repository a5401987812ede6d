"""The native text is the golden text, reviewed by eye; `python -m tests.native --golden` writes it
anew."""

from pathlib import Path

import numpy as np
import pytest

from adcompile import grad

pytest.importorskip("numba")

from tests.native.golden import FOLDER, NAMES, text

README = Path(__file__).parents[2] / "README.md"


def misfit(a, b, x, y):
    r = a * np.exp(-b * x) - y
    return np.sum(r * r)


@pytest.mark.parametrize("name", NAMES)
def test_text(name: str) -> None:
    assert text(name) == (FOLDER / f"{name}.py").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_short(name: str) -> None:
    assert max(map(len, text(name).splitlines())) <= 88


def test_readme_shows_what_comes_out() -> None:
    readme = README.read_text(encoding="utf-8")
    text = grad(misfit, wrt=("a", "b"), backend="numba").source_for(1.0, 2.0, *np.ones((2, 5)))
    assert f"<!-- readme: text of misfit -->\n```python\n{text}```" in readme
