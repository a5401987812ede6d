"""Functions that write in place, whose gradients are kept as golden files."""

from typing import Any

import numpy as np

from tests.golden.arguments import matrix, vector

# ----- elements and slices -----


def running_product(x):
    a = x.copy()
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
    b = a[:2]  # a view
    b += x[:2] ** 2
    return a.sum()


def cumulative_sum(x):
    s = x.copy()
    for i in range(1, len(s)):
        s[i] += s[i - 1]
    return np.sum(s * s)


def gauss_seidel(u, f, sweeps):
    u = u.copy()
    for _ in range(sweeps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + f[i])
    return np.sum(u * u)


def smoothed(x, n):
    u = np.zeros(len(x) + 2)
    u[1:-1] = x
    for _ in range(n):
        u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u)


def wave(u, v, c, n):
    u, v = u.copy(), v.copy()
    for _ in range(n):
        v[1:-1] = 2 * u[1:-1] - v[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u, v = v, u
    return np.sum(u * u)


def clipped(x, w):
    h = w * x
    h[h < 0.0] = 0.0
    return np.sum(h * h)


def histogram(weights, bins):
    h = np.zeros(4)
    np.add.at(h, bins, weights)
    return np.sum(h * h)


def through_transpose(m):
    a = m * m
    rows = a.T
    rows[0] = rows[0] * rows[1]
    rows -= 1.0
    return np.sum(a * m)


# ----- arguments that are written -----


def overwritten_argument(x, k):
    x[0] = k * x[1]
    x *= 2.0
    return np.sum(x * x)


def reflect(row, k):
    row[0] = k * row[1]
    row[-1] = k * row[-2]


def boundary_by_helper(u, k):
    u = u.copy()
    reflect(u, k)
    return np.sum(u**3)


# ----- with other control flow -----


def determinant(a):
    a = a.copy()
    n = len(a)
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return np.prod(np.diag(a))


def halved_until_small(x, bound):
    y = x.copy()
    steps = 0
    while np.sum(y * y) > bound:
        y[steps % len(y)] *= 0.5
        steps += 1
    return np.sum(y)


def thresholded(m, bound):
    a = m.copy()
    for i in range(len(a)):
        for j in range(a.shape[1]):
            if a[i, j] > bound:
                a[i, j] = bound * a[i, j]
                break
            a[i, j] = a[i, j] ** 2
    return np.sum(a)


def first_overflow(m, bound):
    s = 0.0
    for row in m:
        for z in row:
            s = s + z * z
            if s > bound:
                return s * z
    return s


ROWS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "running_product": (running_product, (vector(),), 0),
    "cumulative_sum": (cumulative_sum, (vector(),), 0),
    "gauss_seidel": (gauss_seidel, (vector(6), vector(6), 2), (0, 1)),
    "smoothed": (smoothed, (vector(), 3), 0),
    "wave": (wave, (vector(6), vector(6), 0.3, 3), (0, 1, 2)),
    "clipped": (clipped, (vector(), vector()), (0, 1)),
    "histogram": (histogram, (vector(), np.array([0, 2, 2, 3, 0])), 0),
    "through_transpose": (through_transpose, (matrix(3, 4),), 0),
    "overwritten_argument": (overwritten_argument, (vector(), 0.7), (0, 1)),
    "boundary_by_helper": (boundary_by_helper, (vector(), 0.7), (0, 1)),
    "determinant": (determinant, (matrix(4, 4) + 4.0 * np.eye(4),), 0),
    "halved_until_small": (halved_until_small, (vector(), 0.5), 0),
    "thresholded": (thresholded, (matrix(3, 4), 0.4), (0, 1)),
    "first_overflow": (first_overflow, (matrix(3, 4), 2.0), 0),
}
