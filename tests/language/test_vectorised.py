"""Several directions in one sweep give what they give one by one, for every program for which they
are not refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adcompile import trees
from adcompile.api import derivative_of
from adcompile.directional import Arguments, derivative_function, holds_floats
from adcompile.errors import RefusedError
from adcompile.jacobians import Numbers
from adcompile.options import Options
from tests.every import some
from tests.language.inputs import SAMPLES, Sample
from tests.language.test_forward import direction
from tests.language.test_samples import split

each_sample = pytest.mark.parametrize("sample", some(SAMPLES), ids=lambda sample: sample.label)


def stacked(directions: list[Any]) -> Any:
    """Trees with their arrays on a new first axis."""
    return trees.map_leaves(
        lambda *leaves: np.stack(leaves) if holds_floats(leaves[0]) else leaves[0], *directions
    )


def by_complex(sample: Sample, arguments: dict[str, Any]) -> bool:
    """Whether a program is differentiated by complex numbers: that goes in one direction only."""
    leaves = trees.leaves([arguments[name] for name in sample.wrt])
    return any(np.iscomplexobj(leaf) for _, leaf in leaves)


def several(sample: Sample, verb: str, arguments: dict[str, Any]) -> bool:
    """Whether a program takes several directions, which is then right."""
    if by_complex(sample, arguments):
        return False
    options = Options.of(verb, sample.wrt, False, True)
    args, kwargs = split(sample, arguments)
    one = derivative_of(sample.function, options)
    vector = derivative_of(sample.function, options._replace(vector=True))
    rng = np.random.default_rng(5)
    directions = [tuple(direction(arguments[n], rng) for n in sample.wrt) for _ in range(3)]
    values = Arguments.of(sample.function, args, kwargs, one).values
    try:
        got = derivative_function(vector)(*values, *map(stacked, zip(*directions, strict=True)))
    except RefusedError:
        return False
    for i, tangents in enumerate(directions):
        expected = derivative_function(one)(*values, *tangents)
        if verb == "jvp":
            pairs = [(got[1], expected[1])]
            assert np.shape(got[0]) == np.shape(expected[0])
            np.testing.assert_allclose(got[0], expected[0], rtol=1e-13)
        else:
            pairs = list(zip(got, expected, strict=True))
        for ours, theirs in pairs:
            inner = Numbers((theirs,))
            mine = inner.joined((ours,), 3)[i]
            np.testing.assert_allclose(mine, inner.joined((theirs,))[0], rtol=1e-10, atol=1e-10)
    return True


def several_backwards(sample: Sample, arguments: dict[str, Any]) -> None:
    """The pullback of several cotangents is that of each, if it is not refused."""
    if by_complex(sample, arguments):
        return
    options = Options.of("vjp", sample.wrt, False, True)
    args, kwargs = split(sample, arguments)
    one = derivative_of(sample.function, options)
    vector = derivative_of(sample.function, options._replace(vector=True))
    values = Arguments.of(sample.function, args, kwargs, one).values
    try:
        _, saved, backward = derivative_function(vector)(*values)
    except RefusedError:
        return
    weights = np.array([1.0, -0.5])
    got = backward(saved, weights)
    for i, weight in enumerate(weights):
        _, saved, backward = derivative_function(one)(*values)
        expected = Numbers(backward(saved, weight))
        mine = expected.joined(got, 2)[i]
        theirs = expected.joined(expected.values)[0]
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10)


@each_sample
def test_several_cotangents(sample: Sample) -> None:
    several_backwards(sample, sample.arguments())


@pytest.mark.parametrize("verb", ["jvp", "hvp"])
@each_sample
def test_several_directions(sample: Sample, verb: str) -> None:
    several(sample, verb, sample.arguments())


def test_how_many_take_several_directions() -> None:
    assert sum(several(sample, "jvp", sample.arguments()) for sample in SAMPLES[::5]) > 80
