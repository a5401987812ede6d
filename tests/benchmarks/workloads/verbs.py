"""What the verbs other than `grad` are asked of: functions of one vector."""

import numpy as np

from ..verbs import Task
from .elementwise import chain
from .in_place import stencil

RNG = np.random.default_rng(1)
WEIGHTS = RNG.normal(size=(100, 100)) / 10
INPUTS, TARGETS = RNG.normal(size=(64, 16)), RNG.normal(size=(64, 4))


def layers(x):
    y = x
    for _ in range(3):
        y = np.tanh(WEIGHTS @ y + x)
    return y


def perceptron(p):
    W1, b1, W2 = p[:384].reshape(16, 24), p[384:408], p[408:].reshape(24, 4)
    error = np.tanh(INPUTS @ W1 + b1) @ W2 - TARGETS
    return np.sum(error * error)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def waves(u):
    return stencil(u, 0.2, 50)


def parameters(rng):
    return 0.3 * rng.normal(size=504)


TASKS = (
    Task("jvp-elementwise", "along a direction, elementwise chain, n=10,000", "jvp", chain,
         lambda rng: rng.normal(size=10_000)),
    Task("jvp-mlp", "along a direction, perceptron 16-24-4, batch of 64", "jvp", perceptron,
         parameters),
    Task("jvp-stencil", "along a direction, 50 steps of a stencil in place, n=1,000", "jvp",
         waves, lambda rng: rng.normal(size=1000)),
    Task("jacobian", "Jacobian of 3 layers of tanh, 100 by 100", "jacobian", layers,
         lambda rng: rng.normal(size=100)),
    Task("hvp-mlp", "Hessian times a vector, perceptron 16-24-4, batch of 64", "hvp", perceptron,
         parameters),
    Task("hvp-stencil", "Hessian times a vector, 50 steps of a stencil in place, n=1,000", "hvp",
         waves, lambda rng: rng.normal(size=1000)),
    Task("hessian-rosenbrock", "Hessian of Rosenbrock's function of 50 variables", "hessian",
         rosenbrock, lambda rng: rng.normal(size=50)),
    Task("hessian-mlp", "Hessian of a perceptron 16-24-4, batch of 64, 504 parameters", "hessian",
         perceptron, parameters),
)  # fmt: skip
