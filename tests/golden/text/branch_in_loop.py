import numpy as np


def branch_in_loop_grad(x, a):
    """Gradient of `branch_in_loop` with respect to x, a.

    d_v is the derivative of the result by v.
    """
    s_saved = []
    s = a
    for i in range(len(x)):
        s_saved.append(s)
        if x[i] > 0:
            s = s * x[i]
        else:
            s = s + x[i] * a

    # backward
    d_s = 1.0
    d_x = np.zeros_like(x)
    d_a = 0.0
    for i in reversed(range(len(x))):
        s = s_saved.pop()
        if x[i] > 0:
            # s = s * x[i]
            d_x[i] += d_s * s
            d_s = d_s * x[i]
        else:
            # s = s + x[i] * a
            d_x[i] += d_s * a
            d_a += d_s * x[i]
    d_a += d_s
    return d_x, d_a
