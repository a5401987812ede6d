import numpy as np


def powers_hvp(x, n, x_dot):
    """Hessian of `powers` times x_dot.

    v_dot is the derivative of v along these.
    d_v is the derivative of the result by v.
    """
    x_saved_dot = []
    x_saved = []
    for i in range(n):
        x_saved_dot.append(x_dot)
        x_saved.append(x)
        # x = x * np.sin(x)
        t = np.sin(x)
        x_dot = x_dot * (t + np.cos(x) * x)
        x = x * t

    # backward
    d_x = np.ones_like(x)
    d_x_dot = np.zeros_like(x)
    for i in reversed(range(n)):
        x_dot = x_saved_dot.pop()
        x = x_saved.pop()
        # x = x * np.sin(x)
        t = np.sin(x)
        d_t = d_x * x
        t1 = np.cos(x)
        t2 = (d_x_dot * x + x_dot * d_x) * t1 - x_dot * t * d_t
        d_x_dot = d_x_dot * t + x_dot * np.cos(x) * d_x + t2
        d_x = d_x * t + d_t * t1
    return d_x_dot
