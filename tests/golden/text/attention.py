import numpy as np


def attention_grad(q, k, v):
    """Gradient of `attention` with respect to q, k, v.

    d_v is the derivative of the result by v.
    """
    # s = q @ k.T / np.sqrt(q.shape[1])
    t = np.sqrt(q.shape[1])
    s = q @ k.T / t
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    # p = e / np.sum(e, axis=1, keepdims=True)
    t1 = np.sum(e, axis=1, keepdims=True)
    p = e / t1

    # backward
    # return np.sum((p @ v) ** 2)
    d_t = 2.0 * (p @ v)
    d_p = d_t @ v.T
    d_v = p.T @ d_t
    # p = e / np.sum(e, axis=1, keepdims=True)
    d_e = d_p / t1 - np.sum(d_p * p / t1, axis=1, keepdims=True)
    # e = np.exp(s - np.max(s, axis=1, keepdims=True))
    d_s = d_e * e
    # s = q @ k.T / np.sqrt(q.shape[1])
    d_t = d_s / t
    d_q = d_t @ k
    d_k = d_t.T @ q
    return d_q, d_k, d_v
