from adcompile.sets import nothing


def rosenbrock_hessian_pattern(x, x_from):
    """Which inputs each element of the gradient of `rosenbrock` depends on.

    v_from holds a set of inputs for each element of v. The names that are returned are
    those of the parameters whose values decide on the sets, and not only their shapes.
    """
    # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    t = x_from[:-1]
    t1 = x_from[1:] | t

    # backward
    # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    t2 = nothing(x)
    d_x_from = t2
    d_x_from[:-1] |= t | (t1 | t)
    d_x_from[1:] |= t1
    return d_x_from, ()
