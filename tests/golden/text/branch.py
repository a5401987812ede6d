def branch_grad(x):
    """Gradient of `branch` with respect to x.

    d_v is the derivative of the result by v.
    """
    if x > 0.0:
        y = x * x
    else:
        y = -x

    # backward
    if x > 0.0:
        d_x = y + y + y
    else:
        d_x = y + y
    return d_x
