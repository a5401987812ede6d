import numpy as np

from adcompile.runtime import fixed_point


def layer_jvp(z, w, x, z_dot, w_dot, x_dot):
    # return np.tanh(w @ z + x)
    t = np.tanh(w @ z + x)
    return t, (w_dot @ z + w @ z_dot + x_dot) * (1 - t * t)


def equilibrium_jvp(w, x, w_dot, x_dot):
    """`equilibrium` and its derivative along w_dot, x_dot.

    v_dot is the derivative of v along these.
    """
    z = fixed_point(layer, np.zeros_like(x), w, x)
    _, t1 = layer_jvp(z, w, x, np.zeros_like(z), w_dot, x_dot)
    count = 0
    w1 = t1
    change = t1
    while np.max(np.abs(change)) > 1e-12 * np.max(np.abs(w1)):
        if count == 1000:
            raise ArithmeticError("the derivative does not converge")
        count = count + 1
        _, t1 = layer_jvp(z, w, x, w1, w_dot, x_dot)
        change = t1 - w1
        w1 = t1
    z_dot = w1
    return np.sum(z ** 2), 2 * z_dot @ z
