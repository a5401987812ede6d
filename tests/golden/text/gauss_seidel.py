import numpy as np


def gauss_seidel_grad(u, f, sweeps):
    """Gradient of `gauss_seidel` with respect to u, f.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    u = u.copy()
    for _ in range(sweeps):
        t = len(u) - 1
        t_saved.append(t)
        for i in range(1, t):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + f[i])

    # backward
    # return np.sum(u * u)
    d_u = 2 * u
    d_f = np.zeros_like(f)
    for t in reversed(t_saved):
        for i in reversed(range(1, t)):
            # u[i] = 0.5 * (u[i - 1] + u[i + 1] + f[i])
            d_t = d_u[i]
            d_u[i] = 0.0
            d_t = 0.5 * d_t
            d_f[i] += d_t
            d_u[i + 1] += d_t
            d_u[i - 1] += d_t
    return d_u, d_f
