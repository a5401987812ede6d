import numpy as np


def convolved_backward(x, w, d_result):
    h = np.tanh(x @ w)
    # return h * x
    d_h = d_result * x
    # h = np.tanh(x @ w)
    d_t = d_h * (1 - h * h)
    d_x = d_result * h + d_t @ w.T
    d_w = x.T @ d_t
    return d_x, d_w


def recomputed_grad(x, w):
    """Gradient of `recomputed` with respect to x, w.

    d_v is the derivative of the result by v.
    """
    x_saved = []
    for k in range(len(w)):
        x_saved.append(x)
        x = convolved(x, w[k])

    # backward
    d_x = np.ones_like(x)
    d_w = np.zeros_like(w)
    for k in reversed(range(len(w))):
        x = x_saved.pop()
        # x = convolved(x, w[k])
        d_x, d_t = convolved_backward(x, w[k], d_x)
        d_w[k] += d_t
    return d_x, d_w
