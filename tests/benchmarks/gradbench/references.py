"""What GradBench's functions are, element by element, from the definitions in its documentation.

Nothing here is shared with the functions that are measured. All of it takes complex numbers, so
that the test has derivatives to the last digit: the imaginary part of `f(x + ih) / h`.
"""

import cmath
import math
from itertools import pairwise

import numpy as np


def lse(x):
    return cmath.log(sum(cmath.exp(e) for e in x))


def llsq(x, n):
    total = 0.0
    for i in range(n):
        t = -1 + i * 2 / (n - 1)
        total += (math.copysign(t != 0, t) - sum(c * t**j for j, c in enumerate(x))) ** 2
    return total / 2


def ode(x, steps):
    h, n = 2 / steps, len(x)

    def slope(y):
        return [x[i] * y[i - 1] if i else x[0] for i in range(n)]

    def moved(y, k, by):
        return [y[i] + by * k[i] for i in range(n)]

    y = [0.0] * n
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(moved(y, k1, h / 2))
        k3 = slope(moved(y, k2, h / 2))
        k4 = slope(moved(y, k3, h))
        y = [y[i] + h * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6 for i in range(n)]
    return y


def kmeans(points, centroids):
    total = 0.0
    for p in points:
        squares = [sum((p[i] - c[i]) ** 2 for i in range(len(p))) for c in centroids]
        total += min(squares, key=lambda square: square.real)
    return total


def det(a):
    return np.linalg.det(a)


def gmm(alpha, mu, q, lower, x, gamma, m):
    """By the densities themselves, with their matrices."""
    k, d = q.shape
    precisions = []
    for j in range(k):
        factor = np.diag(np.exp(q[j])).astype(complex)
        below = [(row, column) for column in range(d) for row in range(column + 1, d)]
        for at, element in zip(below, lower[j], strict=True):
            factor[at] = element
        precisions.append(factor.T @ factor)
    weights = np.exp(alpha) / np.sum(np.exp(alpha))
    total = sum(_log_wishart(p, d, d + m + 1, gamma) for p in precisions)
    for each in x:
        densities = [
            weights[j]
            * np.exp(-(each - mu[j]) @ precisions[j] @ (each - mu[j]) / 2)
            * np.sqrt(np.linalg.det(precisions[j]) / (2 * math.pi) ** d)
            for j in range(k)
        ]
        total += np.log(sum(densities))
    return total


def _log_wishart(matrix, d, freedom, gamma):
    """With the precision gamma**-2 times the identity."""
    log_gamma = d * (d - 1) / 4 * math.log(math.pi)
    log_gamma += sum(math.lgamma((freedom - j) / 2) for j in range(d))
    return (
        (freedom - d - 1) / 2 * np.log(np.linalg.det(matrix))
        - gamma**2 * np.trace(matrix) / 2
        - freedom * d / 2 * math.log(2)
        + freedom * d * math.log(gamma)
        - log_gamma
    )


def ba(cameras, points, weights, seen_by, seen, features):
    """The errors of the observations, two by two, and of the weights after them."""
    errors = []
    for i, weight in enumerate(weights):
        camera = cameras[seen_by[i]]
        x = _turned(camera[:3]) @ (points[seen[i]] - camera[3:6])
        flat = x[:2] / x[2]
        square = flat @ flat
        bent = flat * (1 + camera[9] * square + camera[10] * square**2)
        errors.extend(weight * (camera[6] * bent + camera[7:9] - features[i]))
    return np.array([*errors, *(1 - weight**2 for weight in weights)])


def _turned(axis):
    """The matrix of a rotation: the exponential of the cross product with the axis."""
    angle = np.sqrt(axis @ axis)
    a, b, c = axis / angle
    cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def ht(theta, us, model, places, points):
    """The errors of the points, three by three."""
    bones = len(model.parents)
    angles = np.zeros((bones, 3), complex)
    rest = iter(theta[6:])
    for finger in range(5):
        for joint in range(3):
            angles[2 + 4 * finger + joint, 0] = next(rest)
            if joint == 0:
                angles[2 + 4 * finger, 1] = next(rest)
    moves, absolutes = [], []
    for i in range(bones):
        local = np.eye(4, dtype=complex)
        about_x, about_z, about_y = angles[i]
        local[:3, :3] = _about(2, about_z) @ _about(1, about_y) @ _about(0, about_x)
        local = model.relatives[i] @ local
        parent = model.parents[i]
        absolutes.append(local if parent == -1 else absolutes[parent] @ local)
        moves.append(absolutes[i] @ model.inverse_absolutes[i])
    skin = []
    for vertex, weights in zip(model.vertices, model.weights, strict=True):
        place = sum(weights[i] * (moves[i] @ vertex)[:3] for i in range(bones))
        place = place * [-1, 1, 1] if model.mirrored else place
        skin.append(_turned(theta[:3]) @ place + theta[3:6])
    errors = []
    for i, place in enumerate(places):
        if len(us):
            a, b, c = (skin[corner] for corner in model.triangles[place])
            errors.extend(points[i] - (us[i, 0] * a + us[i, 1] * b + (1 - sum(us[i])) * c))
        else:
            errors.extend(points[i] - skin[place])
    return np.array(errors)


def _about(axis, angle):
    """A rotation about one of the three axes."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3, dtype=complex)
    matrix[i, i] = matrix[j, j] = np.cos(angle)
    matrix[j, i] = np.sin(angle)
    matrix[i, j] = -np.sin(angle)
    return matrix


def lstm(main, extra, state, sequence):
    layers, width = len(main) // 2, sequence.shape[1]
    hidden = [list(state[2 * i]) for i in range(layers)]
    cells = [list(state[2 * i + 1]) for i in range(layers)]
    total = 0.0
    for now, following in pairwise(sequence):
        guess = []
        for b in range(width):
            x = now[b] * extra[0, b]
            for i in range(layers):
                w, bias = main[2 * i].reshape(4, width)[:, b], main[2 * i + 1].reshape(4, width)
                forget = _sigmoid(x * w[0] + bias[0, b])
                enter = _sigmoid(hidden[i][b] * w[1] + bias[1, b])
                leave = _sigmoid(x * w[2] + bias[2, b])
                change = cmath.tanh(hidden[i][b] * w[3] + bias[3, b])
                cells[i][b] = cells[i][b] * forget + enter * change
                x = hidden[i][b] = leave * cmath.tanh(cells[i][b])
            guess.append(x * extra[1, b] + extra[2, b])
        norm = cmath.log(sum(cmath.exp(g) for g in guess) + 2)
        total += sum(f * (g - norm) for f, g in zip(following, guess, strict=True))
    return -total / (width * (len(sequence) - 1))


def _sigmoid(x):
    return 1 / (1 + cmath.exp(-x))


def where_it_lands(w):
    """The particle's place on the ground, with the forces of the two charges written out."""
    charges = [(10.0, 10.0 - w), (10.0, 0.0)]
    x, y, vx, vy, step = 0.0, 8.0, 0.75, 0.0, 0.1
    while True:
        ax = sum((x - cx) / math.hypot(x - cx, y - cy) ** 3 for cx, cy in charges)
        ay = sum((y - cy) / math.hypot(x - cx, y - cy) ** 3 for cx, cy in charges)
        x, y = x + step * vx, y + step * vy
        if y <= 0:
            return x - y / vy * vx
        vx, vy = vx + step * ax, vy + step * ay
