"""The Gaussian mixture of ADBench: the log posterior of its parameters.

Each of the k components has a mean and a Cholesky factor of its inverse covariance: `below` holds
the elements under the diagonal, column by column, `log_diag` the logarithms of the diagonal.
"""

import math

import numpy as np

from ..workload import Function, Workload
from .functions import log_sum_exp


def gmm(alphas, means, log_diag, below, x, gamma, m):
    centred = x - means[:, None, :]
    whitened = centred @ np.swapaxes(factors(log_diag, below), 1, 2)
    return log_posterior(whitened, alphas, log_diag, below, gamma, m)


def gmm_einsum(alphas, means, log_diag, below, x, gamma, m):
    centred = x - means[:, None, :]
    whitened = np.einsum("kij,knj->kni", factors(log_diag, below), centred)
    return log_posterior(whitened, alphas, log_diag, below, gamma, m)


def factors(log_diag, below):
    """The k lower triangular matrices."""
    d = log_diag.shape[1]
    row, column = np.arange(d)[:, None], np.arange(d)
    position = np.where(row > column, column * (2 * d - column - 1) // 2 + row - column - 1, 0)
    lower = np.where(row > column, below[:, position], 0.0)
    return lower + np.exp(log_diag)[:, :, None] * np.eye(d)


def log_posterior(whitened, alphas, log_diag, below, gamma, m):
    k, n, d = whitened.shape
    log_det = np.sum(log_diag, axis=1)
    inner = (alphas + log_det)[:, None] - 0.5 * np.sum(whitened**2, axis=2)
    log_likelihood = np.sum(log_sum_exp(inner, axis=0)) - n * log_sum_exp(alphas, axis=0)
    squares = np.sum(np.exp(log_diag) ** 2) + np.sum(below**2)
    log_prior = m * np.sum(log_det) - 0.5 * gamma**2 * squares
    return log_likelihood + log_prior + log_constant(k, n, d, gamma, m)


def log_constant(k, n, d, gamma, m):
    """The terms that depend on no parameter: of the normal and of the Wishart distribution."""
    freedom = d + m + 1
    log_gamma = 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(d):
        log_gamma = log_gamma + math.lgamma(0.5 * (freedom - j))
    wishart = freedom * d * math.log(gamma / math.sqrt(2.0)) - log_gamma
    return k * wishart - 0.5 * n * d * math.log(2.0 * math.pi)


def gmm_adjoint(alphas, means, log_diag, below, x, gamma, m):
    k, d = means.shape
    n = len(x)
    column, row = np.triu_indices(d, 1)
    on_diag = np.arange(d)
    diag = np.exp(log_diag)
    factor = np.zeros((k, d, d))
    factor[:, row, column] = below
    factor[:, on_diag, on_diag] = diag
    centred = x - means[:, None, :]
    whitened = centred @ factor.transpose(0, 2, 1)
    log_det = log_diag.sum(axis=1)
    inner = (alphas + log_det)[:, None] - 0.5 * np.einsum("kni,kni->kn", whitened, whitened)
    log_sums, weights = log_sum_exp_and_softmax(inner)
    log_sum_alphas, softmax_alphas = log_sum_exp_and_softmax(alphas)
    value = (
        log_sums.sum()
        - n * log_sum_alphas
        + m * log_det.sum()
        - 0.5 * gamma**2 * (np.vdot(diag, diag) + np.vdot(below, below))
        + log_constant(k, n, d, gamma, m)
    )
    # backward
    d_log_det = weights.sum(axis=1)
    d_alphas = d_log_det - n * softmax_alphas
    whitened *= -weights[:, :, None]
    d_whitened = whitened  # in its memory: it has been read for the last time
    d_factor = d_whitened.transpose(0, 2, 1) @ centred
    # Of d_centred = d_whitened @ factor only the sum over the observations is needed.
    d_means = -(d_whitened.sum(axis=1)[:, None, :] @ factor)[:, 0, :]
    d_diag = d_factor[:, on_diag, on_diag] - gamma**2 * diag
    d_log_diag = d_diag * diag + d_log_det[:, None] + m
    d_below = d_factor[:, row, column] - gamma**2 * below
    return value, (d_alphas, d_means, d_log_diag, d_below)


def log_sum_exp_and_softmax(a):
    """log_sum_exp along the first axis, and its derivative."""
    top = a.max(axis=0)
    e = np.exp(a - top)
    total = e.sum(axis=0)
    return np.log(total) + top, e / total


def make_data(rng):
    k, d, n = 25, 20, 1000
    alphas, means, x = rng.normal(size=k), rng.normal(size=(k, d)), rng.normal(size=(n, d))
    log_diag, below = 0.1 * rng.normal(size=(k, d)), 0.1 * rng.normal(size=(k, d * (d - 1) // 2))
    return alphas, means, log_diag, below, x, 1.0, 0


def mixture(name: str, product: str, primal: Function) -> Workload:
    """The workload for one way to write the product of matrices."""
    return Workload(
        name=name,
        title=f"ADBench's Gaussian mixture by {product}, d=20, k=25, n=1,000, "
        "value and gradient by the four parameters",
        make_data=make_data,
        primal=primal,
        wrt=("alphas", "means", "log_diag", "below"),
        adjoint=gmm_adjoint,
    )


GMM = mixture("gmm", "matmul", gmm)
GMM_EINSUM = mixture("gmm-einsum", "einsum", gmm_einsum)
