import math

import numpy as np
from numba import njit

from adcompile.native.helpers import same


@njit(error_model="numpy", nogil=True)
def layer_forward(x, w):
    y_saved = []
    y = x
    for _ in range(2):
        y_saved.append(y)
        # y = np.tanh(y @ w)
        t = y @ w
        y = np.empty((len(t), t.shape[1]))
        for j in range(len(t)):
            for k in range(t.shape[1]):
                y[j, k] = math.tanh(t[j, k])
    return y, (w, y, y_saved)


@njit(error_model="numpy", nogil=True)
def layer_backward(saved, d_y):
    w, y, y_saved = saved
    d_w = np.zeros_like(w)
    for _ in range(1, -1, -1):
        # y = np.tanh(y @ w)
        d_t = np.empty((len(d_y), d_y.shape[1]))
        for j in range(len(d_y)):
            for k in range(d_y.shape[1]):
                t = y[j, k]
                d_t[j, k] = d_y[j, k] * (1 - t * t)
        d_y = d_t @ w.T
        y = y_saved.pop()
        t = y.T @ d_t
        size = same(len(t), len(d_w))
        for j in range(size):
            for k in range(t.shape[1]):
                d_w[j, k] += t[j, k]
    return d_y, d_w


@njit(error_model="numpy", nogil=True)
def two_calls_grad(x, w1, w2):
    """Gradient of `two_calls` with respect to x, w1, w2.

    d_v is the derivative of the result by v.
    """
    # return np.sum(layer(layer(x, w1), w2))
    t, layer_saved = layer_forward(x, w1)
    t = t.copy()
    t, layer_saved1 = layer_forward(t, w2)
    t = t.copy()

    # backward
    # return np.sum(layer(layer(x, w1), w2))
    t1 = np.empty((t.shape[0], t.shape[1]))
    for j in range(t.shape[0]):
        for k in range(t.shape[1]):
            t1[j, k] = 1.0
    d_t, d_w2 = layer_backward(layer_saved1, t1)
    d_x, d_w1 = layer_backward(layer_saved, d_t)
    return d_x, d_w1, d_w2
