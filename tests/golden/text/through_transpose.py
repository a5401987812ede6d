import numpy as np


def through_transpose_grad(m):
    """Gradient of `through_transpose` with respect to m.

    d_v is the derivative of the result by v.
    """
    a = m * m
    # rows = a.T
    rows = a.T.copy()
    # rows[0] = rows[0] * rows[1]
    t = rows[0].copy()
    t1 = rows[1].copy()
    a.T[0] = t * t1
    # rows -= 1.0
    a.T[...] -= 1.0

    # backward
    # rows[0] = rows[0] * rows[1]
    d_a = m.copy()
    d_a.T[0] = 0.0
    d_rows = np.zeros_like(rows)
    d_rows[1] = m.T[0] * t
    d_rows[0] += m.T[0] * t1
    # rows = a.T
    d_a += d_rows.T
    # a = m * m
    t = d_a * m
    d_m = a + t + t
    return d_m
