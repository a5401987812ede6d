import numpy as np


def layer_jvp(x, w, x_dot, w_dot):
    y = x
    y_dot = x_dot
    for _ in range(2):
        # y = np.tanh(y @ w)
        y1 = np.tanh(y @ w)
        y_dot = (y_dot @ w + y @ w_dot) * (1 - y1 * y1)
        y = y1
    return y, y_dot


def two_calls_jvp(x, w1, w2, x_dot, w1_dot, w2_dot):
    """`two_calls` and its derivative along x_dot, w1_dot, w2_dot.

    v_dot is the derivative of v along these.
    """
    # return np.sum(layer(layer(x, w1), w2))
    t, t1 = layer_jvp(x, w1, x_dot, w1_dot)
    t, t1 = layer_jvp(t, w2, t1, w2_dot)
    return np.sum(t), np.sum(t1)
