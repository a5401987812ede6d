import numpy as np


def joined_grad(a, b):
    """Gradient of `joined` with respect to a, b.

    d_v is the derivative of the result by v.
    """
    c = np.concatenate([a, b])

    # backward
    # return np.sum(np.sin(c) * c)
    d_c = np.sin(c) + c * np.cos(c)
    # c = np.concatenate([a, b])
    d_a = d_c[:a.shape[0]]
    d_b = d_c[a.shape[0]:]
    return d_a, d_b.copy()
