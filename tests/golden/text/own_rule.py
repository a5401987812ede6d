import numpy as np


def own_rule_grad(x, n):
    """Gradient of `own_rule` with respect to x.

    d_v is the derivative of the result by v.
    """
    h_saved = []
    h = x
    for i in range(n):
        h_saved.append(h)
        # h = softplus(h) - 0.1 * i
        t = softplus(h)
        h = t - 0.1 * i

    # backward
    d_h = x
    for h1 in reversed(h_saved):
        # h = softplus(h) - 0.1 * i
        d_h = d_h / (1.0 + np.exp(-h1))
    d_x = h + d_h
    return d_x
