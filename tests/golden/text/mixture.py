import numpy as np
from scipy import special, stats


def mixture_grad(x, centres, weights):
    """Gradient of `mixture` with respect to centres, weights.

    d_v is the derivative of the result by v.
    """
    # heights = stats.norm.logpdf(x[:, None], centres, 0.5) + special.log_ ...
    t = x[:, None]
    t1 = special.log_softmax(weights)
    heights = stats.norm.logpdf(t, centres, 0.5) + t1

    # backward
    # return -np.sum(logsumexp(heights, axis=1))
    t2 = heights - special.logsumexp(heights, axis=1)[:, None]
    d_heights = -np.exp(t2)
    # heights = stats.norm.logpdf(x[:, None], centres, 0.5) + special.log_ ...
    d_t = d_heights.sum(axis=0)
    d_weights = d_t - np.exp(t1) * d_t.sum()
    d_centres = np.sum(d_heights * ((t - centres) / 0.5 / 0.5), axis=0)
    return d_centres, d_weights
