import numpy as np


def layers_grad(params, x):
    """Gradient of `layers` with respect to params.

    d_v is the derivative of the result by v.
    """
    x_saved = []
    for i in range(len(params)):
        x_saved.append(x)
        W, b = params[i]
        x = np.tanh(x @ W + b)

    # backward
    d_x = np.ones_like(x)
    d_params = [None] * len(params)
    for i in reversed(range(len(params))):
        # x = np.tanh(x @ W + b)
        d_t = d_x * (1 - x * x)
        W = params[i][0]
        # x = np.tanh(x @ W + b)
        d_x = d_t @ W.T
        x = x_saved.pop()
        d_params[i] = x.T @ d_t, d_t.sum(axis=0)
    return d_params
