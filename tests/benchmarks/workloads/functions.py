"""What several workloads call; peers that have a function of this name get their own."""

import numpy as np


def log_sum_exp(a, axis):
    """log(sum(exp(a))) along an axis, without overflow."""
    top = np.max(a, axis=axis, keepdims=True)
    return np.log(np.sum(np.exp(a - top), axis=axis)) + np.squeeze(top, axis=axis)
