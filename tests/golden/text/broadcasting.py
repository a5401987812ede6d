import numpy as np


def broadcasting_grad(a, row, column):
    """Gradient of `broadcasting` with respect to a, row, column.

    d_v is the derivative of the result by v.
    """
    z = a * row + column
    # return np.sum(np.tanh(z))
    t = np.tanh(z)

    # backward
    # return np.sum(np.tanh(z))
    d_z = 1 - t * t
    # z = a * row + column
    d_column = d_z.sum(axis=1, keepdims=True)
    d_a = d_z * row
    d_row = np.sum(d_z * a, axis=0)
    return d_a, d_row, d_column
