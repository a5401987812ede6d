import numpy as np


def line_search_grad(x, step):
    """Gradient of `line_search` with respect to x, step.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    left = "end"
    trips = 0
    for _ in range(30):
        trips += 1
        # y = x * (1.0 - step)
        t = 1.0 - step
        t_saved.append(t)
        y = x * t
        if np.sum(y * y) < 0.5:
            left = "break"
            break
        step = 1.1 * step
    if left == "end":
        y = x

    # backward
    # return np.sum(y * y)
    d_y = 2 * y
    if left == "end":
        d_x = d_y
        d_y = np.zeros_like(x)
    else:
        d_x = np.zeros_like(x)
    d_step = 0.0
    for _ in reversed(range(trips)):
        if left == "break":
            left = "end"
        else:
            d_step = 1.1 * d_step
        t = t_saved.pop()
        # y = x * (1.0 - step)
        d_step -= d_y @ x
        d_x += d_y * t
        d_y = np.zeros_like(x)
    return d_x, d_step
