import numpy as np


def rosenbrock_hvp(x, x_dot):
    """Hessian of `rosenbrock` times x_dot.

    v_dot is the derivative of v along these.
    d_v is the derivative of the result by v.
    """
    # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    t = x_dot[:-1]
    t1 = x[:-1]
    t2 = x_dot[1:] - 2 * t * t1

    # backward
    # return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    d_t_dot = 2.0 * t - (400.0 * t2 * t1 + t * (400.0 * (x[1:] - t1 ** 2)))
    d_x_dot = np.zeros_like(x)
    d_x_dot[:-1] = d_t_dot
    d_x_dot[1:] += 200.0 * t2
    return d_x_dot
