import numpy as np

from adcompile.runtime import unbroadcast


def arc_length_grad(x, y, t):
    """Gradient of `arc_length` with respect to x, y.

    d_v is the derivative of the result by v.
    """
    # return np.trapezoid(np.hypot(np.gradient(x), np.gradient(y)), t)
    t1 = np.gradient(x)
    t2 = np.gradient(y)
    t3 = np.hypot(t1, t2)
    t = np.diff(t)
    t4 = t3[1:] + t3[:-1]

    # backward
    # return np.trapezoid(np.hypot(np.gradient(x), np.gradient(y)), t)
    d_t = unbroadcast(np.broadcast_to(0.5, (t * t4 / 2.0).shape) * t, t4)
    t = np.zeros_like(t3)
    t[:-1] = d_t
    d_t1 = t
    d_t1[1:] += d_t
    t = np.where(t3 == 0, 1, t3)
    d_t = d_t1 * t1 / t
    d_t1 = d_t1 * t2 / t
    t = d_t1[:1]
    t1 = d_t1[-1:]
    t = np.concatenate((-t, t, d_t1[1:-1] / 2, t1, -t1), axis=0)
    d_y = t[:-2] - t[2:]
    t = d_t[:1]
    t1 = d_t[-1:]
    t = np.concatenate((-t, t, d_t[1:-1] / 2, t1, -t1), axis=0)
    d_x = t[:-2] - t[2:]
    return d_x, d_y
