"""Autograd, where it has the function, finds the same gradients."""

from __future__ import annotations

import importlib.util
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adcompile
from tests.rules.contract import Programs, Row, is_float, make_weights
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


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return Programs(Path(tmp_path_factory.mktemp("autograd")))


def twin_of(module: types.ModuleType) -> types.ModuleType:
    """The module with autograd's NumPy and SciPy."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text()
    twin = types.ModuleType(module.__name__)
    text = text.replace("import numpy as np", "import autograd.numpy as np")
    exec(text.replace("from scipy import", "from autograd.scipy import"), vars(twin))
    return twin


def gradients_of(function: Any, names: tuple[str, ...], arguments: dict[str, Any]) -> Any:
    """Autograd's gradients, None where it has none."""
    from autograd import grad

    places = [list(arguments).index(name) for name in names]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [grad(function, place)(*arguments.values()) for place in places]
    except Exception:  # whatever it stumbles over
        return None
    wanted = [np.shape(arguments[name]) for name in names]
    # It forgets about broadcasting here and there.
    fits = all(np.shape(g) == shape for g, shape in zip(found, wanted, strict=True))
    return found if fits and not any(np.asarray(g).dtype == object for g in found) else None


@pytest.mark.skipif(importlib.util.find_spec("autograd") is None, reason="needs autograd")
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_agree(programs: Programs, family: str) -> None:
    rows = FAMILIES[family]
    programs.program(family, rows, 0)
    twin = twin_of(programs.modules[family])
    different, compared = [], 0
    others = (*DIFFERENT, *OF_COMPLEX.get(family, ()))
    for i, row in enumerate(rows):
        if row.refusal is not None or row.label.startswith(others):
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
    assert compared > len(rows) // 20


def with_weights(row: Row) -> dict[str, Any]:
    arguments = row.arguments()
    return {**arguments, "weights": make_weights(row.evaluate(arguments))}
