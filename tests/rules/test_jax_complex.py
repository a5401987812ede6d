"""JAX, where it is installed, finds the same derivatives by complex numbers: the convention is its.

Of rows that JAX has no function for there is nothing to compare.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.every import some
from tests.rules.contract import Programs
from tests.rules.peers import JAX, compared, twin_of
from tests.rules.rows import FAMILIES

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

COMPLEX = ("complex_numbers", "fft")
CASES = [
    pytest.param(family, index, id=f"{family}: {row.label}")
    for family in COMPLEX
    for index, row in enumerate(FAMILIES[family])
    if row.refusal is None
]
# Where JAX differs, by the beginnings of labels
DIFFERENT = (
    # On the left of the plane it has the wrong sign, and it takes the sign for a constant
    "np.arccosh(", "np.sign(",
    # It has zeros
    "a[0, 0].item()",
    # It has no number at a norm of zeros
    "np.linalg.norm(a, axis=1) [a2x2]",
)  # fmt: skip
# It spreads the derivative by a Hermitian matrix over both triangles.
HERMITIAN = ("np.linalg.cholesky", "np.linalg.eigh", "np.linalg.eigvalsh", "np.abs(np.linalg.eigh")


@pytest.mark.parametrize(("family", "index"), some(CASES))
def test_gradient(programs: Programs, family: str, index: int) -> None:
    program = programs.program(family, FAMILIES[family], index)
    if program.row.label.startswith(DIFFERENT):
        return
    both = compared(program, twin_of(programs.modules[family], JAX), index, JAX)
    if both is None:
        pytest.skip("JAX does not have it")
    for name, ours, theirs in zip(both.names, both.ours, both.theirs, strict=True):
        if program.row.label.startswith(HERMITIAN):
            ours = (ours + np.conj(np.swapaxes(ours, -1, -2))) / 2
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)


def holomorphic(z):
    return np.exp(z * z) / (z + 2.0)


def of_parts(z):
    return np.abs(z) * np.conj(z) + 1j * np.real(z)


@pytest.mark.parametrize("function", [holomorphic, of_parts])
def test_of_complex_results(function: Any) -> None:
    """Cotangents and tangents mean what they mean in JAX."""
    z = np.array([0.3 - 1.2j, 1.5 + 0.4j])
    v = np.array([-0.7 + 0.2j, 0.1 - 2.0j])
    twin = types.FunctionType(function.__code__, {"np": jax.numpy}, function.__name__)
    value, pullback = adcompile.vjp(function, z)
    expected, theirs = jax.vjp(twin, z)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(pullback(v)[0], theirs(v)[0], rtol=1e-12)
    _, tangent = adcompile.jvp(function, (z,), (v,))
    np.testing.assert_allclose(tangent, jax.jvp(twin, (z,), (v,))[1], rtol=1e-12)
