"""Golden functions that use what NumPy has."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.arguments import matrix, vector


def total_variation(x):
    return np.sum(np.sqrt(np.diff(x) ** 2 + 1e-6))


def filtered(x, w, y):
    return np.sum((np.convolve(x, w, mode="same") - y) ** 2)


def trimmed_mean(x):
    return np.mean(np.sort(x)[1:-1])


def nearest(m, places):
    return np.sum(np.take_along_axis(m, places, axis=1) ** 2)


def calibrated(x, knots, heights):
    return np.sum(np.interp(x, knots, heights) ** 2)


def masked_mean(m, mask):
    return np.sum(np.mean(m, axis=0, where=mask) ** 2)


def nuclear(m):
    return np.sum(np.linalg.svd(m, compute_uv=False))


def mahalanobis(m, x):
    values, vectors = np.linalg.eigh(m)
    return np.sum((vectors.T @ x) ** 2 / values)


def arc_length(x, y, t):
    return np.trapezoid(np.hypot(np.gradient(x), np.gradient(y)), t)


_MATRIX = matrix(4, 3)

# Function, arguments, what it is differentiated by
ROWS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "total_variation": (total_variation, (vector(),), 0),
    "filtered": (filtered, (vector(8), vector(3), vector(8)), (0, 1)),
    "trimmed_mean": (trimmed_mean, (vector(),), 0),
    "nearest": (nearest, (matrix(4, 3), np.array([[0, 2], [1, 1], [2, 0], [0, 1]])), 0),
    "calibrated": (calibrated, (vector(6), np.array([-1.0, 0.0, 2.0]), vector(3)), "heights"),
    "masked_mean": (masked_mean, (matrix(4, 3), matrix(4, 3) < 1.0), 0),
    "nuclear": (nuclear, (_MATRIX,), 0),
    "mahalanobis": (mahalanobis, (_MATRIX.T @ _MATRIX, vector(3)), (0, 1)),
    "arc_length": (arc_length, (vector(), vector(), np.arange(5.0)), (0, 1)),
}
