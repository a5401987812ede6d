import numpy as np


def planar_backward(saved, d_result):
    """Derivative with respect to x of what `planar` returns.

    d_v is the derivative of the result by v.
    """
    t2, y, t1, t, w = saved
    # return np.stack((y[0] * y[1], np.sum(y * y)))
    d_t = d_result[0]
    d_y = 2 * d_result[1] * y
    d_y[1] += d_t * t
    d_y[0] += d_t * t1
    # y = np.tanh(w @ x)
    d_x = w.T @ (d_y * (1 - t2))
    return d_x


def planar_forward(x, w):
    """Value of `planar`, what the derivative needs of it, and the function for that."""
    y = np.tanh(w @ x)
    # return np.stack((y[0] * y[1], np.sum(y * y)))
    t = y[0]
    t1 = y[1]
    t2 = y * y
    t3 = np.stack((t * t1, np.sum(t2)))
    return t3, (t2, y, t1, t, w), planar_backward
