import numpy as np


def closure_grad(x, y, sigma):
    """Gradient of `closure` with respect to x, sigma.

    d_v is the derivative of the result by v.
    """
    # return log_density(y) + log_density(2.0 * y)
    r = (y - x) / sigma
    t = 2.0 * y
    r1 = (t - x) / sigma

    # backward
    # return log_density(y) + log_density(2.0 * y)
    d_r = -r1
    t1 = np.sum(d_r * r1 / sigma)
    d_r1 = -r
    t2 = np.sum(d_r1 * r / sigma)
    d_sigma = (-1.0 * t.size - 1.0 * y.size) / sigma - t1 - t2
    d_x = -d_r / sigma - d_r1 / sigma
    return d_x, d_sigma
