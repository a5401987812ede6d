import numpy as np


def masked_mean_grad(m, mask):
    """Gradient of `masked_mean` with respect to m.

    d_v is the derivative of the result by v.
    """
    # return np.sum(np.mean(m, axis=0, where=mask) ** 2)
    t = np.where(mask, m, 0.0)
    t1 = np.sum(np.broadcast_to(mask, np.shape(m)), axis=0)

    # backward
    # return np.sum(np.mean(m, axis=0, where=mask) ** 2)
    t = np.broadcast_to(2.0 * (t.sum(axis=0) / t1) / t1, t.shape)
    d_m = np.where(mask, t, 0.0)
    return d_m
