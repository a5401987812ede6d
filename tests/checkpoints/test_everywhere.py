"""With `checkpoint` around each loop of the tables and of random programs, and around each function
of the tables: the gradient is the same, and so are the derivatives along a direction."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import RefusedError
from tests.checkpoints.wrapping import inside, loaded, wrapped
from tests.every import some
from tests.language.inputs import GROUPS as ALL_GROUPS
from tests.language.inputs import Sample, functions_of, module_of
from tests.language.programs import random_program
from tests.language.test_forward import direction
from tests.language.test_samples import require_equal, split

GROUPS = (
    "loops",
    "whiles",
    "exits",
    "writes",
    "aliases",
    "containers",
    "functions",
    "effects",
    "lists",
    "growing",
)
REFUSED = (
    "each iteration of this loop needs code of its own",
    "is computed again in the backward sweep",
    "stands around what a `for` runs over",
    "its body must stand in the place of this call",
    "which value of this dict is read",
    "a key of this dict is not known",
)


def value_and_gradient(function: Any, wrt: tuple[str, ...]) -> Any:
    return adcompile.value_and_grad(function, wrt=wrt, allow_unused=True)


Derivative = Callable[[Any, Sample, dict[str, Any]], Any]


def value_and_gradient_of(function: Any, sample: Sample, arguments: dict[str, Any]) -> Any:
    args, kwargs = split(sample, arguments)
    return value_and_gradient(function, sample.wrt)(*args, **kwargs)


def forward_of(function: Any, sample: Sample, arguments: dict[str, Any]) -> Any:
    args, kwargs = split(sample, arguments)
    along = directions(sample, arguments)
    options: dict[str, Any] = {"wrt": sample.wrt, "kwargs": kwargs, "allow_unused": True}
    return adcompile.jvp(function, args, along, **options)


def second_of(function: Any, sample: Sample, arguments: dict[str, Any]) -> Any:
    args, kwargs = split(sample, arguments)
    product = adcompile.hvp(function, wrt=sample.wrt, allow_unused=True)
    return product(*args, directions(sample, arguments), **kwargs)


def directions(sample: Sample, arguments: dict[str, Any]) -> tuple[Any, ...]:
    rng = np.random.default_rng(3)
    return tuple(direction(arguments[name], rng) for name in sample.wrt)


@pytest.mark.parametrize(
    ("derivative", "snapshots", "nested"),
    [
        (value_and_gradient_of, None, False),
        (value_and_gradient_of, 1, False),
        (value_and_gradient_of, 3, False),
        (value_and_gradient_of, 2, True),
        (forward_of, 2, False),
        (second_of, 2, False),
    ],
)
@pytest.mark.parametrize("group", GROUPS)
def test_sample(
    group: str, derivative: Derivative, snapshots: int | None, nested: bool, tmp_path: Path
) -> None:
    module = module_of(group)
    assert module.__file__ is not None
    text = wrapped(Path(module.__file__).read_text(), snapshots, nested)
    twin = loaded(text, tmp_path / f"wrapped_{group}_{snapshots}.py")
    samples = [Sample(group, f) for f in functions_of(module).values() if has_loop(f)]
    compared = 0
    for sample in some([sample for sample in samples if sample.wrt]):
        compared += compare(sample, getattr(twin, sample.function.__name__), derivative)
    assert compared > 0


@pytest.mark.parametrize("group", ALL_GROUPS)
def test_sample_in_a_function(group: str, tmp_path: Path) -> None:
    module = module_of(group)
    assert module.__file__ is not None
    twin = loaded(inside(Path(module.__file__).read_text()), tmp_path / f"inside_{group}.py")
    samples = [Sample(group, function) for function in functions_of(module).values()]
    compared = 0
    for sample in some([sample for sample in samples if sample.wrt]):
        compared += compare(sample, getattr(twin, sample.function.__name__), value_and_gradient_of)
    assert compared > 0


def has_loop(function: Callable[..., Any]) -> bool:
    source = inspect.getsource(function)
    return "for " in source or "while " in source


def compare(sample: Sample, other: Any, derivative: Derivative) -> int:
    """How many derivatives agree."""
    compared = 0
    for arguments in sample.variants():
        try:
            expected = derivative(sample.function, sample, arguments)
        except (UnboundLocalError, RefusedError):
            continue
        try:
            got = derivative(other, sample, arguments)
        except RefusedError as error:
            if not any(reason in error.reason for reason in REFUSED):
                raise
            break
        require_equal(got, expected, 1e-12, sample.label)
        require_equal(derivative(other, sample, arguments), got, 0.0, "called again")
        compared += 1
    return compared


@pytest.mark.parametrize("seed", some(range(80)))
def test_random_program(seed: int, tmp_path: Path) -> None:
    text = random_program(seed)
    plain = loaded(text, tmp_path / f"plain_{seed}.py").f
    other = loaded(wrapped(text, (None, 1, 2)[seed % 3]), tmp_path / f"wrapped_{seed}.py").f
    wrt = ("a", "b", "c")
    try:
        for n in (0, 1, 3, 5):
            got = value_and_gradient(other, wrt)(0.7, 1.3, -0.4, n)
            expected = value_and_gradient(plain, wrt)(0.7, 1.3, -0.4, n)
            np.testing.assert_allclose(np.hstack(got), np.hstack(expected), rtol=1e-11, atol=1e-11)
    except RefusedError as error:
        if not any(reason in error.reason for reason in (*REFUSED, "in place")):
            raise
