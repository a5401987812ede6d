import numpy as np


def appended_grad(x, n):
    """Gradient of `appended` with respect to x.

    d_v is the derivative of the result by v.
    """
    out = []
    for i in range(n):
        # out.append(np.sin(x[i]) * x[i])
        x_i = x[i]
        out.append(np.sin(x_i) * x_i)

    # backward
    # return np.sum(np.array(out) ** 2)
    d_out = list(2.0 * np.array(out))
    d_x = np.zeros_like(x)
    for i in reversed(range(n)):
        # out.append(np.sin(x[i]) * x[i])
        d_t = d_out.pop()
        x_i = x[i]
        d_x[i] += d_t * np.sin(x_i) + d_t * x_i * np.cos(x_i)
    return d_x
