import numpy as np


def oscillator_grad(w, y, n):
    """Gradient of `oscillator` with respect to w, y.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    t_saved1 = []
    y_saved = []
    for i in range(n):
        y_saved.append(y)
        # k = rate(y)
        k = np.sin(w * y)
        # y = y + dt * rate(y + 0.5 * dt * k)
        t = y + 0.5 * 0.1 * k
        t_saved1.append(t)
        t = w * t
        t_saved.append(t)
        y = y + 0.1 * np.sin(t)

    # backward
    d_y = np.ones_like(y)
    d_w = 0.0
    for i in reversed(range(n)):
        t = t_saved.pop()
        # y = y + dt * rate(y + 0.5 * dt * k)
        d_t = 0.1 * d_y * np.cos(t)
        t = t_saved1.pop()
        d_t1 = d_t * w
        d_k = d_t1 * (0.5 * 0.1)
        y = y_saved.pop()
        # k = rate(y)
        d_t2 = d_k * np.cos(w * y)
        d_y = d_y + d_t1 + d_t2 * w
        d_w = d_w + d_t @ t + d_t2 @ y
    return d_w, d_y
