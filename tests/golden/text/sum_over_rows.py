import numpy as np


def sum_over_rows_grad(m, x):
    """Gradient of `sum_over_rows` with respect to m, x.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    for i in range(len(m)):
        # return sum(np.log(1.0 + np.sum(row * x) ** 2) for row in m)
        row = m[i]
        t_saved.append(np.sum(row * x))

    # backward
    d_x = np.zeros_like(x)
    d_m = np.zeros_like(m)
    for i in reversed(range(len(m))):
        t = t_saved.pop()
        # return sum(np.log(1.0 + np.sum(row * x) ** 2) for row in m)
        d_t = 2.0 / (1.0 + t ** 2) * t
        row = m[i]
        d_row = d_t * x
        d_m[i] += d_row
        d_x += d_t * row
    return d_m, d_x
