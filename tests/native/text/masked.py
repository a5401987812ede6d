import numpy as np
from numba import njit


@njit(error_model="numpy", nogil=True)
def masked_grad(x):
    """Gradient of `masked` with respect to x.

    d_v is the derivative of the result by v.
    """
    # y = np.where(x > 0, np.log(x), 0.0)
    d_x = np.empty(len(x))
    for j in range(len(x)):
        x_j = x[j]
        d_x[j] = 1.0 / x_j if x_j > 0 else 0.0
    return d_x
