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


def determinants(a):
    n, _, count = a.shape
    if n == 1:
        return a[0, 0]
    total = np.zeros(count)
    for j in range(n):
        rest = np.concatenate((a[1:, :j], a[1:, j + 1 :]), axis=1)
        total = total + (-1.0) ** j * a[0, j] * determinants(rest)
    return total


def of_one(a):
    return determinants(a[:, :, None])[0]


def of_all(a):
    return np.sum(determinants(a))


def test_a_recursive_function_is_compiled_for_one_length_and_layout() -> None:
    a = np.arange(9.0).reshape(3, 3) ** 2
    gradient = grad(of_one, backend="numba")
    lines = gradient.source_for(a).splitlines()
    functions = [line.partition("(")[0] for line in lines if line.startswith("def ")]
    assert functions == ["def determinants", "def determinants_backward", "def of_one_grad"]
    cofactors = np.linalg.det(a) * np.linalg.inv(a).T
    np.testing.assert_allclose(gradient(a), cofactors)
    # A view that no loop can walk along from element to element.
    np.testing.assert_allclose(gradient(a.T), cofactors.T)
    many = np.stack((a, a + 1.0, a.T), axis=2)
    each = [np.linalg.det(m) * np.linalg.inv(m).T for m in np.moveaxis(many, 2, 0)]
    np.testing.assert_allclose(grad(of_all, backend="numba")(many), np.stack(each, axis=2))
