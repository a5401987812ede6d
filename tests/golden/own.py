"""Functions with derivatives of the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile import custom_rule, fixed_point, on_backward, root, stop_gradient
from tests.golden.arguments import matrix, vector

NORMS: list[float] = []


@custom_rule
def softplus(x):
    return np.logaddexp(0.0, x)


@softplus.pullback
def softplus_pullback(d_y, y, x):
    return d_y / (1.0 + np.exp(-x))


@softplus.pushforward
def softplus_pushforward(x_dot, y, x):
    return x_dot / (1.0 + np.exp(-x))


@custom_rule
def polar(x, y):
    return np.hypot(x, y), np.arctan2(y, x)


@polar.pullback
def polar_pullback(d, result, x, y):
    d_r, d_angle = d
    r, _ = result
    return (d_r * x - d_angle * y / r) / r, (d_r * y + d_angle * x / r) / r


@polar.pushforward
def polar_pushforward(x_dot, y_dot, result, x, y):
    r, _ = result
    return (x * x_dot + y * y_dot) / r, (x * y_dot - y * x_dot) / r**2


def clipped(d):
    norm = np.linalg.norm(d)
    NORMS.append(norm)
    if norm > 1.0:
        d = d / norm
    return d


def layer(z, w, x):
    return np.tanh(w @ z + x)


def system(z, w, x):
    return z + np.sin(w @ z) - x


def own_rule(x, n):
    h = x
    for i in range(n):
        h = softplus(h) - 0.1 * i
    return np.sum(h * x)


def own_rule_of_a_pair(x, y):
    r, angle = polar(x, y)
    return np.sum(r * angle)


def stopped(x, target):
    error = x - target
    weights = stop_gradient(1.0 / (1.0 + error**2))
    return np.sum(weights * error**2)


def hooked(x, w, n):
    h = x
    for i in range(n):
        h = on_backward(np.tanh(w @ h), clipped)
    return np.sum(h)


def equilibrium(w, x):
    z = fixed_point(layer, np.zeros_like(x), w, x)
    return np.sum(z**2)


def solution(w, x):
    z = root(system, x, w, x)
    return np.sum(z**2)


ROWS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "own_rule": (own_rule, (vector(), 3), 0),
    "own_rule_of_a_pair": (own_rule_of_a_pair, (vector(), vector()), (0, 1)),
    "equilibrium": (equilibrium, (matrix(3, 3), vector(3)), (0, 1)),
    "solution": (solution, (matrix(3, 3), vector(3)), (0, 1)),
}

OTHERS: dict[str, tuple[str, Any, tuple[Any, ...], Any]] = {
    "stopped": ("grad", stopped, (vector(), vector()), 0),
    "hooked": ("grad", hooked, (vector(3), matrix(3, 3), 2), (0, 1)),
    "own_rule_jvp": ("jvp", own_rule, (vector(), 3), (0,)),
    "own_rule_hvp": ("hvp", own_rule, (vector(), 3), 0),
    "equilibrium_jvp": ("jvp", equilibrium, (matrix(3, 3), vector(3)), (0, 1)),
    "solution_jvp": ("jvp", solution, (matrix(3, 3), vector(3)), (0,)),
}
