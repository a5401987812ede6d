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
        v = u[2:]
        v1 = u[1:-1]
        u_saved.append(v1.copy())
        v2 = u[:-2]
        v3 = np.empty(len(v))
        for j in range(len(v)):
            t = v1[j]
            v3[j] = 0.1 * (v[j] - 2 * t + v2[j]) * t
        for j in range(len(v3)):
            u[j + 1] += v3[j]

    # backward
    d_u = np.ones_like(u)
    for _ in range(n - 1, -1, -1):
        # u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        d_v = d_u[1:-1]
        v = u_saved.pop()
        for j in range(len(v)):
            u[j + 1] = v[j]
        d_v1 = np.empty(len(d_v))
        for j in range(len(d_v)):
            d_v1[j] = d_v[j] * v[j]
        v1 = u[:-2]
        v2 = u[2:]
        d_v2 = np.empty(len(d_v1))
        for j in range(len(d_v1)):
            d_v2[j] = 0.1 * d_v1[j]
        v3 = np.empty(len(d_v))
        for j in range(len(d_v)):
            t = d_v[j] * (0.1 * (v2[j] - 2 * v[j] + v1[j]))
            v3[j] = t
        for j in range(len(d_v2)):
            d_u[j] += d_v2[j]
        for j in range(len(v3)):
            d_u[j + 1] += v3[j] - 0.2 * d_v1[j]
        for j in range(len(d_v2)):
            d_u[j + 2] += d_v2[j]
    # u[1:-1] = x
    d_x = d_u[1:-1]
    return d_x
