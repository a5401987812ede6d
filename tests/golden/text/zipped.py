import numpy as np


def zipped_grad(xs, ys):
    """Gradient of `zipped` with respect to xs, ys.

    d_v is the derivative of the result by v.
    """
    d_ys = np.zeros_like(ys)
    d_xs = np.zeros_like(xs)
    for i in reversed(range(min(len(xs), len(ys)))):
        y = ys[i]
        x = xs[i]
        # s += (x - y) ** 2
        t = x - y
        d_x = 2.0 * t
        d_y = -2.0 * t
        d_ys[i] += d_y
        d_xs[i] += d_x
    return d_xs, d_ys
