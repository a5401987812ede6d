"""Operations of NumPy's on both backends, for ordinary arguments and for others."""

import importlib.util
import sys
import warnings
from types import ModuleType

import numpy as np
import pytest

import adcompile
from adcompile.errors import RefusedError

pytest.importorskip("numba")

from tests.every import some

VECTORS = (
    "np.roll(x, 2)", "np.roll(x, n)", "np.roll(np.roll(x, -1) * x, n)", "np.tile(x, 3)",
    "np.tile(x, (2, 1))", "np.repeat(x, 2)", "np.pad(x, 2)", "np.pad(x, (1, 2), 'edge')",
    "np.pad(x, 2, 'wrap')", "np.pad(x, 1, 'reflect')", "np.pad(x, 2, 'symmetric')",
    "np.diff(x)", "np.cumsum(x)", "np.cumprod(x)", "np.prod(x) * x", "np.var(x) * x",
    "np.std(x, ddof=1) * x", "np.linalg.norm(x) * x", "np.linalg.norm(x, 1) * x",
    "np.linalg.norm(x, np.inf) * x", "np.ptp(x) * x", "np.sort(x)", "np.median(x) * x",
    "np.quantile(x, 0.3) * x", "np.percentile(x, 80.0) * x", "np.flip(x)", "x[::-2] * 2",
    "np.array_split(x, 3)[1]", "np.concatenate((x, [1.0], x[:2]))", "np.atleast_2d(x)",
    "np.diag(np.diag(x))", "np.trace(np.outer(x, x)) * x", "np.kron(x, x)", "np.vander(x, 3)",
    "np.polyval(x, 0.7) * x", "np.convolve(x, x)", "np.fft.ifft(np.fft.fft(x) ** 2).real",
    "np.fft.irfft(np.fft.rfft(x), len(x))", "np.abs(np.fft.rfft(x, 6))", "np.nan_to_num(x)",
    "np.where(~(x > 0), x, 2 * x)", "np.logical_and(x > 0, x < 1) * x", "np.round(x, 2) + x",
    "np.sinc(x)", "np.fmod(x, 0.7)", "np.logaddexp2(x, 1.0)", "x * (n in (1, 2))",
    "x * (np.any(x) + 2 * np.all(x > 0))", "np.angle(x) + x", "np.gradient(x)",
    "np.interp(0.5, np.arange(4.0), np.cos(np.arange(4.0))) * x", "np.meshgrid(x, x)[0]",
    "x * round(float(n) / 7, 2)", "np.linspace(0, 1, 4, endpoint=False)[:, None] * x",
    "np.vdot(x, x) * x", "np.indices((2, 3)).sum() * x", "np.count_nonzero(x) * x",
)  # fmt: skip
MATRICES = (
    "np.roll(x, 1)", "np.roll(x, (1, -2), (0, 1))", "np.roll(x, 1, axis=1)", "np.var(x, axis=0)",
    "np.std(x, axis=1, keepdims=True)", "np.linalg.norm(x, axis=0)", "np.sort(x, axis=0)",
    "np.cumsum(x, axis=0)", "np.cumprod(x, axis=1)", "np.prod(x, axis=0)", "np.prod(x) * x",
    "np.median(x, axis=0)", "np.quantile(x, 0.6, axis=1)", "np.diagonal(x)", "np.diagonal(x, 1)",
    "np.all(x > 0, axis=0) * x", "np.any(x, axis=1)[:, None] * x", "np.hsplit(x, 2)[0]",
    "np.vstack((x, x[0]))", "np.rot90(x)", "np.fliplr(x)", "np.tril(x[None] * x, 1)",
    "np.fft.ifft2(np.fft.fft2(x) ** 2).real", "np.pad(x, ((1, 0), (0, 2)))", "np.ravel(x)",
    "x[1:, [0, 1]]", "np.expand_dims(x, (0, 2))", "np.fft.fft(x, axis=0).imag",
    "np.linalg.svd(x, False)[1]",
)  # fmt: skip


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> ModuleType:
    """The expressions as functions of a real file."""
    path = tmp_path_factory.mktemp("operations") / "operations_for_both.py"
    lines = ["import numpy as np"]
    for kind, expressions in (("vectors", VECTORS), ("matrices", MATRICES)):
        for i, expression in enumerate(expressions):
            lines.append(f"def {kind}_{i}(x, n):")
            lines.append(f"    y = {expression}")
            lines.append("    return np.sum(np.cos(y) * (1.0 + y))")
    path.write_text("\n".join(lines) + "\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def called(function, *args):
    """The results of a function, or the type of the error that it raises."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return function(*args)
    except RefusedError:
        raise
    except Exception as error:
        return type(error)


def require_same(function, arrays) -> None:
    """Both backends have the same answers, and errors."""
    native = adcompile.value_and_grad(function, backend="numba")
    numpy = adcompile.value_and_grad(function)
    for x in arrays:
        got, expected = called(native, x, 3), called(numpy, x, 3)
        if isinstance(expected, type):
            assert got is expected, x
            continue
        assert not isinstance(got, type), (x, got)
        for one, other in zip(got, expected, strict=True):
            assert np.shape(one) == np.shape(other)
            assert np.asarray(one).dtype == np.asarray(other).dtype
            tolerance = 1e-11 if x.dtype == np.float64 else 1e-4
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance, err_msg=str(x))


RNG = np.random.default_rng(0)


@pytest.mark.parametrize("index", some(range(len(VECTORS))), ids=some(VECTORS))
def test_vectors(programs: ModuleType, index: int) -> None:
    x = RNG.uniform(0.3, 2.0, 7)
    special = x.copy()
    special[2] = np.nan
    infinite = x.copy()
    infinite[1] = np.inf
    arrays = (x, np.array([0.4]), np.zeros(0), special, infinite, np.repeat(x, 2)[::-2])
    require_same(getattr(programs, f"vectors_{index}"), arrays)


@pytest.mark.parametrize("index", some(range(len(MATRICES))), ids=some(MATRICES))
def test_matrices(programs: ModuleType, index: int) -> None:
    x = RNG.uniform(0.3, 2.0, (4, 4))
    special = x.copy()
    special[2, 1] = np.nan
    arrays = (x, special, np.zeros((0, 4)), np.zeros((3, 0)), np.ones((1, 1)), x[::-1].T, x[:3])
    require_same(getattr(programs, f"matrices_{index}"), arrays)
