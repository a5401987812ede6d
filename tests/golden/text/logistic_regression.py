from scipy import special


def logistic_regression_grad(w, x, y):
    """Gradient of `logistic_regression` with respect to w.

    d_v is the derivative of the result by v.
    """
    z = x @ w

    # backward
    # return -np.sum(y * special.log_expit(z) + (1.0 - y) * special.log_ex ...
    d_z = -(y - 1.0) * special.expit(z) - y * special.expit(-z)
    # z = x @ w
    d_w = x.T @ d_z
    return d_w
