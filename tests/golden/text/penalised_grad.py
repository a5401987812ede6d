import numpy as np


def penalised_grad(w, x):
    """Gradient of `penalised` with respect to w.

    d_v is the derivative of the result by v.
    """
    # return np.sum(grad(energy)(x) ** 2)
    t = np.tanh(x @ w)
    t1 = 1 - t * t
    d_z = np.outer(t1, w)

    # backward
    # return np.sum(grad(energy)(x) ** 2)
    d_d_z = 2.0 * d_z
    d_t = -2 * (d_d_z @ w * t)
    d_w = d_d_z.T @ t1 + x.T @ (d_t * t1)
    return d_w
