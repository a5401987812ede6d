import numpy as np


def softmax_cross_entropy_grad(W, b, x, labels):
    """Gradient of `softmax_cross_entropy` with respect to W, b.

    d_v is the derivative of the result by v.
    """
    # z = x @ W + b
    t = x @ W
    z = t + b
    z = z - np.max(z, axis=1, keepdims=True)
    # log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    e = np.exp(z)
    t1 = np.sum(e, axis=1, keepdims=True)

    # backward
    # return -np.mean(log_p[np.arange(len(labels)), labels])
    d_log_p = np.zeros_like(t)
    d_log_p[np.arange(len(labels)), labels] = -1.0 / labels.size
    # log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    d_z = d_log_p - d_log_p.sum(axis=1, keepdims=True) / t1 * e
    # z = x @ W + b
    d_b = d_z.sum(axis=0)
    d_W = x.T @ d_z
    return d_W, d_b
