import numpy as np
from scipy import linalg

from adcompile.runtime import from_diagonal


def evidence_grad(k, y):
    """Gradient of `evidence` with respect to k, y.

    d_v is the derivative of the result by v.
    """
    factor = linalg.cholesky(k, lower=True)
    z = linalg.solve_triangular(factor, y, lower=True)

    # backward
    # z = linalg.solve_triangular(factor, y, lower=True)
    d_y = linalg.solve_triangular(factor, z, trans=1, lower=True)
    t = np.tril(np.outer(d_y, z))
    d_factor = from_diagonal(1.0 / np.diag(factor), factor.shape) - t
    # factor = linalg.cholesky(k, lower=True)
    t = np.linalg.inv(factor)
    t1 = factor.T @ d_factor
    t = t.T @ ((np.tril(t1) + np.tril(t1, -1)) / 2) @ t
    t = t + t.T
    d_k = (np.tril(t) + np.tril(t, -1)) / 2
    return d_k, d_y
