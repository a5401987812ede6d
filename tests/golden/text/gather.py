import numpy as np


def gather_grad(table, rows):
    """Gradient of `gather` with respect to table.

    d_v is the derivative of the result by v.
    """
    picked = table[rows]

    # backward
    # return np.sum(picked * picked)
    d_picked = 2 * picked
    # picked = table[rows]
    d_table = np.zeros_like(table)
    np.add.at(d_table, rows, d_picked)
    return d_table
