import math

import numpy as np
from numba import njit

from adcompile.native.helpers import same


@njit(error_model="numpy", nogil=True)
def dictionary_grad_native(W1, b1, W2, x):
    # h = np.tanh(x @ params["W1"] + params["b1"])
    t = x @ W1
    size = same(t.shape[1], len(b1))
    h = np.empty((len(t), size))
    for j in range(len(t)):
        for k in range(size):
            h[j, k] = math.tanh(t[j, k] + b1[k])
    # return np.sum((h @ params["W2"]) ** 2)
    t = h @ W2

    # backward
    # return np.sum((h @ params["W2"]) ** 2)
    d_t = np.empty((len(t), t.shape[1]))
    for j in range(len(t)):
        for k in range(t.shape[1]):
            d_t[j, k] = 2.0 * t[j, k]
    d_h = d_t @ W2.T
    # h = np.tanh(x @ params["W1"] + params["b1"])
    size = same(d_h.shape[1], h.shape[1])
    d_t1 = np.empty((len(d_h), size))
    for j in range(len(d_h)):
        for k in range(size):
            t = h[j, k]
            d_t1[j, k] = d_h[j, k] * (1 - t * t)
    d_t2 = np.zeros(d_t1.shape[1])
    for j in range(len(d_t1)):
        for k in range(d_t1.shape[1]):
            d_t2[k] += d_t1[j, k]
    return x.T @ d_t1, d_t2, h.T @ d_t


def dictionary_grad(params, x):
    """Gradient of `dictionary` with respect to params.

    d_v is the derivative of the result by v.
    """
    d_t, d_t1, d_t2 = (
        dictionary_grad_native(params["W1"], params["b1"], params["W2"], x)
    )
    return {"W1": d_t, "b1": d_t1, "W2": d_t2}
