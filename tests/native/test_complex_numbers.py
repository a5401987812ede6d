"""Complex numbers on both backends, at the limits of their functions too."""

import warnings

import numpy as np
import pytest

import adcompile

pytest.importorskip("numba")


def hyperbolic(z):
    return np.sum(np.tanh(z).real) + np.sum(np.sinh(z * 0.1).imag * np.cosh(z * 0.1).real)


def powers(z):
    return np.sum((z ** (1.5 + 2.0j)).real) + np.sum((z**3).imag) + np.sum((2.0**z).real)


def quotients(z):
    return np.sum((1.0 / z).imag) + np.sum(np.abs(z / (z - 1.0)))


def directions(z):
    return np.sum(np.sign(z).real * np.angle(z)) + np.abs(np.mean(z * np.conj(z)))


def parts(z):
    x = z.real
    y = np.imag(z) * 2.0
    return np.sum(x * y) + np.linalg.norm(z) + np.prod(z).real


def deviations(z):
    return np.std(z) + np.var(z) * np.sum(z.real)


def branches(z):
    w = np.where(np.abs(z) > 1.0, np.sqrt(z), np.log(z + 3.0))
    return np.sum(w.real * w.imag) + np.vdot(z, w).real + np.sum(np.cumsum(z).imag)


def number(z):
    a = z[0] * 1j
    if abs(a) > 1.0:
        a = a.conjugate() + complex(a.real, 2.0)
    return (a**2).real


RNG = np.random.default_rng(0)
PLAIN = RNG.normal(size=6) + 1j * RNG.normal(size=6)
ARRAYS = (
    PLAIN,
    np.repeat(PLAIN, 2)[::-2],
    np.array([0.4 - 0.2j]),
    np.zeros(0, complex),
    np.array([800.0 + 1.0j, -700.0 + 0.3j, 0.2j]),
    np.array([0.0j, 1.0 + 0.0j, -2.0 + 0.0j, complex(-2.0, -0.0)]),
    np.array([complex(np.inf, 1.0), complex(np.nan, 0.0), 1.0 + 1.0j]),
)


@pytest.mark.parametrize(
    "function", [hyperbolic, powers, quotients, directions, parts, deviations, branches, number]
)
def test_both_backends(function) -> None:
    native = adcompile.value_and_grad(function, backend="numba")
    numpy = adcompile.value_and_grad(function)
    for z in ARRAYS:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                value, d_z = numpy(z)
            except IndexError:
                with pytest.raises(IndexError):
                    native(z)
                continue
            got, d_got = native(z)
        np.testing.assert_allclose(got, value, rtol=1e-11, atol=1e-12, err_msg=str(z))
        np.testing.assert_allclose(d_got, d_z, rtol=1e-11, atol=1e-12, err_msg=str(z))
        assert d_got.dtype == d_z.dtype


def real_argument(x, psi):
    h = np.outer(x, x) * 1j
    return np.abs(psi @ (h @ psi)) ** 2 + np.sum(np.abs(np.exp(1j * x) + psi) ** 2)


def test_a_real_argument_has_a_real_gradient() -> None:
    x = np.linspace(0.1, 0.9, 6)
    got = adcompile.grad(real_argument, wrt=(0, 1), backend="numba")(x, PLAIN)
    expected = adcompile.grad(real_argument, wrt=(0, 1))(x, PLAIN)
    for one, other in zip(got, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-12)
