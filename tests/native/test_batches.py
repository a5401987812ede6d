"""Batches on several threads."""

import threading

import numpy as np
import pytest

import adcompile
from adcompile.errors import UsageError

X = np.random.default_rng(0).normal(size=(7, 3))
Y = np.arange(7.0)


def loss(w, x, y):
    return (np.sum(np.tanh(w * x)) - y) ** 2


def gradients(w, xs, ys):
    found = np.empty((len(xs), len(w)))
    for i in range(len(xs)):
        found[i] = adcompile.grad(loss)(w, xs[i], ys[i])
    return found


@pytest.mark.parametrize("threads", [0, 1, 2, 3, 16])
def test_gradients_of_examples(threads) -> None:
    pytest.importorskip("numba")
    w = np.linspace(0.1, 1.0, 3)
    run = adcompile.in_threads(adcompile.compiled(gradients), ("xs", "ys"), threads)
    expected = [adcompile.grad(loss)(w, x, y) for x, y in zip(X, Y, strict=True)]
    np.testing.assert_allclose(run(w, X, Y), expected, rtol=1e-12)
    np.testing.assert_allclose(run(w, ys=Y, xs=X), expected, rtol=1e-12)


def test_parts_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=30)

    def rows(x):
        meeting.wait()
        return {"double": 2 * x, "sums": np.sum(x, axis=1)}

    result = adcompile.in_threads(rows, 0, 3)(X)
    np.testing.assert_array_equal(result["double"], 2 * X)
    np.testing.assert_allclose(result["sums"], np.sum(X, axis=1))


def test_errors_are_those_of_the_function() -> None:
    def fails(x):
        raise ArithmeticError("three")

    with pytest.raises(ArithmeticError, match="three"):
        adcompile.in_threads(fails, 0, 2)(X)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="not a parameter"):
        adcompile.in_threads(loss, "z")
    with pytest.raises(UsageError, match=r"\[3, 7\] examples"):
        adcompile.in_threads(loss, (1, 2), 2)(X[0], X, Y[:3])
    with pytest.raises(UsageError, match="no axis of examples"):
        adcompile.in_threads(lambda x: np.sum(x), 0, 2)(X)
