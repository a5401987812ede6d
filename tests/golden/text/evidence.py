import numpy as np
from scipy import linalg

from adcompile.runtime import from_diagonal


def evidence_grad(k, y):
    """Gradient of `evidence` with respect to k, y.

    d_v is the derivative of the result by v.
    """
    factor = linalg.cho_factor(k, lower=True)
    # return y @ linalg.cho_solve(factor, y) / 2 + np.sum(np.log(np.diag(f ...
    t = linalg.cho_solve(factor, y)
    t1 = factor[0]

    # backward
    # return y @ linalg.cho_solve(factor, y) / 2 + np.sum(np.log(np.diag(f ...
    t2 = linalg.cho_solve(factor, 0.5 * y)
    t3 = np.tril(t1)
    t4 = np.tril((np.outer(t2, t) + np.outer(t, t2)) @ t3)
    t1 = from_diagonal(1.0 / np.diag(t1), t1.shape) - t4
    d_y = 0.5 * t + t2
    # factor = linalg.cho_factor(k, lower=True)
    t = np.linalg.inv(t3)
    t2 = t3.T @ np.tril(t1)
    t = t.T @ ((np.tril(t2) + np.tril(t2, -1)) / 2) @ t
    t = t + t.T
    d_k = (np.tril(t) + np.tril(t, -1)) / 2 + np.triu(t1, 1)
    return d_k, d_y
