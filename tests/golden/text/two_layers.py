import numpy as np


def two_layers_grad(x, w1, w2):
    """Gradient of `two_layers` with respect to x, w1, w2.

    d_v is the derivative of the result by v.
    """
    # return np.sum(hidden(hidden(x, w1), w2))
    t = np.tanh(x @ w1)
    t1 = np.tanh(t @ w2)

    # backward
    # return np.sum(hidden(hidden(x, w1), w2))
    d_t = 1 - t1 * t1
    d_w2 = t.T @ d_t
    d_t = d_t @ w2.T * (1 - t * t)
    d_x = d_t @ w1.T
    d_w1 = x.T @ d_t
    return d_x, d_w1, d_w2
