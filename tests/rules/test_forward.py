"""Forward mode keeps the contract of reverse mode: `<g, J v> = <J.T g, v>` for every row, and the
derivative of every gradient is symmetric."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.directional import hvp, jvp
from adcompile.errors import RefusedError
from adcompile.rules import registry
from adcompile.testing import central_difference
from tests.rules.contract import Programs, Row, is_float, make_weights, to_single
from tests.rules.rows import FAMILIES

CASES = [
    pytest.param(family, index, id=f"{family}: {row.label}")
    for family, rows in FAMILIES.items()
    for index, row in enumerate(rows)
    if row.refusal is None
]


def arguments_of(row: Row) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments of a row with weights, and the names of those that are floats."""
    arguments = row.arguments()
    names = tuple(name for name, v in arguments.items() if is_float(v))
    return {**arguments, "weights": make_weights(row.evaluate(arguments))}, names


def direction(value: Any, rng: np.random.Generator) -> Any:
    drawn = rng.normal(size=np.shape(value))[()]
    if np.iscomplexobj(value):
        drawn = drawn + 1j * rng.normal(size=np.shape(value))[()]
    return drawn.astype(value.dtype) if hasattr(value, "dtype") else type(value)(drawn)


def product(gradients: Any, directions: Any) -> float:
    return sum(float(np.sum(np.real(g * v))) for g, v in zip(gradients, directions, strict=True))


@pytest.mark.parametrize(("family", "index"), CASES)
def test_dot_product(programs: Programs, family: str, index: int) -> None:
    """Of the weighted result: the weights are g."""
    program = programs.program(family, FAMILIES[family], index)
    arguments, names = arguments_of(program.row)
    rng = np.random.default_rng(3)
    tangents = tuple(direction(arguments[name], rng) for name in names)
    for function, given in (
        (program.weighted, arguments),
        (program.plain, program.row.arguments()),
    ):
        value, tangent = jvp(function, tuple(given.values()), tangents, wrt=names)
        gradient = adcompile.grad(function, wrt=names)(**given)
        expected = product(gradient, tangents)
        scale = sum(float(np.sum(np.abs(g * v))) for g, v in zip(gradient, tangents, strict=True))
        program.row.assert_value(function, given, value)
        np.testing.assert_allclose(tangent, expected, rtol=1e-10, atol=1e-10 * scale + 1e-14)
    if program.row.single:
        check_single(program.weighted, arguments, names, tangents)


def check_single(
    function: Callable[..., Any],
    arguments: dict[str, Any],
    names: tuple[str, ...],
    tangents: tuple[Any, ...],
) -> None:
    """In float32 the tangent is in the dtype of the value, and close."""
    single = {name: to_single(v) for name, v in arguments.items()}
    directions = tuple(
        np.asarray(v, np.asarray(single[n]).dtype)[()] for n, v in zip(names, tangents, strict=True)
    )
    value, tangent = jvp(function, tuple(single.values()), directions, wrt=names)
    gradient = adcompile.grad(function, wrt=names)(**single)
    scale = sum(float(np.sum(np.abs(g * v))) for g, v in zip(gradient, tangents, strict=True))
    assert np.asarray(tangent).dtype == np.asarray(value).dtype
    np.testing.assert_allclose(
        tangent, product(gradient, tangents), rtol=2e-3, atol=2e-4 * max(scale, 1.0)
    )


@pytest.mark.parametrize(("family", "index"), CASES)
def test_second_order(programs: Programs, family: str, index: int) -> None:
    """The derivative of the gradient along a direction is that of differences."""
    program = programs.program(family, FAMILIES[family], index)
    arguments, names = arguments_of(program.row)
    rng = np.random.default_rng(4)
    u, v = (tuple(direction(arguments[name], rng) for name in names) for _ in range(2))
    try:
        curved = hvp(program.weighted, wrt=names)(*arguments.values(), u)
    except RefusedError as refused:
        assert any(f"`{name}`" in str(refused) for name in WITHOUT_SECOND)  # noqa: PT017
        return
    grad = adcompile.grad(program.weighted, wrt=names)

    def along(t: float) -> float:
        moved = {n: arguments[n] + t * by for n, by in zip(names, u, strict=True)}
        return product(grad(**{**arguments, **moved}), v)

    expected, error = central_difference(along, 0.0)
    assert abs(product(curved, v) - expected) <= 10 * error + 1e-6 * (1 + abs(expected))


# To be emptied: helpers of the backward sweep that cannot be differentiated once more.
WITHOUT_SECOND = {
    "runtime.matmul_adjoint",
    "runtime.dot_adjoint",
    "runtime.einsum_adjoint",
}


def test_every_rule_has_a_pushforward() -> None:
    """What has a derivative in reverse mode has one in forward mode; `index` has none as a text."""
    missing = {
        name
        for name, rule in registry.table().items()
        if rule.pullback and not (rule.linear or rule.elementwise or rule.pushforward)
    }
    assert missing == {"index"}


def test_helpers_without_second_derivative() -> None:
    writes = {name for name in registry.table() if name.startswith("scatter.")}
    missing = {
        name
        for name, rule in registry.table().items()
        if rule.pullback is None
        and not (rule.linear or rule.pushforward)
        and name.startswith("runtime.")
    }
    assert missing - writes == WITHOUT_SECOND
