from adcompile.sets import nothing


def residual_pattern(u, h, u_from):
    """Which inputs each element of `residual` depends on.

    v_from holds a set of inputs for each element of v. The names that are returned are
    those of the parameters whose values decide on the sets, and not only their shapes.
    """
    # r[1:-1] = (u[2:] - 2 * u[1:-1] + u[:-2]) / h**2 + np.sin(u[1:-1])
    t = u_from[1:-1]
    r_from = nothing(u)
    r_from[1:-1] = u_from[2:] | t | u_from[:-2] | t
    # r[0] = u[0]
    r_from[0] = u_from[0]
    # r[-1] = u[-1]
    r_from[-1] = u_from[-1]
    return r_from, ()
