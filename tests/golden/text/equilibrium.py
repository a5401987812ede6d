import numpy as np

from adcompile.runtime import fixed_point


def layer_forward(z, w, x):
    # return np.tanh(w @ z + x)
    t = np.tanh(w @ z + x)
    return t, (t, z, w)


def layer_backward(saved, d_result):
    t, z, w = saved
    # return np.tanh(w @ z + x)
    d_x = d_result * (1 - t * t)
    d_w = np.outer(d_x, z)
    d_z = w.T @ d_x
    return d_z, d_w, d_x


def equilibrium_grad(w, x):
    """Gradient of `equilibrium` with respect to w, x.

    d_v is the derivative of the result by v.
    """
    z = fixed_point(layer, np.zeros_like(x), w, x)

    # backward
    # return np.sum(z**2)
    d_z = 2.0 * z
    # z = fixed_point(layer, np.zeros_like(x), w, x)
    _, layer_saved = layer_forward(z, w, x)
    count = 0
    w = d_z
    change = d_z
    while np.max(np.abs(change)) > 1e-12 * np.max(np.abs(w)):
        if count == 1000:
            raise ArithmeticError("the derivative does not converge")
        count = count + 1
        t2, _, _ = layer_backward(layer_saved, w)
        w1 = d_z + t2
        change = w1 - w
        w = w1
    _, d_w, d_x = layer_backward(layer_saved, w)
    return d_w, d_x
