import numpy as np


def logistic_grad(w, b, x, y):
    """Gradient of `logistic` with respect to w, b.

    d_v is the derivative of the result by v.
    """
    z = x @ w + b
    # p = 1 / (1 + np.exp(-z))
    e = np.exp(-z)
    p = 1 / (1 + e)

    # backward
    # return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    t = -1.0 / y.size
    d_p = t * y / p - t * (1 - y) / (1 - p)
    # p = 1 / (1 + np.exp(-z))
    d_z = d_p * p * p * e
    # z = x @ w + b
    d_b = d_z.sum()
    d_w = x.T @ d_z
    return d_w, d_b
