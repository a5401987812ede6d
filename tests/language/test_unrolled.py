"""A loop has the gradient of the same loop written out, for any number of trips."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

import adcompile
from tests.language.inputs import SAMPLES, Sample, module_of
from tests.language.test_samples import require_equal, split
from tests.language.unrolling import unrolled

TRIPS = (0, 1, 2, 5)
# Written out, this one reads a name before any statement that assigns it.
NOT_WRITTEN_OUT = {"loops.defined_late"}


def _with_loops() -> list[Sample]:
    return [
        sample
        for sample in SAMPLES
        if sample.group in ("loops", "whiles", "exits", "calls", "containers")
        and sample.label not in NOT_WRITTEN_OUT
        and unrolled(sample.function, sample.arguments(), "f")
    ]


@pytest.mark.parametrize("sample", _with_loops(), ids=lambda sample: sample.label)
def test_gradient_of_unrolled(sample: Sample, tmp_path: Path) -> None:
    grad = adcompile.grad(sample.function, wrt=sample.wrt, allow_unused=True)
    for trips in TRIPS if "n" in sample.parameters else (3,):
        arguments = sample.arguments(n=trips)
        args, kwargs = split(sample, arguments)
        name = f"{sample.function.__name__}_{trips}"
        text = unrolled(sample.function, arguments, name)
        assert text is not None
        function = _loaded(text, name, sample, tmp_path)
        written_out = adcompile.grad(function, wrt=sample.wrt, allow_unused=True)
        try:
            sample.function(*args, **kwargs)
        except UnboundLocalError:
            continue
        require_equal(grad(*args, **kwargs), written_out(*args, **kwargs), 1e-13, f"{trips} trips")


def _loaded(text: str, name: str, sample: Sample, folder: Path) -> object:
    """A function from a file of its own, in the namespace of the sample's module."""
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(f"unrolled_{sample.group}_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(
        {key: value for key, value in vars(module_of(sample.group)).items() if key[:2] != "__"}
    )
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return getattr(module, name)
