import numpy as np


def powers_backward(saved, d_result):
    """Derivative with respect to x of what `powers` returns.

    d_v is the derivative of the result by v.
    """
    x, n, x_saved = saved
    d_x = np.full_like(x, d_result)
    for i in reversed(range(n)):
        x = x_saved.pop()
        # x = x * np.sin(x)
        d_x = d_x * np.sin(x) + d_x * x * np.cos(x)
    return d_x


def powers_forward(x, n):
    """Value of `powers`, what the derivative needs of it, and the function for that."""
    x_saved = []
    for i in range(n):
        x_saved.append(x)
        x = x * np.sin(x)
    return np.sum(x), (x, n, x_saved), powers_backward
