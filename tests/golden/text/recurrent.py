import numpy as np


def recurrent_grad(w, u, h, xs):
    """Gradient of `recurrent` with respect to w, u, h.

    d_v is the derivative of the result by v.
    """
    h_saved = []
    for i in range(len(xs)):
        h_saved.append(h)
        x = xs[i]
        h = np.tanh(w @ h + u @ x)

    # backward
    # return np.sum(h * h)
    d_h = 2 * h
    d_u = np.zeros_like(u)
    d_w = np.zeros_like(w)
    for i in reversed(range(len(xs))):
        # h = np.tanh(w @ h + u @ x)
        d_t = d_h * (1 - h * h)
        x = xs[i]
        h = h_saved.pop()
        # h = np.tanh(w @ h + u @ x)
        d_h = w.T @ d_t
        d_u += np.outer(d_t, x)
        d_w += np.outer(d_t, h)
    return d_w, d_u, d_h
