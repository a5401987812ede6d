import numpy as np


def quadratic_form_grad(x, a):
    """Gradient of `quadratic_form` with respect to x, a.

    d_v is the derivative of the result by v.
    """
    # return 0.5 * x @ a @ x
    t = 0.5 * x

    # backward
    # return 0.5 * x @ a @ x
    d_a = np.outer(t, x)
    d_x = t @ a + 0.5 * (a @ x)
    return d_x, d_a
