import numpy as np


def linear_grad(x):
    """Gradient of `linear` with respect to x.

    d_v is the derivative of the result by v.
    """
    # return np.sum(y[1:] - y[:-1])
    d_y = np.zeros_like(x)
    d_y[:-1] = -1.0
    d_y[1:] += 1.0
    # y = scale(x, x)
    d_x = d_y + 2.0 * d_y
    return d_x
