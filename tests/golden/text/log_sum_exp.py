import numpy as np


def log_sum_exp_grad(x):
    """Gradient of `log_sum_exp` with respect to x.

    d_v is the derivative of the result by v.
    """
    m = np.max(x)
    # return m + np.log(np.sum(np.exp(x - m)))
    e = np.exp(x - m)

    # backward
    # return m + np.log(np.sum(np.exp(x - m)))
    d_x = e / e.sum()
    return d_x
