"""Random programs of branches, loops, swaps and calls have the gradient of forward derivatives."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.language.programs import HEAD, forward_gradient, random_program

ARGUMENTS = [[0.7, 1.3, -0.4], [-0.6, 0.2, 0.9]]


@pytest.mark.parametrize("seed", [*range(200), 446, 639, 939, 2231, 2502, 2595, 2663, 3853])
def test_random_program(seed: int, tmp_path: Path) -> None:
    check(random_program(seed), tmp_path / f"random_{seed}.py", "in place")


@pytest.mark.parametrize("seed", range(100))
def test_random_program_with_objects(seed: int, tmp_path: Path) -> None:
    path = tmp_path / f"random_objects_{seed}.py"
    check(random_program(seed, objects=True), path, "in place|may be (the|the same) object")


def check(text: str, path: Path, refused: str) -> None:
    function = loaded(text, path)
    gradient = adcompile.value_and_grad(function, wrt=("a", "b", "c"), allow_unused=True)
    try:
        gradient(*ARGUMENTS[0], 1)
    except adcompile.RefusedError as error:
        # In place: of a number that may be an array of no axes.
        if not re.search(refused, error.reason):
            raise
        return
    for args in ARGUMENTS:
        for n in (0, 1, 2, 3):
            value, got = gradient(*args, n)
            np.testing.assert_allclose(value, function(*args, n), rtol=1e-13)
            expected = forward_gradient(function, args, n)
            scale = max(1.0, *map(abs, expected))
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11 * scale, err_msg=text)


def loaded(text: str, path: Path) -> Any:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def _straight(rebound: bool) -> str:
    """Three hundred statements, each with a name of its own or all with the same few."""
    names = ["a", "b", *(f"z{i % 3 if rebound else i}" for i in range(300))]
    lines = [
        f"    {names[i]} = np.sin({names[i - 1]} * c) + 0.5 * np.cos({names[i - 2]}) * b"
        for i in range(2, len(names))
    ]
    return "\n".join([HEAD, "", "def f(a, b, c, n):", *lines, f"    return {names[-1]}", ""])


def _deep(depth: int) -> str:
    expression = "a"
    for i in range(depth):
        expression = f"(np.sin({expression}) + b)" if i % 2 else f"({expression} * c - a)"
    return f"{HEAD}\n\ndef f(a, b, c, n):\n    return {expression}\n"


def _nested(depth: int) -> str:
    """Branches in branches, each with a loop."""
    lines = ["def f(a, b, c, n):", "    z = a"]
    for i in range(depth):
        indent = "    " * (i + 1)
        lines += [f"{indent}for i{i} in range(2):", f"{indent}    z = np.sin(z * b) + c"]
        lines += [f"{indent}if z > -{i + 2}:"]
    lines += ["    " * (depth + 1) + "z = z * a", "    return z"]
    return "\n".join([HEAD, "", *lines, ""])


LONG = {
    "names of their own": _straight(False),
    "the same names": _straight(True),
    "deep expression": _deep(60),
    "nested": _nested(8),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_program(text: str, tmp_path: Path) -> None:
    function = loaded(text, tmp_path / "long.py")
    gradient = adcompile.grad(function, wrt=("a", "b", "c"), allow_unused=True)
    for args in ARGUMENTS:
        expected = forward_gradient(function, args, 2)
        np.testing.assert_allclose(gradient(*args, 2), expected, rtol=1e-9, atol=1e-12)
    assert max(map(len, gradient.source_for(*ARGUMENTS[0], 2).splitlines())) <= 88
