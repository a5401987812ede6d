import numpy as np


def first_above_grad(x, bound):
    """Gradient of `first_above` with respect to x, bound.

    d_v is the derivative of the result by v.
    """
    left = "end"
    for i in range(len(x)):
        if x[i] > bound:
            left = "return"
            break
    if left == "return":
        # return x[i] * x[i]
        x_i = x[i]

    # backward
    if left == "return":
        # return x[i] * x[i]
        d_x = np.zeros_like(x)
        d_x[i] = 2 * x_i
        d_bound = 0.0
    else:
        d_x = np.zeros_like(x)
        d_bound = 1.0
    return d_x, d_bound
