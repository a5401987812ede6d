"""The emitted text is the golden text, and its gradients are right."""

import ast

import numpy as np
import pytest

from adcompile import grad
from adcompile.testing import check_grads
from tests.golden.__main__ import FOLDER, NAMES, text
from tests.golden.functions import ROWS


@pytest.mark.parametrize("name", NAMES)
def test_text(name: str) -> None:
    assert text(name) == (FOLDER / f"{name}.py").read_text()


@pytest.mark.parametrize("name", ROWS)
def test_gradient(name: str) -> None:
    function, arguments, wrt = ROWS[name]
    check_grads(function, arguments, wrt=wrt)


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_short(name: str) -> None:
    assert max(map(len, text(name).splitlines())) <= 88


def stacked(x, n):
    return np.sum(np.stack([x * j for j in range(n)]) ** 2)


def test_adjoint_of_a_list_without_a_name_is_named_as_the_list_is() -> None:
    source = grad(stacked).source_for(np.ones(2), 3)
    assert "d_values" in source
    assert "d_None" not in source


def recorded(name: str) -> list[str]:
    """The values that the text of a gradient records in loops."""
    return sorted(
        ast.unparse(node.args[0])
        for node in ast.walk(ast.parse(text(name)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("rollout", ["x"]),
        ("nothing_recorded", []),
        ("powers", ["x"]),
        ("recurrent", ["h"]),
        ("newton", ["x"]),
        ("nested", []),
        ("zipped", []),
        ("branch_in_loop", ["s"]),
        ("fibonacci", ["u"]),
        ("running_product", ["a_i"]),
        ("cumulative_sum", []),
        ("histogram", []),
        ("overwritten_argument", []),
        ("smoothed", ["t.copy()"]),
    ],
)
def test_only_what_is_needed_is_recorded(name: str, values: list[str]) -> None:
    assert recorded(name) == values


def test_recording_a_loop_takes_one_reference_per_step() -> None:
    """Rebinding records references: the number of saved values is the number of steps."""
    function, (x, _), _ = ROWS["rollout"]
    source = grad(function).source_for(x, 5)
    counted = source.replace("d_x = 1.0", "assert len(x_saved) == n\n    d_x = 1.0")
    namespace: dict[str, object] = {}
    exec(counted, namespace)
    assert namespace["rollout_grad"](x, 7) == grad(function)(x, 7)  # type: ignore[operator]
