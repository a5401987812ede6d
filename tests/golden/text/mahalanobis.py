import numpy as np


def mahalanobis_grad(m, x):
    """Gradient of `mahalanobis` with respect to m, x.

    d_v is the derivative of the result by v.
    """
    # values, vectors = np.linalg.eigh(m)
    t = np.linalg.eigh(m)
    values = t[0]
    vectors = t[1]
    # return np.sum((vectors.T @ x) ** 2 / values)
    t1 = vectors.T @ x

    # backward
    # return np.sum((vectors.T @ x) ** 2 / values)
    d_t = 2.0 / values * t1
    d_x = vectors @ d_t
    # values, vectors = np.linalg.eigh(m)
    t2 = t.eigenvectors
    t = t.eigenvalues
    t3 = t - t[:, None]
    t = np.where(np.eye(t.shape[-1]) == 1, np.inf, t3)
    t = t2 @ (t2.T @ np.outer(d_t, x).T / t) @ t2.T
    t = -t2 * (t1 ** 2 / values / values) @ t2.T + t
    t = t + t.T
    d_m = (np.tril(t) + np.tril(t, -1)) / 2
    return d_m, d_x
