import numpy as np


def powers_jvp(x, n, x_dot):
    """`powers` and its derivative along x_dot.

    v_dot is the derivative of v along these.
    """
    for i in range(n):
        # x = x * np.sin(x)
        t = np.sin(x)
        x_dot = x_dot * (t + np.cos(x) * x)
        x = x * t
    return np.sum(x), np.sum(x_dot)
