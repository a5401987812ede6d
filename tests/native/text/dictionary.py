import numpy as np
from numba import njit

from adcompile.native.elementary import tanh
from adcompile.native.helpers import same


@njit(error_model="numpy", nogil=True)
def dictionary_grad_native(W1, b1, W2, x):
    # h = np.tanh(x @ params["W1"] + params["b1"])
    m = x @ W1
    size = same(m.shape[1], len(b1))
    h = np.empty((len(m), size))
    for j in range(len(m)):
        for k in range(size):
            h[j, k] = tanh(m[j, k] + b1[k])
    # return np.sum((h @ params["W2"]) ** 2)
    m = h @ W2

    # backward
    # return np.sum((h @ params["W2"]) ** 2)
    d_m = np.empty((len(m), m.shape[1]))
    for j in range(len(m)):
        for k in range(m.shape[1]):
            d_m[j, k] = 2.0 * m[j, k]
    d_h = d_m @ W2.T
    # h = np.tanh(x @ params["W1"] + params["b1"])
    size = same(d_h.shape[1], h.shape[1])
    d_m1 = np.empty((len(d_h), size))
    for j in range(len(d_h)):
        for k in range(size):
            t = h[j, k]
            d_m1[j, k] = d_h[j, k] * (1 - t * t)
    d_v = np.zeros(d_m1.shape[1])
    for j in range(len(d_m1)):
        for k in range(d_m1.shape[1]):
            d_v[k] += d_m1[j, k]
    return x.T @ d_m1, d_v, h.T @ d_m


def dictionary_grad(params, x):
    """Gradient of `dictionary` with respect to params.

    d_v is the derivative of the result by v.
    """
    d_m, d_v, d_m1 = dictionary_grad_native(params["W1"], params["b1"], params["W2"], x)
    return {"W1": d_m, "b1": d_v, "W2": d_m1}
