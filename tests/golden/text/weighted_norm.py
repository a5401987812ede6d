import numpy as np


def weighted_norm_grad(x, w):
    """Gradient of `weighted_norm` with respect to x, w.

    d_v is the derivative of the result by v.
    """
    # return np.linalg.norm(w * x)
    t = w * x
    t1 = np.linalg.norm(t)

    # backward
    # return np.linalg.norm(w * x)
    d_t = t / np.where(t1 == 0, 1, t1)
    d_w = d_t * x
    d_x = d_t * w
    return d_x, d_w
