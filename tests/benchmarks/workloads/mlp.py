"""A perceptron with one hidden layer of tanh and a cross-entropy loss: matrix products."""

import numpy as np

from ..workload import Workload
from .functions import log_sum_exp


def loss(W1, b1, W2, b2, x, y):
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    return np.mean(log_sum_exp(z, axis=1) - np.sum(y * z, axis=1))


def loss_adjoint(W1, b1, W2, b2, x, y):
    n = len(x)
    h = np.tanh(x @ W1 + b1)
    z = h @ W2 + b2
    top = z.max(axis=1, keepdims=True)
    e = np.exp(z - top)
    total = e.sum(axis=1, keepdims=True)
    value = ((np.log(total) + top).sum() - np.vdot(y, z)) / n
    # backward: the derivative of log_sum_exp is softmax, whatever was subtracted
    d_z = (e / total - y) / n
    d_a = (d_z @ W2.T) * (1.0 - h * h)
    return value, (x.T @ d_a, d_a.sum(axis=0), h.T @ d_z, d_z.sum(axis=0))


def perceptron(name: str, batch: int, inputs: int, hidden: int, classes: int) -> Workload:
    """The workload for one size."""

    def make_data(rng):
        W1 = rng.normal(size=(inputs, hidden)) / np.sqrt(inputs)
        W2 = rng.normal(size=(hidden, classes)) / np.sqrt(hidden)
        b1, b2 = 0.1 * rng.normal(size=hidden), 0.1 * rng.normal(size=classes)
        y = np.eye(classes)[rng.integers(classes, size=batch)]
        return W1, b1, W2, b2, rng.normal(size=(batch, inputs)), y

    return Workload(
        name=name,
        title=f"perceptron {inputs}-{hidden}-{classes}, tanh, cross-entropy, batch of {batch}, "
        "value and gradient by the four parameters",
        make_data=make_data,
        primal=loss,
        wrt=("W1", "b1", "W2", "b2"),
        adjoint=loss_adjoint,
    )


MLP = perceptron("mlp", batch=64, inputs=784, hidden=256, classes=10)
SMALL_MLP = perceptron("mlp-small", batch=1, inputs=16, hidden=16, classes=4)
