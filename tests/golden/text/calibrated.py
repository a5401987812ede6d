import numpy as np


def calibrated_grad(x, knots, heights):
    """Gradient of `calibrated` with respect to heights.

    d_v is the derivative of the result by v.
    """
    # return np.sum(np.interp(x, knots, heights) ** 2)
    d_t = 2.0 * np.interp(x, knots, heights)
    t = len(knots) - 2
    t = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, t)
    t1 = np.ravel(t)
    t2 = knots[t]
    t = np.clip((x - t2) / (knots[t + 1] - t2), 0.0, 1.0)
    t2 = np.bincount(t1 + 1, np.ravel(d_t * t), len(knots))
    d_heights = np.bincount(t1, np.ravel(d_t * (1 - t)), len(knots)) + t2
    return d_heights
