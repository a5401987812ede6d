import numpy as np


def nearest_centre_grad(points, centres):
    """Gradient of `nearest_centre` with respect to points, centres.

    d_v is the derivative of the result by v.
    """
    offsets = points[:, None, :] - centres
    # return np.sum(np.min(np.sum(offsets**2, axis=2), axis=1))
    t = np.vecdot(offsets, offsets)

    # backward
    # return np.sum(np.min(np.sum(offsets**2, axis=2), axis=1))
    t = t == np.min(t, axis=1)[:, None]
    t = 2 * (t / t.sum(axis=1, keepdims=True))[:, :, None]
    d_offsets = t * offsets
    # offsets = points[:, None, :] - centres
    d_centres = -d_offsets.sum(axis=0)
    d_points = d_offsets.sum(axis=1)
    return d_points, d_centres
