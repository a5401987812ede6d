import numpy as np


def ensemble_grad(x, weights):
    """Gradient of `ensemble` with respect to weights.

    d_v is the derivative of the result by v.
    """
    # outputs = [np.tanh(x @ w) for w in weights]
    w, w1 = weights
    t = np.tanh(x @ w)
    t1 = np.tanh(x @ w1)

    # backward
    # outputs = [np.tanh(x @ w) for w in weights]
    d_w = np.outer(x, t * (1 - t1 * t1))
    return [np.outer(x, t1 * (1 - t * t)), d_w]
