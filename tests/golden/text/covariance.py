def covariance_grad(x):
    """Gradient of `covariance` with respect to x.

    d_v is the derivative of the result by v.
    """
    # c = np.einsum("ni,nj->ij", x, x) / len(x)
    c = x.T @ x / len(x)

    # backward
    # return np.sum(c * c)
    d_c = 2 * c
    # c = np.einsum("ni,nj->ij", x, x) / len(x)
    d_t = d_c / len(x)
    d_x = x @ d_t + x @ d_t.T
    return d_x
