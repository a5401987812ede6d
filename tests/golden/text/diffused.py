import numpy as np


def diffused_grad(u, rate, n):
    """Gradient of `diffused` with respect to u, rate.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    for _ in range(n):
        # u = u + rate * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))
        t = np.roll(u, 1) - 2.0 * u + np.roll(u, -1)
        t_saved.append(t)
        u = u + rate * t

    # backward
    # return np.var(u)
    d_u = 2.0 * (u - np.mean(u)) / u.size
    d_rate = 0.0
    for t in reversed(t_saved):
        # u = u + rate * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))
        d_t = d_u * rate
        d_u1 = d_u + np.roll(d_t, 1) - 2.0 * d_t + np.roll(d_t, -1)
        d_rate += d_u @ t
        d_u = d_u1
    return d_u, d_rate
