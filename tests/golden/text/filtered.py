import numpy as np

from adcompile.runtime import unbroadcast


def filtered_grad(x, w, y):
    """Gradient of `filtered` with respect to x, w.

    d_v is the derivative of the result by v.
    """
    # return np.sum((np.convolve(x, w, mode="same") - y) ** 2)
    t = np.convolve(x, w)
    t1 = (min(len(x), len(w)) - 1) // 2
    t2 = t1 + max(len(x), len(w))
    t3 = t[t1:t2]

    # backward
    # return np.sum((np.convolve(x, w, mode="same") - y) ** 2)
    d_t = np.zeros_like(t)
    d_t[t1:t2] = unbroadcast(2.0 * (t3 - y), t3)
    d_x = np.correlate(d_t, w, "valid")
    d_w = np.correlate(d_t, x, "valid")
    return d_x, d_w
