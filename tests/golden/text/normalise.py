import numpy as np


def normalise_grad(x):
    """Gradient of `normalise` with respect to x.

    d_v is the derivative of the result by v.
    """
    # return np.sum((x - np.mean(x)) / np.std(x) * np.arange(len(x)))
    t = x - np.mean(x)
    t1 = np.std(x)
    t2 = np.arange(len(x))

    # backward
    # return np.sum((x - np.mean(x)) / np.std(x) * np.arange(len(x)))
    d_t = t2 / t1
    t3 = x.size * np.where(t1 == 0, 1, t1)
    t4 = d_t.sum() / x.size
    d_x = np.sum(-1.0 * t2 * (t / t1) / t1) * t / t3 + d_t - t4
    return d_x
