import numpy as np
from numba import njit


@njit(error_model="numpy", nogil=True)
def smoothed_grad(x, n):
    """Gradient of `smoothed` with respect to x.

    d_v is the derivative of the result by v.
    """
    u_saved = []
    u = np.zeros(len(x) + 2)
    for j in range(len(x)):
        # u[1:-1] = x
        u[j + 1] = x[j]
    for _ in range(n):
        # u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        t = u[2:]
        t1 = u[1:-1]
        u_saved.append(t1.copy())
        t2 = u[:-2]
        t3 = np.empty(len(t))
        for j in range(len(t)):
            t4 = t1[j]
            t3[j] = 0.1 * (t[j] - 2 * t4 + t2[j]) * t4
        for j in range(len(t3)):
            u[j + 1] += t3[j]

    # backward
    d_u = np.ones_like(u)
    for _ in range(n - 1, -1, -1):
        # u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        d_t = d_u[1:-1]
        t = u_saved.pop()
        for j in range(len(t)):
            u[j + 1] = t[j]
        d_t1 = np.empty(len(d_t))
        for j in range(len(d_t)):
            d_t1[j] = d_t[j] * t[j]
        t1 = u[:-2]
        t2 = u[2:]
        d_t2 = np.empty(len(d_t1))
        for j in range(len(d_t1)):
            d_t2[j] = 0.1 * d_t1[j]
        t3 = np.empty(len(d_t))
        for j in range(len(d_t)):
            t4 = d_t[j] * (0.1 * (t2[j] - 2 * t[j] + t1[j]))
            t3[j] = t4
        for j in range(len(d_t2)):
            d_u[j] += d_t2[j]
        for j in range(len(t3)):
            d_u[j + 1] += t3[j] - 0.2 * d_t1[j]
        for j in range(len(d_t2)):
            d_u[j + 2] += d_t2[j]
    # u[1:-1] = x
    d_x = d_u[1:-1]
    return d_x
