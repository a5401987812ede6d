import numpy as np
from numba import njit


@njit(error_model="numpy", nogil=True, boundscheck=True)
def gather_grad(table, rows):
    """Gradient of `gather` with respect to table.

    d_v is the derivative of the result by v.
    """
    d_table = np.zeros_like(table)
    for j in range(len(rows)):
        for k in range(table.shape[1]):
            # picked = table[rows]
            rows_j = rows[j]
            d_table[rows_j, k] += 2 * table[rows_j, k]
    return d_table
