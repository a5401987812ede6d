"""JAX, where it is installed, finds the same derivatives by complex numbers: the convention is its.

Of rows that JAX has no function for there is nothing to compare.
"""

from __future__ import annotations

import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.every import some
from tests.rules.contract import Programs, Row, is_float, make_weights
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
    # It has no number at a norm of zeros
    "np.linalg.norm(a, axis=1) [a2x2]",
)  # fmt: skip
# It spreads the derivative by a Hermitian matrix over both triangles.
HERMITIAN = ("np.linalg.cholesky", "np.linalg.eig", "np.abs(np.linalg.eig")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return Programs(Path(tmp_path_factory.mktemp("jax")))


def twin_of(module: types.ModuleType) -> types.ModuleType:
    """The module with JAX's NumPy."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text()
    twin = types.ModuleType(module.__name__)
    exec(text.replace("import numpy as np", "import jax.numpy as np"), vars(twin))
    return twin


def gradients_of(function: Any, names: tuple[str, ...], arguments: dict[str, Any]) -> Any:
    """JAX's gradients, None where it has none."""
    places = tuple(list(arguments).index(name) for name in names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jax.grad(function, places)(*arguments.values())
    except Exception:  # whatever it stumbles over
        return None


def compared(row: Row, program: Any, twin: Any, index: int) -> bool:
    """Whether JAX has the gradient of a row; it is ours."""
    arguments = row.arguments()
    names = tuple(name for name, value in arguments.items() if is_float(value))
    arguments["weights"] = make_weights(row.evaluate(row.arguments()))
    expected = gradients_of(getattr(twin, f"weighted_{index}"), names, arguments)
    if expected is None:
        return False
    found = adcompile.grad(program.weighted, wrt=names)(**arguments)
    if row.label.startswith(HERMITIAN):
        found = [(d + np.conj(np.swapaxes(d, -1, -2))) / 2 for d in found]
    for name, ours, theirs in zip(names, found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)
    return True


@pytest.mark.parametrize(("family", "index"), some(CASES))
def test_gradient(programs: Programs, family: str, index: int) -> None:
    program = programs.program(family, FAMILIES[family], index)
    if program.row.label.startswith(DIFFERENT):
        return
    if not compared(program.row, program, twin_of(programs.modules[family]), index):
        pytest.skip("JAX does not have it")


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
