"""Gradient descent inside gradient descent: forward and reverse, outside and inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.order import stalingrad

ARGMIN = {"forward": stalingrad.argmin_forward, "reverse": stalingrad.argmin_reverse}
SADDLE = {
    "forward": stalingrad.saddle_inner_forward,
    "reverse": stalingrad.saddle_inner_reverse,
}
PARTICLE = {"forward": stalingrad.particle_forward, "reverse": stalingrad.particle_reverse}

each_way = pytest.mark.parametrize(
    ("outside", "inside"), [(a, b) for a in ARGMIN for b in ARGMIN], ids="-".join
)


@each_way
def test_saddle(outside: str, inside: str) -> None:
    """Both minima are where the published ones are, near zero."""
    start = np.array([1.0, 1.0])

    def over(x1: Any) -> Any:
        return SADDLE[inside](x1, start)

    x1 = ARGMIN[outside](over, start)
    x2 = ARGMIN[inside](lambda x2: -(np.sum(x1 * x1) - np.sum(x2 * x2)), start)
    np.testing.assert_allclose(x1, 8.246324826140356e-06, rtol=1e-9)
    np.testing.assert_allclose(x2, 8.246324826140356e-06, rtol=1e-9)


@each_way
def test_particle(outside: str, inside: str) -> None:
    """The control with which the particle hits the ground at zero."""
    w = ARGMIN[outside](PARTICLE[inside], np.array([0.0]))
    np.testing.assert_allclose(w, [0.20719187464861197], rtol=1e-9)
