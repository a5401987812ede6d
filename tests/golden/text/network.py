import numpy as np


def network_grad(x, w1, w2):
    """Gradient of `network` with respect to w1, w2.

    d_v is the derivative of the result by v.
    """
    # return perceptron(x, w1, w2, lambda z: np.maximum(z, 0.0))
    t = x @ w1
    t1 = np.maximum(t, 0.0)
    t2 = t1 @ w2

    # backward
    # return perceptron(x, w1, w2, lambda z: np.maximum(z, 0.0))
    d_t = 2.0 * np.maximum(t2, 0.0) * np.heaviside(t2, 0.5)
    d_w2 = t1.T @ d_t
    d_w1 = x.T @ (d_t @ w2.T * np.heaviside(t, 0.5))
    return d_w1, d_w2
