"""Complex numbers: the convention, what comes back, and what is not known to be complex."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile import grad, hessian, hvp, jacobian, jvp, linearize, value_and_grad, vjp
from adcompile.errors import RefusedError, UsageError
from adcompile.rules.complex_numbers import FORMS
from adcompile.testing import MODES, check_grads
from tests.rules.contract import is_float
from tests.rules.rows import FAMILIES as ROWS

Z = np.array([1.0 + 2.0j, 0.5 - 1.0j, -0.3 + 0.2j])
X = np.array([1.0, 2.0, -0.7])


def modulus(z):
    return np.sum(np.abs(z) ** 2)


def square(z):
    return z * z


def turned(x):
    return x * 1j


def mixed(x, z):
    return np.abs(np.sum(x * np.exp(1j * x) * z))


def test_convention() -> None:
    """d_z = dL/dx - i dL/dy, as in JAX; so descent goes along its conjugate."""
    np.testing.assert_allclose(grad(modulus)(Z), 2 * np.conj(Z))
    step = Z - 0.1 * np.conj(grad(modulus)(Z))
    assert modulus(step) < modulus(Z)


def test_real_argument_has_a_real_gradient() -> None:
    d_x, d_z = grad(mixed, wrt=("x", "z"))(X, Z)
    assert d_x.dtype == np.float64
    assert d_z.dtype == np.complex128
    check_grads(mixed, (X, Z), wrt=("x", "z"), modes=MODES)


@pytest.mark.parametrize(
    ("x", "z"),
    [
        (X.astype(np.float32), Z.astype(np.complex64)),
        (X.astype(np.float32), Z),
        (X, Z.astype(np.complex64)),
        (np.float32(0.5), Z.astype(np.complex64)),
        (0.5, Z),
        (0.5, 1.0 - 2.0j),
        (np.float64(0.5), np.complex128(1.0 - 2.0j)),
        (X, 1.0 - 2.0j),
        (np.zeros((0,)), np.zeros((0,), complex)),
        (X[::-1], np.asfortranarray(Z)),
    ],
)
def test_gradients_are_like_their_arguments(x: Any, z: Any) -> None:
    for got, given in zip(grad(mixed, wrt=("x", "z"))(x, z), (x, z), strict=True):
        assert np.shape(got) == np.shape(given)
        assert np.asarray(got).dtype == np.asarray(given).dtype
        if not isinstance(given, np.ndarray):
            assert isinstance(got, type(given))


def test_float32_stays_in_single_precision() -> None:
    def spectrum(x):
        return np.sum(np.abs(np.fft.rfft(x)) ** 2)

    assert grad(spectrum)(X.astype(np.float32)).dtype == np.float32


def test_structures() -> None:
    def energy(state):
        return np.sum(np.abs(state["psi"]) ** 2) * state["scale"][0]

    given = {"psi": Z, "scale": (0.5, None)}
    got = grad(energy)(given)
    np.testing.assert_allclose(got["psi"], np.conj(Z))
    assert got["scale"] == (pytest.approx(modulus(Z)), None)


def test_complex_results() -> None:
    value, pullback = vjp(square, Z)
    np.testing.assert_allclose(value, Z * Z)
    np.testing.assert_allclose(pullback(np.ones(3))[0], 2 * Z)
    np.testing.assert_allclose(pullback(1j * X)[0], 2j * X * Z)
    _, tangent = jvp(square, (Z,), (1j * X,))
    np.testing.assert_allclose(tangent, 2j * X * Z)
    _, along = linearize(turned, X)
    np.testing.assert_allclose(along(X), 1j * X)


def test_tangent_of_a_complex_value_is_complex() -> None:
    def shifted(x):
        return x + 0j

    _, tangent = jvp(shifted, (X,), (X,))
    assert tangent.dtype == np.complex128
    (derivative,) = vjp(shifted, X)[1](np.ones(3) * 1j)
    assert derivative.dtype == np.float64
    np.testing.assert_array_equal(derivative, 0.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: jvp(modulus, (X,), (Z,)),
        lambda: vjp(modulus, Z)[1](1j),
        lambda: jvp(lambda_of_number, (2.0,), (1j,)),
    ],
)
def test_real_values_have_real_tangents(call: Any) -> None:
    with pytest.raises(UsageError, match="does not fit"):
        call()


def lambda_of_number(x):
    return x * x


def test_complex_result_has_no_gradient() -> None:
    with pytest.raises(RefusedError, match="the result is complex"):
        grad(square)(2j)
    with pytest.raises(RefusedError, match="the result is complex"):
        value_and_grad(turned)(1.0)
    with pytest.raises(RefusedError, match="the result is complex"):
        adcompile.elementwise_grad(square)(Z)


@pytest.mark.parametrize(
    "call",
    [
        lambda: jacobian(square)(Z),
        lambda: jacobian(turned)(X),
        lambda: jacobian(turned, mode="forward")(X),
        lambda: jacobian(turned, sparse=True)(X),
        lambda: hessian(modulus)(Z),
        lambda: adcompile.hessian_diag(modulus)(Z),
    ],
)
def test_matrices_are_real(call: Any) -> None:
    with pytest.raises(UsageError, match="matrix of derivatives is one of real numbers"):
        call()


def test_matrices_through_complex_numbers() -> None:
    def smoothed(x):
        return np.fft.irfft(np.fft.rfft(x) * np.exp(-np.fft.rfftfreq(4)), 4)

    x = np.array([0.3, -1.0, 0.8, 0.1])
    expected = np.stack([smoothed(unit) for unit in np.eye(4)], axis=1)
    np.testing.assert_allclose(jacobian(smoothed)(x), expected, atol=1e-15)
    np.testing.assert_allclose(jacobian(smoothed, mode="forward")(x), expected, atol=1e-15)


def test_second_derivatives() -> None:
    np.testing.assert_allclose(hvp(modulus)(Z, 1j * X), 2 * np.conj(1j * X), atol=1e-15)

    def of_gradient(z):
        return np.sum(np.abs(grad(modulus)(z)) ** 2)

    np.testing.assert_allclose(grad(of_gradient)(Z), 8 * np.conj(Z))


# ----- where it is not known what is complex -----


def of_a_list(x, z, n):
    values = [z * x]
    for _ in range(n):
        values.append(values[-1] * 1j + z)
    return np.sum(np.abs(np.array(values)) ** 2) + np.sum(np.conj(np.array(values)).imag)


def sign_of_a_list(z, n):
    values = [z]
    for _ in range(n):
        values.append(values[-1] * 1j + z)
    return np.sum(np.real(np.sign(np.array(values))))


def test_unknown_dtype_next_to_complex_numbers() -> None:
    """What is made of a list has no known dtype: the text is right for either."""
    check_grads(of_moduli, (X, Z, 2), wrt=("x", "z"), modes=("reverse", "forward over reverse"))
    check_grads(sign_of_a_list, (Z, 2), modes=("reverse", "forward"))
    with pytest.raises(RefusedError, match="whether the argument `a` of"):
        grad(of_a_list, wrt="z")(X, Z, 2)


def of_moduli(x, z, n):
    values = [z * x]
    for _ in range(n):
        values.append(values[-1] * 1j + z)
    return np.sum(np.abs(np.array(values)) ** 2 * x)


def test_helper_takes_the_real_part() -> None:
    """The text for arguments of which nothing is known is right for real and complex ones."""

    def f(x, z):
        return np.sum(np.abs(x * z) ** 2)

    text = adcompile.grad(f, wrt=("x", "z")).source_for(X, Z)
    assert "np.real(" in text
    assert adcompile.runtime.unbroadcast(Z, X).dtype == np.float64
    assert adcompile.runtime.unbroadcast(Z, Z) is Z


def test_seed_refuses_a_complex_result() -> None:
    with pytest.raises(TypeError, match="the result is complex"):
        adcompile.runtime.seed(np.complex128(1j))


def test_no_complex_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for wrt in ("x", "z", ("x", "z")):
            grad(mixed, wrt=wrt)(X, Z)


def test_arguments_stay() -> None:
    def written(z, x):
        z[1:] = x[1:] * 1j
        z *= 2.0
        return np.sum(np.abs(z) ** 3)

    z = Z.copy()
    grad(written, wrt=("z", "x"))(z, X)
    np.testing.assert_array_equal(z, Z)


def test_contract_counts_complex_numbers() -> None:
    assert is_float(1j)
    assert is_float(Z)
    assert is_float(np.complex64(1j))
    assert not is_float(1)


@pytest.mark.parametrize("wrong", ["conjugated", "doubled"])
def test_check_grads_finds_mistakes(wrong: str) -> None:
    def wrongly(z):
        return 2 * z if wrong == "conjugated" else 4 * np.conj(z)

    with pytest.raises(AssertionError, match=r"the (real|imaginary) part of z"):
        check_grads(modulus, (Z,), gradient=wrongly)


def test_cases_of_fixed_points() -> None:
    check_grads(attracted, (0.2 * Z,), modes=("reverse", "forward"))


def step(w, z):
    return 0.3 * np.conj(w) * w + z


def attracted(z):
    return np.sum(np.abs(adcompile.fixed_point(step, z * 0, z)))


def test_rows_cover_what_is_said_of_complex_numbers() -> None:
    """What is listed as right for complex numbers is in a row with such."""
    expressions = " ".join(
        row.expr for family in ("complex_numbers", "fft") for row in ROWS[family]
    )
    expressions = expressions.replace("np.abs(", "np.absolute(")
    missing = []
    for name in FORMS:
        space, _, short = name.rpartition(".")
        method = f".{short}" if space in ("ndarray", "attribute") else f"a.{short}("
        spelled = (f"{name.replace('numpy.', 'np.', 1).removeprefix('builtins.')}(", method)
        if space not in ("operator", "runtime", "") and not any(s in expressions for s in spelled):
            missing.append(name)
    # In another precision than the tests are, and what only backward sweeps call
    assert missing == ["numpy.complex64", "numpy.clongdouble", "builtins.list"]


def becoming_complex(x, n):
    values = [x]
    for _ in range(n):
        values.append(np.abs(values[-1]) * x)
        values.append(values[-1] * (1 + 1j))
    total = 0.0
    for value in values:
        total = total + np.sum((value * value * (1 - 2j)).real) + np.sum(np.abs(value) ** 2 * x)
    return total


def test_list_that_becomes_complex() -> None:
    """Its elements are real or complex, which shows only at run time."""
    check_grads(becoming_complex, (X, 2), modes=MODES)
