import numpy as np


def powers_grad(x, n):
    """Gradient of `powers` with respect to x.

    d_v is the derivative of the result by v.
    """
    x_saved = []
    for i in range(n):
        x_saved.append(x)
        x = x * np.sin(x)

    # backward
    d_x = np.ones_like(x)
    for x in reversed(x_saved):
        # x = x * np.sin(x)
        d_x = d_x * np.sin(x) + d_x * x * np.cos(x)
    return d_x
