import numpy as np


def logistic_jvp(w, b, x, y, w_dot, b_dot):
    """`logistic` and its derivative along w_dot, b_dot.

    v_dot is the derivative of v along these.
    """
    # z = x @ w + b
    z_dot = x @ w_dot + b_dot
    z = x @ w + b
    # p = 1 / (1 + np.exp(-z))
    e = np.exp(-z)
    p = 1 / (1 + e)
    p_dot = z_dot * e * p * p
    # return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    t = 1 - y
    t1 = 1 - p
    t2 = -np.mean(p_dot * (y / p - t / t1))
    return -np.mean(y * np.log(p) + t * np.log(t1)), t2
