"""Golden functions that use what SciPy has."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, special, stats
from scipy.special import logsumexp

from tests.golden.arguments import matrix, vector


def logistic_regression(w, x, y):
    z = x @ w
    return -np.sum(y * special.log_expit(z) + (1.0 - y) * special.log_expit(-z))


def mixture(x, centres, weights):
    heights = stats.norm.logpdf(x[:, None], centres, 0.5) + special.log_softmax(weights)
    return -np.sum(logsumexp(heights, axis=1))


def evidence(k, y):
    factor = linalg.cholesky(k, lower=True)
    z = linalg.solve_triangular(factor, y, lower=True)
    return z @ z / 2 + np.sum(np.log(np.diag(factor)))


_MATRIX = matrix(4, 3)

# Function, arguments, what it is differentiated by
ROWS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "logistic_regression": (logistic_regression, (vector(3), _MATRIX, vector(4)), 0),
    "mixture": (mixture, (vector(5), vector(3), vector(3)), ("centres", "weights")),
    "evidence": (evidence, (_MATRIX.T @ _MATRIX, vector(3)), (0, 1)),
}
