"""Random programs of branches, loops, swaps and calls have the gradient of forward derivatives."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.language.programs import forward_gradient, random_program

ARGUMENTS = [[0.7, 1.3, -0.4], [-0.6, 0.2, 0.9]]


@pytest.mark.parametrize("seed", range(150))
def test_random_program(seed: int, tmp_path: Path) -> None:
    text = random_program(seed)
    function = loaded(text, tmp_path / f"random_{seed}.py")
    gradient = adcompile.value_and_grad(function, wrt=("a", "b", "c"), allow_unused=True)
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
