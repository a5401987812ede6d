def stopped_grad(x, target):
    """Gradient of `stopped` with respect to x.

    d_v is the derivative of the result by v.
    """
    error = x - target
    # weights = stop_gradient(1.0 / (1.0 + error**2))
    weights = 1.0 / (1.0 + error ** 2)

    # backward
    # weights = stop_gradient(1.0 / (1.0 + error**2))
    d_error = 2 * weights * error
    return d_error
