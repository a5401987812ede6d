def overwritten_argument_grad(x, k):
    """Gradient of `overwritten_argument` with respect to x, k.

    d_v is the derivative of the result by v.
    """
    # x[0] = k * x[1]
    t = x[1]
    x = x.copy()
    x[0] = k * t
    x *= 2.0

    # backward
    # return np.sum(x * x)
    d_x = 2 * x
    # x *= 2.0
    d_x = 2.0 * d_x
    # x[0] = k * x[1]
    d_t = d_x[0]
    d_x[0] = 0.0
    d_k = d_t * t
    d_x[1] += d_t * k
    return d_x, d_k
