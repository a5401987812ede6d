"""The gradient of every program of the tables, differentiated in reverse once more."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import trees
from adcompile.directional import hvp
from adcompile.errors import RefusedError
from adcompile.pullbacks import pullback_at
from tests.language.inputs import SAMPLES, Sample
from tests.language.test_forward import direction
from tests.language.test_samples import split
from tests.order import some
from tests.order.without import WITHOUT_AGAIN


def numbers(tree: Any) -> list[np.ndarray[Any, Any]]:
    """The numbers in a derivative."""
    leaves = (leaf for _, leaf in trees.leaves(tree))
    return [np.asarray(n) for n in leaves if isinstance(n, (float, np.ndarray, np.generic))]


@pytest.mark.parametrize("sample", some(SAMPLES), ids=lambda sample: sample.label)
def test_reverse_over_reverse(sample: Sample) -> None:
    """It gives the products with the Hessian that forward over reverse gives."""
    options: dict[str, Any] = {"wrt": sample.wrt, "allow_unused": True}
    gradient, hessian = adcompile.grad(sample.function, **options), hvp(sample.function, **options)
    rng = np.random.default_rng(3)
    for arguments in sample.variants():
        args, kwargs = split(sample, arguments)
        u = tuple(direction(arguments[name], rng) for name in sample.wrt)
        try:
            sample.function(*copy.deepcopy(args), **kwargs)
        except UnboundLocalError:
            continue
        if sample.label in WITHOUT_AGAIN:
            with pytest.raises(RefusedError) as refused:
                pullback_at(gradient, args, kwargs, sample.wrt, True)
            assert refused.value.span is not None
            return
        _, pullback = pullback_at(gradient, args, kwargs, sample.wrt, True)
        got, expected = numbers(pullback(u)), numbers(hessian(*args, u, **kwargs))
        scale = max([1.0, *(float(np.max(np.abs(n), initial=0.0)) for n in expected)])
        for mine, theirs in zip(got, expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-8, atol=1e-10 * scale)
