import numpy as np

from adcompile.runtime import unbroadcast


def wave_grad(u, v, c, n):
    """Gradient of `wave` with respect to u, v, c.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    v_saved = []
    # u, v = u.copy(), v.copy()
    u = u.copy()
    v = v.copy()
    for _ in range(n):
        # v[1:-1] = 2 * u[1:-1] - v[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        t = u[1:-1]
        t1 = v[1:-1]
        v_saved.append(t1.copy())
        t = 2 * t - t1 + c * (u[2:] - 2 * t + u[:-2])
        t_saved.append(t)
        v[1:-1] = t
        u, v = v, u

    # backward
    # return np.sum(u * u)
    d_u = 2 * u
    d_v = np.zeros_like(v)
    d_c = 0.0
    for _ in reversed(range(n)):
        t = t_saved.pop()
        # v[1:-1] = 2 * u[1:-1] - v[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        d_t = unbroadcast(d_u[1:-1], t)
        t = v_saved.pop()
        v1 = u
        v1[1:-1] = t
        t1 = v[1:-1]
        t2 = 2 * t1
        d_t1 = unbroadcast(d_t, t2 - t)
        t1 = v[2:] - 2 * t1 + v[:-2]
        d_t = unbroadcast(d_t, c * t1)
        d_c += d_t @ t1
        d_t = d_t * c
        d_u1 = d_v
        d_u1[:-2] += d_t
        d_u1[2:] += d_t
        d_t2 = unbroadcast(d_t1, t2).copy()
        d_v = d_u
        d_v[1:-1] = unbroadcast(-d_t1, t)
        d_u = d_u1
        d_u[1:-1] += -2 * d_t + 2 * d_t2
        u = v
        v = v1
    return d_u, d_v, d_c
