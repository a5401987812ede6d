"""SciPy's functions in programs: what the text imports, what is loaded, what is refused."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import adcompile
from adcompile.errors import RefusedError
from adcompile.testing import MODES, check_grads

scipy = pytest.importorskip("scipy")

from scipy import integrate, linalg, signal, special, stats  # noqa: E402
from scipy.special import expit as sigmoid  # noqa: E402

X = np.array([0.3, 1.2, -0.4])


def by_any_name(x):
    return np.sum(sigmoid(x) * special.erf(x)) + np.sum(scipy.special.gammaln(np.exp(x)))


def imported_inside(x):
    from scipy import special as functions

    return np.sum(functions.expit(x))


def names_taken(x, special):
    linalg = special * 2.0
    return np.sum(sigmoid(x) * linalg) + special


def gaussian_process(x, length):
    k = np.exp(-((x[:, None] - x) ** 2) / length) + 0.1 * np.eye(len(x))
    factor = linalg.cho_factor(k, lower=True)
    weights = linalg.cho_solve(factor, x)
    return x @ weights + 2.0 * np.sum(np.log(np.diag(factor[0])))


def likelihood(x, scale):
    return np.sum(stats.norm.logpdf(x, scale=scale)) + np.sum(stats.t.logpdf(x, 3.0))


def smoothed(x):
    y = signal.lfilter([0.5], [1.0, -0.5], x)
    return integrate.simpson(signal.convolve(y, x, "same") ** 2)


def passive(x, n):
    # Of what is not differentiated anything may be asked.
    nodes, weights = special.roots_legendre(3)
    order = special.comb(n, 2, exact=True)
    return np.sum(x * weights * nodes) * order + linalg.hilbert(2)[0, 0] * x[0]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (by_any_name, (X,)),
        (imported_inside, (X,)),
        (names_taken, (X, 0.7)),
        (gaussian_process, (X, 2.0)),
        (likelihood, (X, 1.5)),
        (smoothed, (np.linspace(0.1, 1.0, 5),)),
        (passive, (X, 4)),
    ],
)
def test_programs(function, arguments) -> None:
    check_grads(function, arguments, modes=MODES)


def test_text_imports_modules_as_scipy_has_them() -> None:
    text = adcompile.grad(by_any_name).source_for(X)
    assert text.startswith("import math\n\nimport numpy as np\nfrom scipy import special\n")
    assert "special.expit(x)" in text


def test_names_of_variables_stay_the_users() -> None:
    text = adcompile.grad(names_taken).source_for(X, 0.7)
    assert "from scipy import special as special_1" in text
    assert "def names_taken_grad(x, special):" in text


def changed(x, out):
    special.erf(x, out=out)
    return np.sum(out * x)


def overwritten(x, a):
    b = linalg.inv(a, overwrite_a=True)
    return np.sum(x * b[0])


def by_position(x, a):
    b = linalg.inv(a, True)
    return np.sum(x * b[0])


def drawn(x, rng):
    return np.sum(x * stats.norm.rvs(size=3, random_state=rng))


def frozen(x):
    return np.sum(stats.norm(x).logpdf(0.3))


def sampled(x):
    return integrate.quad(lambda t: t * x[0], 0.0, 1.0)[0]


def test_result_into_an_array() -> None:
    check_grads(changed, (X, np.zeros(3)))


@pytest.mark.parametrize(
    ("function", "other", "reason"),
    [
        (overwritten, np.eye(3), "writes into its argument"),
        (by_position, np.eye(3), "writes into its argument"),
        (drawn, np.random.default_rng(0), "might change an argument"),
        (frozen, None, "`scipy.stats.norm` has no derivative rule"),
        (sampled, None, "the function `lambda` would have to be a value"),
    ],
)
def test_refusals(function, other, reason) -> None:
    arguments = (X,) if other is None else (X, other)
    with pytest.raises(RefusedError) as caught:
        adcompile.grad(function)(*arguments)
    assert reason in caught.value.reason
    assert caught.value.span is not None


def test_scipy_is_loaded_by_programs_that_use_it(tmp_path: Path) -> None:
    """The compiler does not import SciPy, nor load the rules for it, where nothing else does."""
    program = """
        import sys
        import numpy as np
        import adcompile

        def f(x):
            return np.sum(np.exp(x)) + np.linalg.det(np.outer(x, x) + np.eye(2))

        adcompile.grad(f)(np.ones(2))
        loaded = [name for name in sys.modules if name.startswith("adcompile.rules.scipy.")]
        assert loaded == ["adcompile.rules.scipy.unruled"], loaded
        assert "scipy" not in sys.modules
    """
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(program))
    run([sys.executable, path])


def run(command: list[object]) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_file_that_stands_alone(tmp_path: Path) -> None:
    """The command line reads the file without executing it, and writes one that runs alone."""
    path, out = tmp_path / "model.py", tmp_path / "out.py"
    path.write_text(
        textwrap.dedent(
            """
            import numpy as np
            from scipy import special

            def f(x: float, n: int) -> float:
                return special.erf(x) * special.gamma(n)
            """
        )
    )
    run([sys.executable, "-m", "adcompile", path, "f", "-o", out])
    assert "adcompile" not in out.read_text().partition('"""')[2].partition('"""')[2]
    assert "from scipy import special" in out.read_text()
    out.write_text(f"{out.read_text()}\n\nprint(f_grad(0.5, 3))\n")
    found = float(run([sys.executable, out]))
    assert abs(found - 2.0 * 2.0 / np.sqrt(np.pi) * np.exp(-0.25)) < 1e-14
