import numpy as np


def nuclear_grad(m):
    """Gradient of `nuclear` with respect to m.

    d_v is the derivative of the result by v.
    """
    # return np.sum(np.linalg.svd(m, compute_uv=False))
    t = np.linalg.svd(m, False)
    d_m = t.U @ t.Vh
    return d_m
