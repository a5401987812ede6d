"""Every program of the tables in forward mode: against its gradient, and its second derivatives
against each other and against differences of the gradient."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import trees
from adcompile.directional import holds_floats, hvp, jvp
from adcompile.testing import central_difference
from tests.language.inputs import SAMPLES, Sample
from tests.language.test_samples import split

# What has no second derivative yet is refused.
FIRST_ORDER_ONLY = {
    sample.label: "found by iteration, and cannot be differentiated again"
    for sample in SAMPLES
    if sample.label.startswith("rules.fixed_point")
}

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.label)


def direction(value: Any, rng: np.random.Generator) -> Any:
    """A random direction for an argument."""

    def drawn(leaf: Any) -> Any:
        if not holds_floats(leaf):
            return leaf
        turn = 0.6 + 0.8j if np.iscomplexobj(leaf) else 1.0
        return (turn * rng.normal(size=np.shape(leaf)))[()]

    return trees.map_leaves(drawn, value)


def product(gradient: Any, direction: Any) -> float:
    """The sum of the real products of the numbers in two trees; None is zero."""
    pairs = zip(trees.leaves(gradient), trees.leaves(direction), strict=True)
    return sum(
        float(np.real(np.sum(np.asarray(g) * np.asarray(v))))
        for (_, g), (_, v) in pairs
        if isinstance(g, (float, complex, np.ndarray, np.generic))
    )


def shifted(leaf: Any, direction: Any, t: float) -> Any:
    """A leaf moved along a direction, of its own type."""
    if not holds_floats(leaf):
        return leaf
    moved = leaf + t * direction
    return float(moved) if isinstance(leaf, float) else moved


@each_sample
def test_forward_agrees_with_reverse(sample: Sample) -> None:
    """The derivative along a direction is the product of the gradient with it."""
    grad = adcompile.grad(sample.function, wrt=sample.wrt, allow_unused=True)
    rng = np.random.default_rng(1)
    for arguments in sample.variants():
        args, kwargs = split(sample, arguments)
        tangents = tuple(direction(arguments[name], rng) for name in sample.wrt)
        try:
            expected = sample.function(*copy.deepcopy(args), **kwargs)
        except UnboundLocalError:
            with pytest.raises(UnboundLocalError):
                jvp(sample.function, args, tangents, wrt=sample.wrt, kwargs=kwargs)
            continue
        options: dict[str, Any] = {"wrt": sample.wrt, "kwargs": kwargs, "allow_unused": True}
        value, tangent = jvp(sample.function, args, tangents, **options)
        np.testing.assert_allclose(value, expected, rtol=1e-14)
        want = product(grad(*args, **kwargs), tangents)
        scale = max(1.0, abs(want))
        np.testing.assert_allclose(tangent, want, rtol=1e-10, atol=1e-10 * scale)


@pytest.mark.parametrize(
    "sample",
    [sample for sample in SAMPLES if sample.label not in FIRST_ORDER_ONLY],
    ids=lambda sample: sample.label,
)
def test_forward_over_reverse(sample: Sample) -> None:
    """The product with the Hessian: symmetric, and the derivative of the gradient."""
    options: dict[str, Any] = {"wrt": sample.wrt, "allow_unused": True}
    grad, hessian = adcompile.grad(sample.function, **options), hvp(sample.function, **options)
    rng = np.random.default_rng(2)
    for arguments in sample.variants():
        args, kwargs = split(sample, arguments)
        u, v = (tuple(direction(arguments[name], rng) for name in sample.wrt) for _ in range(2))
        try:
            sample.function(*copy.deepcopy(args), **kwargs)
        except UnboundLocalError:
            with pytest.raises(UnboundLocalError):
                hessian(*args, u, **kwargs)
            continue
        hu, hv = hessian(*args, u, **kwargs), hessian(*args, v, **kwargs)
        np.testing.assert_allclose(product(hu, v), product(hv, u), rtol=1e-9, atol=1e-9)

        def along(t: float, arguments: Any = arguments, u: Any = u, v: Any = v) -> float:
            moved = dict(arguments)
            for name, by in zip(sample.wrt, u, strict=True):
                moved[name] = trees.map_leaves(lambda leaf, d: shifted(leaf, d, t), moved[name], by)
            args, kwargs = split(sample, moved)
            return product(grad(*args, **kwargs), v)

        expected, error = central_difference(along, 0.0)
        got = product(hu, v)
        assert abs(got - expected) <= 10 * error + 1e-6 * (1 + abs(expected)), (got, expected)


@pytest.mark.parametrize("label", sorted(FIRST_ORDER_ONLY))
def test_no_second_order(label: str) -> None:
    """What leaves this list is differentiated twice above."""
    (sample,) = [sample for sample in SAMPLES if sample.label == label]
    arguments = next(iter(sample.variants()))
    args, kwargs = split(sample, arguments)
    along = tuple(direction(arguments[name], np.random.default_rng(3)) for name in sample.wrt)
    with pytest.raises(adcompile.RefusedError, match=FIRST_ORDER_ONLY[label]):
        hvp(sample.function, wrt=sample.wrt)(*args, along, **kwargs)
