import numpy as np


def own_rule_jvp(x, n, x_dot):
    """`own_rule` and its derivative along x_dot.

    v_dot is the derivative of v along these.
    """
    h = x
    h_dot = x_dot
    for i in range(n):
        # h = softplus(h) - 0.1 * i
        t = softplus(h)
        h1 = t - 0.1 * i
        h_dot = h_dot / (1.0 + np.exp(-h))
        h = h1
    return np.sum(h * x), np.sum(h_dot * x + x_dot * h)
