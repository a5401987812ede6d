import numpy as np


def masked_grad(x):
    """Gradient of `masked` with respect to x.

    d_v is the derivative of the result by v.
    """
    # y = np.where(x > 0, np.log(x), 0.0)
    d_x = np.where(x > 0, 1.0 / x, 0.0)
    return d_x
