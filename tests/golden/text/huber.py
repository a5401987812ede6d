import numpy as np


def huber_grad(r, delta):
    """Gradient of `huber` with respect to r, delta.

    d_v is the derivative of the result by v.
    """
    if not abs(r) <= delta:
        # return delta * (abs(r) - 0.5 * delta)
        t = 0.5 * delta
        t1 = abs(r) - t

    # backward
    if abs(r) <= delta:
        d_r = r
        d_delta = 0.0
    else:
        d_r = delta * np.sign(r)
        d_delta = t1 - t
    return d_r, d_delta
