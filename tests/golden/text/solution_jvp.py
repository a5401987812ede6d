import numpy as np

from adcompile.runtime import root


def system_jvp(z, w, x, z_dot, w_dot):
    # return z + np.sin(w @ z) - x
    t = w @ z
    t1 = z_dot + (w_dot @ z + w @ z_dot) * np.cos(t)
    return z + np.sin(t) - x, t1


def solution_jvp(w, x, w_dot):
    """`solution` and its derivative along w_dot.

    v_dot is the derivative of v along these.
    """
    z = root(system, x, w, x)
    t = np.zeros_like(w)
    _, t2 = system_jvp(z, w, x, np.zeros_like(z), w_dot)
    unit = np.zeros_like(z)
    jacobian = np.zeros((len(z), len(z)))
    for i in range(len(z)):
        unit[i] = 1.0
        _, t3 = system_jvp(z, w, x, unit, t)
        jacobian[i] = t3
        unit[i] = 0.0
    z_dot = -np.linalg.solve(jacobian.T, t2)
    return np.sum(z ** 2), 2 * z_dot @ z
