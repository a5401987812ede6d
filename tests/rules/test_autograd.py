"""Autograd, where it has the function, finds the same gradients."""

from __future__ import annotations

import importlib.util

import pytest

from tests.rules.contract import Programs
from tests.rules.peers import AUTOGRAD, assert_agreement
from tests.rules.rows import FAMILIES

# Where autograd 1.9 differs, by the beginnings of labels
DIFFERENT = (
    # At kinks, and where a product or deviation is zero
    "np.sinc(a) [a5]", "np.prod(a) [a3]", "np.prod(a, axis=1) [a2x3]",
    "np.prod(a, axis=(0, 2)) [a2x1",
    "np.std(a) [a4]", "np.std(a, axis=0) [a2x2]", "np.linalg.norm(a, axis=1) [a2x2]",
    "np.linalg.norm(a, 2) [a3]", "np.linalg.norm(a, 3) [a3]", "np.linalg.norm(a) * 2.0",
    # It spreads the derivative over both triangles
    "np.linalg.cholesky", "stats.multivariate_normal",
    # It does not know the argument, or disregards it
    "linalg.solve_triangular(a, b, unit_diagonal",
    "linalg.solve_triangular(a, b, trans=1, lower=True, unit_diagonal",
    "np.sum(a, where=", "np.sum(a, axis=0, where=", "np.prod(a, where=",
    "np.prod(a, axis=0, where=",
    "np.mean(a, where=", "np.mean(a, axis=0, where=", "np.max(a, axis=1, initial=",
    "np.std(a, correction=", "np.var(a, axis=0, correction=", "np.linalg.norm(a, np.inf",
    # It is wrong
    "np.tile(a, 2) [a2x3]", "np.repeat(a, 2, axis=-1)", "np.kron(a, b) [a2x1x2", "np.full_like(b",
)  # fmt: skip

# Its derivative by a real number beside complex ones is complex; it takes a sign for a constant,
# and real formulas for complex matrices; it knows the norms of `np.fft` in part only.
OF_COMPLEX = {
    "complex_numbers": (
        "np.power(a, b)", "np.arccosh(", "np.sign(", "np.where(c, a, b)", "np.concatenate(",
        "np.hstack(", "np.vstack(", "np.array(", "np.inner(", "np.linalg.solve(a, b) [a3x3",
        "np.linalg.slogdet(a)[0]", "np.linalg.pinv(", "np.full_like(a, b)",
    ),
    "fft": ("np.fft.irfft(a, norm=", "np.fft.rfft(a, n", "np.fft.irfftn(a, ", "np.fft.rfftn(a, "),
}  # fmt: skip


@pytest.mark.skipif(importlib.util.find_spec("autograd") is None, reason="needs autograd")
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_agree(programs: Programs, family: str) -> None:
    others = (*DIFFERENT, *OF_COMPLEX.get(family, ()))
    assert_agreement(programs, family, AUTOGRAD, others, share=20)
