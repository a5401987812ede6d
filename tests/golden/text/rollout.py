import math


def rollout_grad(x, n):
    """Gradient of `rollout` with respect to x.

    d_v is the derivative of the result by v.
    """
    x_saved = []
    for i in range(n):
        x_saved.append(x)
        # x = x + 0.01 * np.sin(x) * x
        x = x + 0.01 * math.sin(x) * x

    # backward
    d_x = 1.0
    for x in reversed(x_saved):
        # x = x + 0.01 * np.sin(x) * x
        d_x = d_x + d_x * (0.01 * math.sin(x)) + 0.01 * (d_x * x) * math.cos(x)
    return d_x
