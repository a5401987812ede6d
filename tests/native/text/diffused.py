import numpy as np
from numba import njit

from adcompile.native.helpers import turned


@njit(error_model="numpy", nogil=True)
def diffused_grad(u, rate, n):
    """Gradient of `diffused` with respect to u, rate.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    for _ in range(n):
        # u = u + rate * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))
        shift = turned(1, len(u))
        shift1 = turned(-1, len(u))
        v = np.empty(len(u))
        for j in range(len(u)):
            t = u[j - shift] - 2.0 * u[j] + u[j - shift1]
            v[j] = t
        t_saved.append(v)
        u1 = np.empty(len(u))
        for j in range(len(u)):
            u1[j] = u[j] + rate * v[j]
        u = u1

    # backward
    t = 0.0
    for j in range(len(u)):
        t = t + u[j]
    # return np.var(u)
    t = t / len(u)
    d_u = np.empty(len(u))
    for j in range(len(u)):
        d_u[j] = 2.0 * (u[j] - t) / u.size
    d_rate = 0.0
    for _ in range(n - 1, -1, -1):
        v = t_saved.pop()
        # u = u + rate * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))
        d_rate += d_u @ v
        d_v = np.empty(len(d_u))
        for j in range(len(d_u)):
            d_v[j] = d_u[j] * rate
        shift = turned(1, len(d_v))
        shift1 = turned(-1, len(d_v))
        d_u1 = np.empty(len(d_u))
        for j in range(len(d_u)):
            t = d_v[j - shift1]
            t = d_u[j] + d_v[j - shift] - 2.0 * d_v[j] + t
            d_u1[j] = t
        d_u = d_u1
    return d_u, d_rate
