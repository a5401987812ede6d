import numpy as np

from adcompile.runtime import from_diagonal


def gaussian_log_likelihood_grad(x, mean, chol):
    """Gradient of `gaussian_log_likelihood` with respect to mean, chol.

    d_v is the derivative of the result by v.
    """
    d = x - mean
    z = np.linalg.solve(chol, d)

    # backward
    # return -0.5 * np.sum(z**2) - np.sum(np.log(np.diag(chol)))
    d_z = -z
    # z = np.linalg.solve(chol, d)
    d_d = np.linalg.solve(chol.T, d_z)
    t = np.outer(d_d, z)
    d_chol = from_diagonal(-1.0 / np.diag(chol), chol.shape) - t
    # d = x - mean
    d_mean = -d_d
    return d_mean, d_chol
