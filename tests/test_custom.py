"""`custom_rule`, `fixed_point` and `root` as Python functions, and what shows only at run time.

That their derivatives are right is tested by the samples, see `tests.language.samples_rules`.
"""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adcompile import custom_rule, fixed_point, grad, hvp, jvp, root
from adcompile.errors import AdcompileError, RefusedError, UsageError
from adcompile.testing import check_grads

erf = custom_rule(math.erf)


@erf.pullback
def _erf_pullback(d_y, y, x):
    return d_y * 2.0 / np.sqrt(np.pi) * np.exp(-x * x)


@erf.pushforward
def _erf_pushforward(x_dot, y, x):
    return x_dot * 2.0 / np.sqrt(np.pi) * np.exp(-x * x)


@custom_rule
def squashed(x, slope=1.5):
    """Squash."""
    return np.tanh(slope * x)


@squashed.pullback
def squashed_pullback(d_y, y, x):
    return d_y * 1.5 * (1.0 - y * y)


def test_it_is_called_as_the_function() -> None:
    assert squashed(0.5) == np.tanh(0.75)
    assert squashed(x=0.5, slope=1.0) == np.tanh(0.5)
    assert squashed.__name__ == "squashed"
    assert squashed.__doc__ == "Squash."
    assert squashed_pullback(1.0, 0.5, 0.0) == 1.125


def test_a_function_written_in_c() -> None:
    def f(x):
        return erf(x) * x

    check_grads(f, (0.3,))
    e = 1e-6
    expected = (grad(f)(0.3 + e) - grad(f)(0.3 - e)) / (2 * e)
    np.testing.assert_allclose(hvp(f)(0.3, 1.0), expected, rtol=1e-8)


def test_defaults_that_the_pullback_has_no_room_for() -> None:
    def f(x):
        return np.sum(squashed(x))

    x = np.array([0.5, -1.0])
    np.testing.assert_allclose(grad(f)(x), 1.5 / np.cosh(1.5 * x) ** 2)

    def given(x):
        return np.sum(squashed(x, 1.5))

    with pytest.raises(RefusedError, match="this call of `squashed_pullback` does not fit"):
        grad(given)(x)


def test_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    log_sum = custom_rule(special.logsumexp)
    softmax = custom_rule(special.softmax)
    expit = custom_rule(special.expit)
    log_sum.pullback(lambda d, y, x: d * softmax(x))
    log_sum.pushforward(lambda x_dot, y, x: np.sum(x_dot * np.exp(x - y)))
    expit.pullback(lambda d, y, x: d * y * (1.0 - y))
    expit.pushforward(lambda x_dot, y, x: x_dot * y * (1.0 - y))

    def f(x):
        return log_sum(x) * np.sum(expit(x))

    check_grads(f, (np.array([0.5, -1.0, 2.0]),))
    with pytest.raises(RefusedError, match="`softmax` has no pushforward"):
        hvp(f)(np.ones(3), np.ones(3))

    def only(x):
        return np.sum(expit(x) * x)

    x, e = np.array([0.5, -1.0, 2.0]), 1e-6
    expected = (grad(only)(x + e) - grad(only)(x - e)) / (2 * e)
    np.testing.assert_allclose(hvp(only)(x, np.ones(3)), expected, rtol=1e-8)


def test_a_derivative_whose_shape_shows_at_run_time() -> None:
    unknown = custom_rule(lambda x: eval("x * 2.0"))
    unknown.pullback(lambda d, y, x: np.sum(d) * np.ones(len(y) + 1))

    def f(x):
        return np.sum(unknown(x))

    with pytest.raises(ValueError, match=r"a derivative of shape \(3,\), not \(2,\)"):
        grad(f)(np.ones(2))


def test_the_other_mode_says_what_is_missing() -> None:
    def f(x):
        return squashed(x) * x

    with pytest.raises(RefusedError, match="`squashed` has no pushforward") as caught:
        jvp(f, (0.5,), (1.0,))
    assert caught.value.hint == "write one: @squashed.pushforward"
    assert "squashed(x) * x" in str(caught.value)
    with pytest.raises(RefusedError, match="`squashed` has no pushforward"):
        hvp(f)(0.5, 1.0)


