import numpy as np


def levels_grad(m):
    """Gradient of `levels` with respect to m.

    d_v is the derivative of the result by v.
    """
    # values, vectors = np.linalg.eigh(m)
    t = np.linalg.eigh(m)
    values = t[0]
    vectors = t[1]

    # backward
    # return values[0] + np.abs(vectors[0, 0]) ** 2
    d_vectors = np.zeros_like(vectors)
    d_vectors[0, 0] = 2.0 * np.conj(vectors[0, 0])
    d_values = np.zeros_like(values)
    d_values[0] = 1.0
    # values, vectors = np.linalg.eigh(m)
    t1 = t.eigenvectors
    t2 = np.conj(t1)
    t = t.eigenvalues
    t = t - t[:, None]
    t = np.where(np.eye(d_values.shape[-1]) == 1, np.inf, t)
    t = t2 * d_values @ t1.T + t2 @ (t1.T @ d_vectors / t) @ t1.T
    t = t + np.conj(t.T)
    d_m = (np.tril(t) + np.tril(t, -1)) / 2
    return d_m
