import numpy as np


def dead_value_grad(x, w):
    """Gradient of `dead_value` with respect to x, w.

    d_v is the derivative of the result by v.
    """
    h = x * w

    # backward
    # y = h * h
    d_h = 2 * h
    # h = x * w
    d_x = d_h * w
    d_w = np.sum(d_h * x, axis=0)
    return d_x, d_w
