def boundary_by_helper_grad(u, k):
    """Gradient of `boundary_by_helper` with respect to u, k.

    d_v is the derivative of the result by v.
    """
    u = u.copy()
    # reflect(u, k)
    t = u[1]
    u[0] = k * t
    t1 = u[-2]
    u[-1] = k * t1

    # backward
    # return np.sum(u**3)
    d_u = 3.0 * u * u
    # reflect(u, k)
    d_t = d_u[-1]
    d_u[-1] = 0.0
    d_u[-2] += d_t * k
    d_t1 = d_u[0]
    d_u[0] = 0.0
    d_k = d_t * t1 + d_t1 * t
    d_u[1] += d_t1 * k
    return d_u, d_k
