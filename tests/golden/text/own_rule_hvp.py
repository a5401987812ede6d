import numpy as np


def own_rule_hvp(x, n, x_dot):
    """Hessian of `own_rule` times x_dot.

    v_dot is the derivative of v along these.
    d_v is the derivative of the result by v.
    """
    h_saved_dot = []
    h_saved = []
    h = x
    h_dot = x_dot
    for i in range(n):
        h_saved_dot.append(h_dot)
        h_saved.append(h)
        # h = softplus(h) - 0.1 * i
        t = softplus(h)
        h1 = t - 0.1 * i
        h_dot = h_dot / (1.0 + np.exp(-h))
        h = h1

    # backward
    d_h = x
    d_h_dot = x_dot
    for i in reversed(range(n)):
        h_dot1 = h_saved_dot.pop()
        h = h_saved.pop()
        # h = softplus(h) - 0.1 * i
        e = np.exp(-h)
        t = 1.0 + e
        d_h = d_h / t
        d_h_dot = d_h_dot / t + h_dot1 * e * d_h / t
    d_x_dot = h_dot + d_h_dot
    return d_x_dot
