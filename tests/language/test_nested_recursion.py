"""Nested functions that call themselves, where nothing in them is differentiated: they are called
as they are, and see what the function around them sees."""

from __future__ import annotations

import numpy as np

import adcompile
from adcompile.testing import check_grads

STEP = 2.0


def series(x):
    def factorial(k):
        return 1 if k <= 1 else k * factorial(k - 1)

    return sum(x[0] ** k / factorial(k) for k in range(len(x)))


def scaled_by(c):
    def f(x):
        def grown(k):
            return c if k == 0 else STEP * grown(k - 1)

        def active(k):
            return x[0] * c if k == 0 else STEP * active(k - 1)

        return active(2) + x[1] * grown(2)

    return f


def test_gradient():
    check_grads(series, (np.array([0.7, 1.0, 2.0, 3.0]),))
    check_grads(scaled_by(3.0), (np.array([0.3, 1.2]),))


def test_what_is_outside_may_change(monkeypatch):
    gradient = adcompile.grad(scaled_by(3.0))
    np.testing.assert_allclose(gradient(np.array([0.3, 1.2])), [12.0, 12.0])
    monkeypatch.setattr(f"{__name__}.STEP", 5.0)
    np.testing.assert_allclose(gradient(np.array([0.3, 1.2])), [75.0, 75.0])
