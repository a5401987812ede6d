import numpy as np


def nearest_grad(m, places):
    """Gradient of `nearest` with respect to m.

    d_v is the derivative of the result by v.
    """
    # return np.sum(np.take_along_axis(m, places, axis=1) ** 2)
    t = np.arange(len(m))[:, None]

    # backward
    # return np.sum(np.take_along_axis(m, places, axis=1) ** 2)
    d_m = np.zeros_like(m)
    np.add.at(d_m, (t, places), 2.0 * m[t, places])
    return d_m
