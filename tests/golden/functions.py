"""Functions whose gradients are kept as golden files: `ROWS` gives each its arguments and `wrt`."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from adcompile import checkpoint, grad
from tests.golden import complex_numbers, in_place, numpy_functions, own, scipy_functions
from tests.golden.arguments import matrix, vector

# ----- straight line -----


def logistic(w, b, x, y):
    z = x @ w + b
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def polynomial(x):
    return 3.0 * x**3 - 2.0 * x**2 + 0.5 * x - 7.0


def dead_value(x, w):
    h = x * w
    y = h * h
    return np.sum(y)


def scale(u, v):
    return u * 2.0 + v


def linear(x):
    y = scale(x, x)
    return np.sum(y[1:] - y[:-1])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def softmax_cross_entropy(W, b, x, labels):
    z = x @ W + b
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def log_sum_exp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def nearest_centre(points, centres):
    offsets = points[:, None, :] - centres
    return np.sum(np.min(np.sum(offsets**2, axis=2), axis=1))


def broadcasting(a, row, column):
    z = a * row + column
    return np.sum(np.tanh(z))


def masked(x):
    y = np.where(x > 0, np.log(x), 0.0)
    return np.sum(y)


def relu(x, w):
    return np.sum(np.maximum(x @ w, 0.0))


def quadratic_form(x, a):
    return 0.5 * x @ a @ x


def least_squares(a, b):
    x = np.linalg.solve(a, b)
    return np.sum(x * x)


def gaussian_log_likelihood(x, mean, chol):
    d = x - mean
    z = np.linalg.solve(chol, d)
    return -0.5 * np.sum(z**2) - np.sum(np.log(np.diag(chol)))


def normalise(x):
    return np.sum((x - np.mean(x)) / np.std(x) * np.arange(len(x)))


def weighted_norm(x, w):
    return np.linalg.norm(w * x)


def gather(table, rows):
    picked = table[rows]
    return np.sum(picked * picked)


def joined(a, b):
    c = np.concatenate([a, b])
    return np.sum(np.sin(c) * c)


def attention(q, k, v):
    s = q @ k.T / np.sqrt(q.shape[1])
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return np.sum((p @ v) ** 2)


def covariance(x):
    c = np.einsum("ni,nj->ij", x, x) / len(x)
    return np.sum(c * c)


# ----- branches -----


def branch(x):
    if x > 0.0:
        y = x * x
    else:
        y = -x
    return y * x


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)


def ternary(x, y):
    z = x * y if x > y else x + y
    return z * z


# ----- loops -----


def rollout(x, n):
    for i in range(n):
        x = x + 0.01 * np.sin(x) * x
    return x


def nothing_recorded(x):
    s = 0.0
    for i in range(len(x)):
        t = np.sin(x[i])
        s = s + t * x[i]
    return s


def powers(x, n):
    for i in range(n):
        x = x * np.sin(x)
    return np.sum(x)


def recurrent(w, u, h, xs):
    for x in xs:
        h = np.tanh(w @ h + u @ x)
    return np.sum(h * h)


def newton(a):
    x = a
    while abs(x * x - a) > 1e-9:
        x = 0.5 * (x + a / x)
    return x


def nested(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i):
            s = s + math.sin(x * i) * j
    return s


def branch_in_loop(x, a):
    s = a
    for i in range(len(x)):
        if x[i] > 0:
            s = s * x[i]
        else:
            s = s + x[i] * a
    return s


def fibonacci(x, n):
    u, v = x, 1.0
    for _ in range(n):
        u, v = v, u * v
    return v


def exits(x, n):
    s = 0.0
    for i in range(n):
        if i % 3 == 1:
            continue
        s = s + x * i
        if s > 20.0:
            s = s * s
            break
        if s < -50.0:
            return s * x
    return s * s


def newton_until(a):
    x = a
    while True:
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-9:
            break
    return x


def first_above(x, bound):
    for i in range(len(x)):
        if x[i] > bound:
            return x[i] * x[i]
    return bound


def line_search(x, step):
    for _ in range(30):
        y = x * (1.0 - step)
        if np.sum(y * y) < 0.5:
            break
        step = 1.1 * step
    else:
        y = x
    return np.sum(y * y)


def nested_exits(x, a, n):
    s = a
    for i in range(n):
        for j in range(1, len(x)):
            s = s + x[j] * a
            if s > 1.8:
                return s * x[i]
            if x[j] < -0.5:
                break
            s = s * 1.1
        s = s * a
    return s


def zipped(xs, ys):
    s = 0.0
    for x, y in zip(xs, ys):
        s += (x - y) ** 2
    return s


# ----- calls -----


def layer(x, w):
    y = x
    for _ in range(2):
        y = np.tanh(y @ w)
    return y


def two_calls(x, w1, w2):
    return np.sum(layer(layer(x, w1), w2))


def hidden(x, w):
    return np.tanh(x @ w)


def two_layers(x, w1, w2):
    return np.sum(hidden(hidden(x, w1), w2))


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    if n % 2:
        return half * half * x
    return half * half


# ----- containers -----


class Affine(NamedTuple):
    W: Any
    b: Any


@dataclass
class Model:
    first: Affine
    gain: float


def layers(params, x):
    for W, b in params:
        x = np.tanh(x @ W + b)
    return np.sum(x)


def dictionary(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return np.sum((h @ params["W2"]) ** 2)


def gradient_step(params, x):
    grads = {}
    grads["w"] = x * params["b"]
    grads["b"] = np.sum(x * params["w"])
    updated = dict(params)
    for name in updated:
        updated[name] = updated[name] - 0.1 * grads[name]
    return np.sum(updated["w"] ** 2) * updated["b"]


def appended(x, n):
    out = []
    for i in range(n):
        out.append(np.sin(x[i]) * x[i])
    return np.sum(np.array(out) ** 2)


def hidden_states(W, x, n):
    h = x
    states = [h]
    for _ in range(n):
        h = np.tanh(W @ h)
        states.append(h)
    return np.sum(np.stack(states) ** 2)


def element_of_list(x, a):
    sums = [0.0] * 3
    for i in range(len(x)):
        sums[i % 3] = sums[i % 3] + a * x[i]
    return sums[0] * sums[1] + sums[2]


def record(model, x):
    return model.gain * np.sum((x @ model.first.W + model.first.b) ** 2)


class Regression:
    def __init__(self) -> None:
        self.ridge = 0.1

    def loss(self, w, x, y):
        r = x @ w - y
        return np.sum(r * r) + self.ridge * np.sum(w * w)


class Dense:
    def __init__(self, W, b) -> None:
        self.W = W
        self.b = b

    def loss(self, x, y):
        h = np.tanh(x @ self.W + self.b)
        return np.sum((h - y) ** 2)


@dataclass
class State:
    position: float
    speed: float = 0.0


def made_object(stiffness, start):
    state = State(start)
    force = -stiffness * state.position
    state.speed = state.speed + 0.1 * force
    state.position = state.position + 0.1 * state.speed
    return stiffness * state.position**2 + state.speed**2


class Cell:
    def __init__(self, W, U, h) -> None:
        self.W = W
        self.U = U
        self.h = h
        self.steps = 0

    def step(self, x):
        self.steps += 1
        self.h = np.tanh(x @ self.W + self.h @ self.U)


def stateful(W, U, xs, target):
    cell = Cell(W, U, np.zeros(2))
    loss = 0.0
    for x in xs:
        cell.step(x)
        loss += np.sum((cell.h - target) ** 2)
    return loss / cell.steps


# ----- functions as values -----


def closure(x, y, sigma):
    def log_density(z):
        r = (z - x) / sigma
        return -0.5 * np.sum(r * r) - z.size * np.log(sigma)

    return log_density(y) + log_density(2.0 * y)


def perceptron(x, w1, w2, activation):
    def layer(z, w):
        return activation(z @ w)

    return np.sum(layer(layer(x, w1), w2) ** 2)


def network(x, w1, w2):
    return perceptron(x, w1, w2, lambda z: np.maximum(z, 0.0))


def integrate(rate, y, dt, n):
    for i in range(n):
        k = rate(y)
        y = y + dt * rate(y + 0.5 * dt * k)
    return y


def oscillator(w, y, n):
    return np.sum(integrate(lambda z: np.sin(w * z), y, 0.1, n))


def spring(k, x):
    return -k * x


def released(k, x, n):
    return integrate(partial(spring, k), x, 0.1, n)


def sum_over_rows(m, x):
    return sum(np.log(1.0 + np.sum(row * x) ** 2) for row in m)


def ensemble(x, weights):
    outputs = [np.tanh(x @ w) for w in weights]
    return np.sum(outputs[0] * outputs[1])


def bisected(a, tolerance):
    while (step := a * a) > tolerance:
        a = a - 0.5 * step
    return a * step


# ----- checkpoints -----


def heated(u, k, n):
    for t in checkpoint(range(n), snapshots=4):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u**2)


def diffused(u, rate, n):
    for _ in range(n):
        u = u + rate * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))
    return np.var(u)


def interference(x, phase):
    wave = np.exp(1j * (x + phase)) + 0.5 * np.exp(2j * x)
    return np.sum(np.abs(wave) ** 2 * x)


def pendulum(q, p, n):
    for _ in checkpoint(range(n)):
        p = p - 0.01 * math.sin(q)
        q = q + 0.01 * p
    return q


def damped(x, tolerance):
    while checkpoint(x > tolerance, snapshots=8):
        x = x * math.exp(-x)
    return x


@checkpoint
def convolved(x, w):
    h = np.tanh(x @ w)
    return h * x


def recomputed(x, w):
    for k in range(len(w)):
        x = convolved(x, w[k])
    return np.sum(x)


# name: the function, its arguments, and `wrt`
ROWS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "logistic": (logistic, (vector(3), 0.5, matrix(4, 3), np.ones(4)), ("w", "b")),
    "polynomial": (polynomial, (0.7,), 0),
    "dead_value": (dead_value, (matrix(3, 4), vector(4)), (0, 1)),
    "linear": (linear, (vector(),), 0),
    "rosenbrock": (rosenbrock, (vector(),), 0),
    "softmax_cross_entropy": (
        softmax_cross_entropy,
        (matrix(3, 4), vector(4), matrix(6, 3), np.array([0, 1, 2, 3, 0, 1])),
        ("W", "b"),
    ),
    "log_sum_exp": (log_sum_exp, (vector(),), 0),
    "nearest_centre": (nearest_centre, (matrix(5, 2), matrix(3, 2)), (0, 1)),
    "broadcasting": (broadcasting, (matrix(3, 4), vector(4), matrix(3, 1)), (0, 1, 2)),
    "masked": (masked, (vector(),), 0),
    "relu": (relu, (matrix(3, 4), matrix(4, 2)), (0, 1)),
    "quadratic_form": (quadratic_form, (vector(3), matrix(3, 3)), (0, 1)),
    "least_squares": (least_squares, (matrix(3, 3), vector(3)), (0, 1)),
    "gaussian_log_likelihood": (
        gaussian_log_likelihood,
        (vector(3), vector(3), np.tril(matrix(3, 3) + 3.0 * np.eye(3))),
        ("mean", "chol"),
    ),
    "normalise": (normalise, (vector(),), 0),
    "weighted_norm": (weighted_norm, (vector(), vector()), (0, 1)),
    "gather": (gather, (matrix(4, 2), np.array([0, 2, 2])), 0),
    "joined": (joined, (vector(2), vector(3)), (0, 1)),
    "attention": (attention, (matrix(3, 2), matrix(4, 2), matrix(4, 5)), (0, 1, 2)),
    "covariance": (covariance, (matrix(5, 3),), 0),
    "branch": (branch, (1.3,), 0),
    "huber": (huber, (1.3, 1.0), (0, 1)),
    "ternary": (ternary, (1.3, 0.5), (0, 1)),
    "rollout": (rollout, (1.0, 5), 0),
    "diffused": (diffused, (vector(), 0.1, 3), (0, 1)),
    "interference": (interference, (vector(), 0.4), (0, 1)),
    "nothing_recorded": (nothing_recorded, (vector(),), 0),
    "powers": (powers, (vector(), 3), 0),
    "recurrent": (recurrent, (matrix(3, 3), matrix(3, 2), vector(3), matrix(4, 2)), (0, 1, 2)),
    "newton": (newton, (2.0,), 0),
    "nested": (nested, (0.3, 4), 0),
    "branch_in_loop": (branch_in_loop, (vector(), 0.5), (0, 1)),
    "fibonacci": (fibonacci, (1.1, 5), 0),
    "exits": (exits, (3.0, 8), 0),
    "newton_until": (newton_until, (2.0,), 0),
    "first_above": (first_above, (vector(), 0.5), (0, 1)),
    "line_search": (line_search, (vector(), 0.1), (0, 1)),
    "nested_exits": (nested_exits, (vector(), 0.5, 3), (0, 1)),
    "zipped": (zipped, (vector(), vector()), (0, 1)),
    "two_calls": (two_calls, (matrix(2, 3), matrix(3, 3), matrix(3, 3)), (0, 1, 2)),
    "two_layers": (two_layers, (matrix(2, 3), matrix(3, 3), matrix(3, 2)), (0, 1, 2)),
    "power": (power, (1.1, 5), 0),
    "layers": (layers, ([(matrix(3, 3), vector(3)), (matrix(3, 3), vector(3))], matrix(2, 3)), 0),
    "dictionary": (
        dictionary,
        ({"W1": matrix(3, 4), "b1": vector(4), "W2": matrix(4, 2)}, matrix(2, 3)),
        "params",
    ),
    "gradient_step": (gradient_step, ({"w": vector(), "b": 0.3}, vector()), ("params", "x")),
    "appended": (appended, (vector(), 4), 0),
    "hidden_states": (hidden_states, (matrix(3, 3), vector(3), 4), (0, 1)),
    "element_of_list": (element_of_list, (vector(), 1.3), (0, 1)),
    "record": (record, (Model(Affine(matrix(3, 2), vector(2)), 1.5), matrix(4, 3)), "model"),
    "part": (
        Dense.loss,
        (Dense(matrix(3, 2), vector(2)), matrix(4, 3), matrix(4, 2)),
        ("self.W", "self.b"),
    ),
    "made_object": (made_object, (2.0, 0.5), (0, 1)),
    "stateful": (
        stateful,
        (matrix(3, 2), matrix(2, 2), matrix(4, 3), vector(2)),
        (0, 1),
    ),
    "method": (Regression().loss, (vector(3), matrix(4, 3), vector(4)), "w"),
    "closure": (closure, (vector(), vector(), 1.3), (0, 2)),
    "network": (network, (matrix(4, 3), matrix(3, 2), matrix(2, 2)), (1, 2)),
    "oscillator": (oscillator, (1.3, vector(), 3), (0, 1)),
    "released": (released, (1.3, 0.4, 3), (0, 1)),
    "sum_over_rows": (sum_over_rows, (matrix(4, 3), vector(3)), (0, 1)),
    "ensemble": (ensemble, (vector(3), [matrix(3, 2), matrix(3, 2)]), "weights"),
    "bisected": (bisected, (0.9, 0.1), 0),
    "heated": (heated, (vector(8), 0.1, 9), (0, 1)),
    "pendulum": (pendulum, (1.0, 0.5, 9), (0, 1)),
    "damped": (damped, (0.9, 0.1), 0),
    "recomputed": (recomputed, (matrix(2, 3), np.stack([matrix(3, 3)] * 2)), (0, 1)),
}
ROWS |= in_place.ROWS | own.ROWS | numpy_functions.ROWS | complex_numbers.ROWS
ROWS |= scipy_functions.ROWS


def powers_of_elements(x):
    return np.sum(x**3)


def swing(angle, g):
    return 0.5 * np.sin(angle) ** 2 - g * np.cos(angle)


def power_of_number(x, n):
    p = 1.0
    for _ in range(n):
        p = p * x
    return p


def meta_step(w, rate, x, y):
    """The loss after a step down its own gradient."""

    def loss(v):
        return np.mean((x @ v - y) ** 2)

    return loss(w - rate * grad(loss)(w))


def penalised(w, x):
    """The square of a gradient as a penalty."""

    def energy(z):
        return np.sum(np.tanh(z @ w))

    return np.sum(grad(energy)(x) ** 2)


def planar(x, w):
    y = np.tanh(w @ x)
    return np.stack((y[0] * y[1], np.sum(y * y)))


# The texts of other derivatives: verb, function, arguments, wrt
def residual(u, h):
    r = np.zeros_like(u)
    r[1:-1] = (u[2:] - 2 * u[1:-1] + u[:-2]) / h**2 + np.sin(u[1:-1])
    r[0] = u[0]
    r[-1] = u[-1]
    return r


def exits_of_array(x, n):
    y = x.copy()
    for i in range(n):
        if x[i] > 1.0:
            break
        y[i] = y[i] * x[i + 1] + np.mean(x)
    return y


OTHERS: dict[str, tuple[str, Any, tuple[Any, ...], Any]] = {
    "powers_jvp": ("jvp", powers, (vector(), 3), (0,)),
    "logistic_jvp": ("jvp", logistic, (vector(3), 0.5, matrix(4, 3), np.ones(4)), (0, 1)),
    "two_calls_jvp": ("jvp", two_calls, (matrix(2, 3), matrix(3, 3), matrix(3, 3)), (0, 1, 2)),
    "exits_jvp": ("jvp", exits, (3.0, 8), (0,)),
    "planar_jvp": ("jvp", planar, (vector(3), matrix(2, 3)), (0,)),
    "cubes_hvp": ("hvp", powers_of_elements, (vector(),), 0),
    "powers_hvp": ("hvp", powers, (vector(), 3), 0),
    "rosenbrock_hvp": ("hvp", rosenbrock, (vector(),), 0),
    "pendulum_hvp": ("hvp", pendulum, (1.0, 0.5, 9), (0, 1)),
    "recomputed_hvp": ("hvp", recomputed, (matrix(2, 3), np.stack([matrix(3, 3)] * 2)), (0, 1)),
    "planar_vjp": ("vjp", planar, (vector(3), matrix(2, 3)), 0),
    "powers_vjp": ("vjp", powers, (vector(), 3), 0),
    "swing_grad_grad": ("grad", grad(swing), (0.7, 9.81), 0),
    "power_of_number_grad_grad": ("grad", grad(power_of_number), (1.3, 5), 0),
    "meta_step_grad": ("grad", meta_step, (vector(3), 0.1, matrix(4, 3), vector(4)), "w"),
    "penalised_grad": ("grad", penalised, (vector(3), matrix(4, 3)), "w"),
    "residual_pattern": ("sparse jacobian", residual, (vector(), 0.1), 0),
    "exits_in_pattern": ("sparse jacobian", exits_of_array, (vector(), 3), 0),
    "rosenbrock_pattern": ("sparse hessian", rosenbrock, (vector(),), 0),
} | own.OTHERS | complex_numbers.OTHERS
