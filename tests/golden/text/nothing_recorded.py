import math

import numpy as np


def nothing_recorded_grad(x):
    """Gradient of `nothing_recorded` with respect to x.

    d_v is the derivative of the result by v.
    """
    d_x = np.zeros_like(x)
    for i in reversed(range(len(x))):
        # t = np.sin(x[i])
        x_i = x[i]
        t = math.sin(x_i)
        d_x[i] += t + x_i * math.cos(x_i)
    return d_x
