def ternary_grad(x, y):
    """Gradient of `ternary` with respect to x, y.

    d_v is the derivative of the result by v.
    """
    if x > y:
        t = x * y
    else:
        t = x + y

    # backward
    # return z * z
    d_t = 2 * t
    if x > y:
        d_x = d_t * y
        d_y = d_t * x
    else:
        d_x = d_t
        d_y = d_t
    return d_x, d_y
