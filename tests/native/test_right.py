"""Programs of the language's samples on both backends; `python -m tests.native` runs all."""

import numpy as np
import pytest

import adcompile
from tests.language.inputs import SAMPLES

pytest.importorskip("numba")

from tests.native.comparing import RIGHT, outcome

CHOSEN = (
    "straight.deep_chain", "straight.new_axes", "branches.ternary_of_arrays",
    "branches.tuples_merge", "loops.columns", "loops.largest", "whiles.doubled_until",
    "exits.two_breaks", "exits.endless_of_arrays", "containers.packed",
    "containers.pair_argument", "calls.in_while", "calls.keyword_arguments",
    "names.adjoint_names", "effects.raises_in_else", "functions.curried",
    "comprehensions.sum_of_some", "builtins.conversions", "objects.adds_objects", "match.guards",
    "writes.every_operator_on_slices", "writes.cholesky", "aliases.view_of_view",
    "found.given_by_a_loop", "lists.popped", "growing.fibonacci_by_list",
)  # fmt: skip


@pytest.mark.parametrize("label", CHOSEN)
def test_sample(label: str) -> None:
    (sample,) = [sample for sample in SAMPLES if sample.label == label]
    assert outcome(sample) == RIGHT


def chain(x, a, n):
    y = np.exp(x * 0.5) * a
    for i in range(n):
        y = y * 0.9 + np.sin(x)
    return np.sum(y * y) * np.mean(y) + np.std(x) + np.max(x) * np.linalg.norm(x)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_precision(dtype) -> None:
    x = np.linspace(0.1, 1.0, 7).astype(dtype)
    args = (x, dtype(0.3), 3)
    got = adcompile.grad(chain, wrt=("x", "a"), backend="numba")(*args)
    expected = adcompile.grad(chain, wrt=("x", "a"))(*args)
    for one, other in zip(got, expected, strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype == dtype
        np.testing.assert_allclose(one, other, rtol=1e-5 if dtype is np.float32 else 1e-13)


def matrices(w, b, x):
    z = np.tanh(x @ w + b)
    p = np.exp(z - np.max(z, axis=1, keepdims=True))
    p = p / np.sum(p, axis=1, keepdims=True)
    return np.sum(p * p) + np.sum(np.mean(z, axis=0) ** 2) + np.sum(z.T[1:, ::2] * b[1:, None])


@pytest.mark.parametrize("order", ["C", "F"])
def test_matrices(order: str) -> None:
    rng = np.random.default_rng(0)
    args = [np.array(rng.normal(size=shape), order=order) for shape in ((4, 3), (3,), (6, 4))]
    args[2] = args[2][::-1]
    got = adcompile.grad(matrices, wrt=(0, 1, 2), backend="numba")(*args)
    expected = adcompile.grad(matrices, wrt=(0, 1, 2))(*args)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def test_other_verbs() -> None:
    def f(x, a):
        for i in range(3):
            x = np.sin(x) * a
        return np.sum(x * x)

    x, a = np.linspace(0.1, 1.0, 4), 0.8
    expected = (
        adcompile.jvp(f, (x, a), (x, 1.0)),
        adcompile.hvp(f)(x, a, x),
        adcompile.hessian(f)(x, a),
    )
    adcompile.set_backend("numba")
    try:
        got = (
            adcompile.jvp(f, (x, a), (x, 1.0)),
            adcompile.hvp(f)(x, a, x),
            adcompile.hessian(f)(x, a),
        )
    finally:
        adcompile.set_backend("numpy")
    np.testing.assert_allclose(got[0], expected[0], rtol=1e-13)
    np.testing.assert_allclose(got[1], expected[1], rtol=1e-12)
    np.testing.assert_allclose(got[2], expected[2], rtol=1e-12)
