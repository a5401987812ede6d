"""The text does not depend on where things are in memory, nor on how strings are hashed."""

from __future__ import annotations

import os
import subprocess
import sys

import adcompile
from tests.language.inputs import SAMPLES
from tests.language.test_samples import split


def texts() -> str:
    """The gradients of some samples, those with objects among them."""
    wanted = [s for s in SAMPLES if s.label.startswith("states.")] + SAMPLES[::25]
    found = []
    for sample in wanted:
        args, kwargs = split(sample, sample.arguments())
        gradient = adcompile.grad(sample.function, wrt=sample.wrt, allow_unused=True)
        found.append(gradient.source_for(*args, **kwargs))
    return "\n".join(found)


def test_texts_of_two_processes_are_equal() -> None:
    first, second = (
        subprocess.run(
            [sys.executable, "-c", f"from {__name__} import texts; print(texts())"],
            env={**os.environ, "PYTHONHASHSEED": seed, "ADCOMPILE_CACHE": "off"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert first.count("def ") > 50
