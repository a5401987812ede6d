import numpy as np


def rosenbrock_grad(x):
    """Gradient of `rosenbrock` with respect to x.

    d_v is the derivative of the result by v.
    """
    # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    t = x[:-1]
    t1 = x[1:] - t ** 2

    # backward
    # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    d_x = np.zeros_like(x)
    d_x[:-1] = -2.0 * (1.0 - t) - 400.0 * t1 * t
    d_x[1:] += 200.0 * t1
    return d_x
