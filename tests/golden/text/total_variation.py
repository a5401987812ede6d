import numpy as np


def total_variation_grad(x):
    """Gradient of `total_variation` with respect to x.

    d_v is the derivative of the result by v.
    """
    # return np.sum(np.sqrt(np.diff(x) ** 2 + 1e-6))
    t = x[1:] - x[:-1]

    # backward
    # return np.sum(np.sqrt(np.diff(x) ** 2 + 1e-6))
    d_t = 2.0 / (2 * np.sqrt(t ** 2 + 1e-06)) * t
    d_x = np.zeros_like(x)
    d_x[:-1] = -d_t
    d_x[1:] += d_t
    return d_x
