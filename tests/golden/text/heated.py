from adcompile.runtime import snapshots


def heated_grad(u, k, n):
    """Gradient of `heated` with respect to u, k.

    d_v is the derivative of the result by v.
    """
    u_saved = []
    keep = snapshots(0, n, 4)
    u = u.copy()
    for t in range(n):
        if t in keep:
            u_saved.append((t, u.copy()))
        # u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        t1 = u[1:-1]
        u[1:-1] += k * (u[2:] - 2 * t1 + u[:-2]) * t1

    # backward
    # return np.sum(u**2)
    d_u = 2.0 * u
    d_k = 0.0
    for t in reversed(range(n)):
        # the state before this step, from the last one stored
        start, u = u_saved.pop()
        keep = snapshots(start, t + 1, 4 - len(u_saved))
        u = u.copy()
        for i in range(start, t):
            if i in keep:
                u_saved.append((i, u.copy()))
            # u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
            t1 = u[1:-1]
            u[1:-1] += k * (u[2:] - 2 * t1 + u[:-2]) * t1
        t1 = u[1:-1]
        t2 = u[2:] - 2 * t1 + u[:-2]
        d_t = d_u[1:-1]
        d_t1 = d_t * t1
        t1 = d_t * (k * t2)
        d_t = d_t1 * k
        d_u[:-2] += d_t
        d_u[1:-1] += t1 - 2 * d_t
        d_u[2:] += d_t
        d_k += d_t1 @ t2
    return d_u, d_k
