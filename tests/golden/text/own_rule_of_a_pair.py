from adcompile.runtime import derivative


def own_rule_of_a_pair_grad(x, y):
    """Gradient of `own_rule_of_a_pair` with respect to x, y.

    d_v is the derivative of the result by v.
    """
    # r, angle = polar(x, y)
    t = polar(x, y)
    r, angle = t

    # backward
    # r, angle = polar(x, y)
    d_y = (angle * y + r * x / r) / r
    d_x = derivative((angle * x - r * y / r) / r, x)
    return d_x.copy(), d_y
