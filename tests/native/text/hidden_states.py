import numpy as np
from numba import njit

from adcompile.native.elementary import tanh
from adcompile.native.helpers import same, stacked


@njit(error_model="numpy", nogil=True)
def hidden_states_grad(W, x, n):
    """Gradient of `hidden_states` with respect to W, x.

    d_v is the derivative of the result by v.
    """
    h_saved = []
    h = x
    states = [x]
    for _ in range(n):
        h_saved.append(h)
        # h = np.tanh(W @ h)
        v = W @ h
        h = np.empty(len(v))
        for j in range(len(v)):
            h[j] = tanh(v[j])
        states.append(h)
    # return np.sum(np.stack(states) ** 2)
    m = stacked(states)

    # backward
    # return np.sum(np.stack(states) ** 2)
    d_m = np.empty((len(m), m.shape[1]))
    for j in range(len(m)):
        for k in range(m.shape[1]):
            d_m[j, k] = 2.0 * m[j, k]
    d_states = list(d_m)
    d_h = np.zeros_like(h)
    d_W = np.zeros_like(W)
    for _ in range(n - 1, -1, -1):
        # states.append(h)
        v = d_states[-1]
        size = same(len(v), len(d_h))
        for j in range(size):
            d_h[j] += v[j]
        d_states.pop()
        # h = np.tanh(W @ h)
        d_v = np.empty(len(d_h))
        for j in range(len(d_h)):
            h_j = h[j]
            d_v[j] = d_h[j] * (1 - h_j * h_j)
        h = h_saved.pop()
        size = same(len(h), d_W.shape[1])
        for j in range(len(d_v)):
            for k in range(size):
                d_W[j, k] += d_v[j] * h[k]
        d_h = W.T @ d_v
    v = d_states[0]
    d_W1 = np.empty((len(d_W), d_W.shape[1]))
    for j in range(len(d_W)):
        for k in range(d_W.shape[1]):
            d_W1[j, k] = d_W[j, k]
    size = same(len(d_h), len(v))
    d_x = np.empty(size)
    for j in range(size):
        d_x[j] = d_h[j] + v[j]
    return d_W1, d_x
