import numpy as np


def halved_until_small_grad(x, bound):
    """Gradient of `halved_until_small` with respect to x.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    y = x.copy()
    steps = 0
    trips = 0
    while np.sum(y * y) > bound:
        # y[steps % len(y)] *= 0.5
        t = steps % len(y)
        t_saved.append(t)
        y[t] *= 0.5
        # steps += 1
        steps = steps + 1
        trips += 1

    # backward
    d_y = np.ones_like(y)
    for _ in range(trips):
        t = t_saved.pop()
        # y[steps % len(y)] *= 0.5
        d_y[t] = 0.5 * d_y[t]
    return d_y
