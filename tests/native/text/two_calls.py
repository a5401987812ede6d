import numpy as np
from numba import njit

from adcompile.native.elementary import tanh
from adcompile.native.helpers import same


@njit(error_model="numpy", nogil=True)
def layer_forward(x, w):
    y_saved = []
    y = x
    for _ in range(2):
        y_saved.append(y)
        # y = np.tanh(y @ w)
        m = y @ w
        y = np.empty((len(m), m.shape[1]))
        for j in range(len(m)):
            for k in range(m.shape[1]):
                y[j, k] = tanh(m[j, k])
    return y, (w, y, y_saved)


@njit(error_model="numpy", nogil=True)
def layer_backward(saved, d_y):
    w, y, y_saved = saved
    d_w = np.zeros_like(w)
    for _ in range(1, -1, -1):
        # y = np.tanh(y @ w)
        d_m = np.empty((len(d_y), d_y.shape[1]))
        for j in range(len(d_y)):
            for k in range(d_y.shape[1]):
                t = y[j, k]
                d_m[j, k] = d_y[j, k] * (1 - t * t)
        d_y = d_m @ w.T
        y = y_saved.pop()
        m = y.T @ d_m
        size = same(len(m), len(d_w))
        for j in range(size):
            for k in range(m.shape[1]):
                d_w[j, k] += m[j, k]
    return d_y, d_w


@njit(error_model="numpy", nogil=True)
def two_calls_grad(x, w1, w2):
    """Gradient of `two_calls` with respect to x, w1, w2.

    d_v is the derivative of the result by v.
    """
    # return np.sum(layer(layer(x, w1), w2))
    m, layer_saved = layer_forward(x, w1)
    m = m.copy()
    m, layer_saved1 = layer_forward(m, w2)
    m = m.copy()

    # backward
    # return np.sum(layer(layer(x, w1), w2))
    m1 = np.empty((m.shape[0], m.shape[1]))
    for j in range(m.shape[0]):
        for k in range(m.shape[1]):
            m1[j, k] = 1.0
    d_m, d_w2 = layer_backward(layer_saved1, m1)
    d_x, d_w1 = layer_backward(layer_saved, d_m)
    return d_x, d_w1, d_w2
