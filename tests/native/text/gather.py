import numpy as np
from numba import njit

from adcompile.native.helpers import within


@njit(error_model="numpy", nogil=True)
def gather_grad(table, rows):
    """Gradient of `gather` with respect to table.

    d_v is the derivative of the result by v.
    """
    d_table = np.zeros_like(table)
    for j in range(len(rows)):
        for k in range(table.shape[1]):
            # picked = table[rows]
            rows_j = rows[j]
            t = 2 * table[within(rows_j, len(table)), k]
            d_table[within(rows_j, len(d_table)), k] += t
    return d_table
