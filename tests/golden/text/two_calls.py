import numpy as np


def layer_forward(x, w):
    y_saved = []
    y = x
    for _ in range(2):
        y_saved.append(y)
        y = np.tanh(y @ w)
    return y, (w, y, y_saved)


def layer_backward(saved, d_y):
    w, y, y_saved = saved
    d_w = np.zeros_like(w)
    for _ in reversed(range(2)):
        # y = np.tanh(y @ w)
        d_t = d_y * (1 - y * y)
        d_y = d_t @ w.T
        y = y_saved.pop()
        d_w += y.T @ d_t
    return d_y, d_w


def two_calls_grad(x, w1, w2):
    """Gradient of `two_calls` with respect to x, w1, w2.

    d_v is the derivative of the result by v.
    """
    # return np.sum(layer(layer(x, w1), w2))
    t, layer_saved = layer_forward(x, w1)
    t, layer_saved1 = layer_forward(t, w2)

    # backward
    # return np.sum(layer(layer(x, w1), w2))
    t = np.broadcast_to(1.0, t.shape)
    d_t, d_w2 = layer_backward(layer_saved1, t)
    d_x, d_w1 = layer_backward(layer_saved, d_t)
    return d_x, d_w1, d_w2
