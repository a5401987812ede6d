"""A network with memory that guesses the next character: layers whose matrices are diagonal."""

import numpy as np

from adcompile import grad

from .protocol import Eval, Task, run_by_backend


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def layer(weight, bias, hidden, cell, x):
    """The next hidden state and cell; `weight` and `bias` have a row for each of the four gates."""
    gates = np.stack((x, hidden, x, hidden)) * weight + bias
    opened = sigmoid(gates[:3])
    cell = cell * opened[0] + opened[1] * np.tanh(gates[3])
    return opened[2] * np.tanh(cell), cell


def loss(main, extra, state, sequence):
    """The mean of what the right characters cost; two rows of `main` and `state` are a layer's."""
    layers = np.reshape(main, (len(state) // 2, 2, 4, sequence.shape[1]))
    hidden, cells = state[0::2].copy(), state[1::2].copy()
    total = 0.0
    for t in range(len(sequence) - 1):
        x = sequence[t] * extra[0]
        for i in range(len(hidden)):
            x, cell = layer(layers[i, 0], layers[i, 1], hidden[i], cells[i], x)
            hidden[i], cells[i] = x, cell
        guess = x * extra[1] + extra[2]
        total += np.sum(sequence[t + 1] * (guess - np.log(np.sum(np.exp(guess)) + 2)))
    return -total / sequence[1:].size


def prepare(given):
    return tuple(np.array(given[k]) for k in ("main_params", "extra_params", "state", "sequence"))


def report(gradients):
    return np.concatenate([part.ravel() for part in gradients]).tolist()


gradient = grad(loss, wrt=("main", "extra"))
EVAL = Eval(
    {"objective": Task(run_by_backend(loss), prepare), "jacobian": Task(gradient, prepare, report)},
    [
        {
            "main_params": [
                [0.5, 0.25, 0.125, 0.75, 1.0, 0.375, 0.625, 0.875],
                [0.25, 0.5, 0.75, 0.125, 0.375, 1.0, 0.875, 0.625],
            ],
            "extra_params": [[0.5, 0.75], [0.25, 1.0], [0.125, 0.375]],
            "state": [[0.5, 0.25], [0.75, 0.125]],
            "sequence": [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]],
        }
    ],
)
