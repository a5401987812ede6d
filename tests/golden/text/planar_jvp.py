import numpy as np


def planar_jvp(x, w, x_dot):
    """`planar` and its derivative along x_dot.

    v_dot is the derivative of v along these.
    """
    y = np.tanh(w @ x)
    y_dot = w @ x_dot * (1 - y * y)
    # return np.stack((y[0] * y[1], np.sum(y * y)))
    t = y[0]
    t1 = y[1]
    t2 = np.stack((y_dot[0] * t1 + y_dot[1] * t, y_dot @ (2 * y)))
    return np.stack((t * t1, np.sum(y * y))), t2
