import numpy as np


def smoothed_grad(x, n):
    """Gradient of `smoothed` with respect to x.

    d_v is the derivative of the result by v.
    """
    u_saved = []
    u = np.zeros(len(x) + 2)
    u[1:-1] = x
    for _ in range(n):
        # u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        t = u[1:-1]
        u_saved.append(t.copy())
        u[1:-1] += 0.1 * (u[2:] - 2 * t + u[:-2]) * t

    # backward
    d_u = np.ones_like(u)
    for _ in reversed(range(n)):
        # u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        d_t = d_u[1:-1]
        t = u_saved.pop()
        u[1:-1] = t
        d_t1 = d_t * t
        t = d_t * (0.1 * (u[2:] - 2 * t + u[:-2]))
        d_t = 0.1 * d_t1
        d_u[:-2] += d_t
        d_u[1:-1] += t - 0.2 * d_t1
        d_u[2:] += d_t
    # u[1:-1] = x
    d_x = d_u[1:-1]
    return d_x
