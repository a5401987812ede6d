import numpy as np
from numba import njit

from adcompile.native.elementary import exp, largest


@njit(error_model="numpy", nogil=True)
def log_sum_exp_grad(x):
    """Gradient of `log_sum_exp` with respect to x.

    d_v is the derivative of the result by v.
    """
    # m = np.max(x)
    m = largest(x)
    # return m + np.log(np.sum(np.exp(x - m)))
    e = np.empty(len(x))
    for j in range(len(x)):
        e[j] = exp(x[j] - m)
    t = 0.0
    for j in range(len(e)):
        t = t + e[j]

    # backward
    # return m + np.log(np.sum(np.exp(x - m)))
    d_x = np.empty(len(e))
    for j in range(len(e)):
        d_x[j] = e[j] / t
    return d_x
