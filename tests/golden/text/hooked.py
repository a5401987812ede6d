import numpy as np


def hooked_grad(x, w, n):
    """Gradient of `hooked` with respect to x, w.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    h_saved = []
    h = x
    for i in range(n):
        h_saved.append(h)
        # h = on_backward(np.tanh(w @ h), clipped)
        h = np.tanh(w @ h)
        t_saved.append(h)

    # backward
    d_h = np.ones_like(h)
    d_w = np.zeros_like(w)
    for i in reversed(range(n)):
        # norm = np.linalg.norm(d)
        norm = np.linalg.norm(d_h)
        NORMS.append(norm)
        if norm > 1.0:
            # d = d / norm
            d = d_h / norm
        else:
            d = d_h
        t = t_saved.pop()
        # h = on_backward(np.tanh(w @ h), clipped)
        d_t = d * (1 - t * t)
        h = h_saved.pop()
        d_h = w.T @ d_t
        d_w += np.outer(d_t, h)
    return d_h, d_w
