def polynomial_grad(x):
    """Gradient of `polynomial` with respect to x.

    d_v is the derivative of the result by v.
    """
    # return 3.0 * x**3 - 2.0 * x**2 + 0.5 * x - 7.0
    d_x = 0.5 - 4.0 * x + 9.0 * x * x
    return d_x
