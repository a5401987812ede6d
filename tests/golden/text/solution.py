import numpy as np

from adcompile.runtime import root


def system_forward(z, w, x):
    # return z + np.sin(w @ z) - x
    t = w @ z
    return z + np.sin(t) - x, (t, z, w)


def system_backward(saved, d_result):
    t, z, w = saved
    # return z + np.sin(w @ z) - x
    d_x = -d_result
    d_t = d_result * np.cos(t)
    d_w = np.outer(d_t, z)
    d_z = d_result + w.T @ d_t
    return d_z, d_w, d_x


def solution_grad(w, x):
    """Gradient of `solution` with respect to w, x.

    d_v is the derivative of the result by v.
    """
    z = root(system, x, w, x)

    # backward
    # return np.sum(z**2)
    d_z = 2.0 * z
    # z = root(system, x, w, x)
    _, system_saved = system_forward(z, w, x)
    unit = np.zeros_like(z)
    jacobian = np.zeros((len(unit), len(unit)))
    for i in range(len(unit)):
        unit[i] = 1.0
        t2, _, _ = system_backward(system_saved, unit)
        jacobian[i] = t2
        unit[i] = 0.0
    t = -np.linalg.solve(jacobian.T, d_z)
    _, d_w, d_x = system_backward(system_saved, t)
    return d_w, d_x
