import numpy as np


def dictionary_grad(params, x):
    """Gradient of `dictionary` with respect to params.

    d_v is the derivative of the result by v.
    """
    h = np.tanh(x @ params["W1"] + params["b1"])
    # return np.sum((h @ params["W2"]) ** 2)
    t = params["W2"]

    # backward
    # return np.sum((h @ params["W2"]) ** 2)
    d_t = 2.0 * (h @ t)
    d_h = d_t @ t.T
    d_t = h.T @ d_t
    # h = np.tanh(x @ params["W1"] + params["b1"])
    d_t1 = d_h * (1 - h * h)
    return {"W1": x.T @ d_t1, "b1": d_t1.sum(axis=0), "W2": d_t}