def test_a_derivative_that_has_none_itself() -> None:
    table = custom_rule(math.lgamma)
    table.pullback(lambda d, y, x: d * math.gamma(x))
    table.pushforward(lambda x_dot, y, x: x_dot * math.gamma(x))

    def f(x):
        return table(x)

    assert grad(f)(2.5) == math.gamma(2.5)
    with pytest.raises(RefusedError, match="gamma"):
        hvp(f)(2.5, 1.0)


def test_a_rule_is_no_function_to_differentiate() -> None:
    with pytest.raises(UsageError, match="takes a function that calls a CustomRule"):
        grad(squashed)


def test_a_rule_made_inside() -> None:
    def f(x):
        @custom_rule
        def inner(v):
            return v * v

        return inner(x)

    with pytest.raises(AdcompileError):
        grad(f)(0.5)


# ----- equations -----


def cosine(x, a):
    return np.cos(a * x)


def test_solutions_solve() -> None:
    x = fixed_point(cosine, 0.5, np.array([0.9, 0.5]))
    np.testing.assert_allclose(x, np.cos(np.array([0.9, 0.5]) * x), rtol=1e-11)
    single = fixed_point(cosine, np.float32(0.5), np.float32(0.9))
    assert single.dtype == np.float32

    def system(x, b):
        return x**3 + x[::-1] - b

    b = np.array([1.0, 2.0])
    np.testing.assert_allclose(system(root(system, np.ones(2), b), b), 0.0, atol=1e-11)
    assert root(lambda x: x * x - 2.0, 1.0) == pytest.approx(math.sqrt(2.0), rel=1e-12)
    single = root(system, np.ones(2, np.float32), b.astype(np.float32))
    assert single.dtype == np.float32


def test_what_does_not_end() -> None:
    with pytest.raises(ArithmeticError, match="no fixed point after 20 steps"):
        fixed_point(lambda x: -x, 1.0, steps=20)
    with pytest.raises(ArithmeticError, match="no root after 7 steps"):
        root(lambda x: x * x + 1.0, 0.3, steps=7)


def negated(x, a):
    return a - x


def test_a_derivative_that_does_not_end() -> None:
    def f(a):
        return fixed_point(negated, 0.5, a)

    assert f(1.0) == 0.5
    with pytest.raises(ArithmeticError, match="the derivative does not converge"):
        grad(f)(1.0)
    with pytest.raises(ArithmeticError, match="the derivative does not converge"):
        jvp(f, (1.0,), (1.0,))


def test_the_start_does_not_matter() -> None:
    def f(x, a):
        return fixed_point(cosine, x, a)

    with pytest.raises(AdcompileError, match="does not depend on `x`"):
        grad(f)(0.3, 0.9)
    assert grad(f, allow_unused=True)(0.3, 0.9) == 0.0


PROGRAM = """
import numpy as np

from adcompile import custom_rule, fixed_point, grad, on_backward, stop_gradient


@custom_rule
def soft(x):
    return np.logaddexp(0.0, x)


@soft.pullback
def soft_pullback(d_y, y, x):
    if np.all(x > 100.0):
        return d_y
    return d_y / (1.0 + np.exp(-x))


def halved(z, a):
    return 0.5 * np.cos(z) + a


@grad
def f(x: np.ndarray) -> float:
    y = soft(on_backward(x, lambda d: 2.0 * d)) * stop_gradient(x)
    return np.sum(fixed_point(halved, x, y))


if __name__ == "__main__":
    print(repr(f(np.array([0.5, 2.0])).tolist()))
"""


def test_a_file_that_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)

    def run(*args: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *args]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    read = run("-m", "adcompile", "program.py")
    assert read.returncode == 1
    assert "`soft` is what this decorator makes of the function" in read.stderr
    printed = run("-m", "adcompile", "program.py", "--run", "-o", "out.py").stdout
    text = (tmp_path / "out.py").read_text()
    assert "import adcompile" not in text
    assert "from adcompile" not in text
    alone = "import numpy, out; print(repr(out.f_grad(numpy.array([0.5, 2.0])).tolist()))"
    assert run("-c", alone).stdout == printed != ""
