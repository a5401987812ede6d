"""JAX, where it has the function, finds the same gradients."""

from __future__ import annotations

import importlib.util
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.rules.contract import Programs, is_float
from tests.rules.rows import FAMILIES
from tests.rules.test_autograd import with_weights
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


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return Programs(Path(tmp_path_factory.mktemp("jax")))


def twin_of(module: types.ModuleType) -> types.ModuleType:
    """The module with JAX's NumPy and SciPy."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text()
    twin = types.ModuleType(module.__name__)
    text = text.replace("import numpy as np", "import jax.numpy as np")
    exec(text.replace("from scipy import", "from jax.scipy import"), vars(twin))
    return twin


def gradients_of(function: Any, names: tuple[str, ...], arguments: dict[str, Any]) -> Any:
    """JAX's gradients, None where it has none."""
    import jax

    places = tuple(list(arguments).index(name) for name in names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jax.grad(function, places)(*arguments.values())
    except Exception:  # whatever it stumbles over
        return None


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX")
@pytest.mark.parametrize("family", [f for f in FAMILIES if f not in COMPLEX])
def test_gradients_agree(programs: Programs, family: str) -> None:
    import jax

    rows = FAMILIES[family]
    programs.program(family, rows, 0)
    different, compared = [], 0
    with jax.enable_x64(True):
        twin = twin_of(programs.modules[family])
        for i, row in enumerate(rows):
            if row.refusal is not None or row.label.startswith(DIFFERENT):
                continue
            program = programs.program(family, rows, i)
            arguments = with_weights(row)
            names = tuple(name for name in row.arguments() if is_float(arguments[name]))
            expected = gradients_of(getattr(twin, f"weighted_{i}"), names, arguments)
            if expected is None:
                continue
            compared += 1
            gradient = adcompile.grad(program.weighted, wrt=names)(**arguments)
            if not all(np.allclose(g, e, rtol=1e-7, atol=1e-9) for g, e in zip(gradient, expected)):
                different.append(row.label)
    assert different == []
    assert compared > len(rows) // 10
