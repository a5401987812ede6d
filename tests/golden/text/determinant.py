import numpy as np

from adcompile.runtime import from_diagonal, products_of_others


def determinant_grad(a):
    """Gradient of `determinant` with respect to a.

    d_v is the derivative of the result by v.
    """
    a_saved = []
    a_saved1 = []
    a = a.copy()
    n = len(a)
    for k in range(n):
        t = k + 1
        for i in range(t, n):
            # a[i, k] /= a[k, k]
            t1 = a[i, k]
            a_saved1.append(t1)
            a[i, k] = t1 / a[k, k]
            a_saved.append(a[i, t:].copy())
            # a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
            a[i, t:] -= a[i, k] * a[k, t:]

    # backward
    # return np.prod(np.diag(a))
    d_a = from_diagonal(products_of_others(np.diag(a)), a.shape)
    for k in reversed(range(n)):
        t = k + 1
        for i in reversed(range(t, n)):
            # a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
            t1 = d_a[i, t:]
            a1 = a_saved.pop()
            a[i, t:] = a1
            d_t = -(t1 @ a[k, t:])
            d_a[k, t:] -= t1 * a[i, k]
            d_a[i, k] += d_t
            # a[i, k] /= a[k, k]
            d_t = d_a[i, k]
            t1 = a_saved1.pop()
            a[i, k] = t1
            t2 = a[k, k]
            d_a[i, k] = d_t / t2
            d_a[k, k] -= d_t * (t1 / t2) / t2
    return d_a
