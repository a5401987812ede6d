from adcompile.sets import union


def exits_of_array_pattern(x, n, x_from):
    """Which inputs each element of `exits_of_array` depends on.

    v_from holds a set of inputs for each element of v. The names that are returned are
    those of the parameters whose values decide on the sets, and not only their shapes.
    """
    # y = x.copy()
    y_from = x_from.copy()
    for i in range(n):
        test = x[i] > 1.0
        if test:
            break
        # y[i] = y[i] * x[i + 1] + np.mean(x)
        t = y_from[i] | x_from[i + 1] | union(x_from)
        y_from[i] = t
    return y_from, ("x", "n")
