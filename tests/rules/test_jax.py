"""JAX, where it has the function, finds the same gradients."""

from __future__ import annotations

import importlib.util

import pytest

from tests.rules.contract import Programs
from tests.rules.peers import JAX, assert_agreement
from tests.rules.rows import FAMILIES
from tests.rules.test_jax_complex import COMPLEX

# Where JAX 0.10 differs, by the beginnings of labels
DIFFERENT = (
    # At kinks, and where a norm or deviation is zero
    "abs(a) [a2]", "np.absolute(a) [a2]", "np.std(a) [a4]", "np.std(a, axis=0) [a2x2]",
    "np.linalg.norm(a) * 2.0", "np.linalg.norm(a, axis=1) [a2x2]", "np.linalg.norm(a, 1) [a3]",
    "np.linalg.norm(a, 2) [a3]", "np.linalg.norm(a, 3) [a3]",
    # It spreads the derivative over both triangles
    "np.linalg.cholesky", "np.linalg.eigvalsh", "np.linalg.eigh", "linalg.cholesky",
    "linalg.cho_factor", "linalg.cho_solve(linalg.cho_factor", "linalg.eigh",
    "linalg.solve(a, b, assume_a=", "stats.multivariate_normal",
    "np.nanstd(np.where(m, np.nan, a)",
    # It has zeros
    "a.item(", "a[0].item()", "np.unique", "np.union1d",
    # It leaves the rest of a partition in another order
    "np.partition",
    # It is not a number, or zero, where the derivative is neither
    "special.spence", "special.boxcox(a, b) [a3,b3]",
)  # fmt: skip


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX")
@pytest.mark.parametrize("family", [f for f in FAMILIES if f not in COMPLEX])
def test_gradients_agree(programs: Programs, family: str) -> None:
    import jax

    with jax.enable_x64(True):
        assert_agreement(programs, family, JAX, DIFFERENT, share=10)
