import numpy as np


def histogram_grad(weights, bins):
    """Gradient of `histogram` with respect to weights.

    d_v is the derivative of the result by v.
    """
    h = np.zeros(4)
    np.add.at(h, bins, weights)

    # backward
    # return np.sum(h * h)
    d_h = 2 * h
    # np.add.at(h, bins, weights)
    d_weights = d_h[bins]
    return d_weights
