def powers_of_elements_hvp(x, x_dot):
    """Hessian of `powers_of_elements` times x_dot.

    v_dot is the derivative of v along these.
    d_v is the derivative of the result by v.
    """
    # return np.sum(x**3)
    d_x_dot = x_dot * (6.0 * x)
    return d_x_dot
