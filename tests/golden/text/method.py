def loss_grad(self, w, x, y):
    """Gradient of `loss` with respect to w.

    d_v is the derivative of the result by v.
    """
    r = x @ w - y

    # backward
    # return np.sum(r * r) + self.ridge * np.sum(w * w)
    d_r = 2 * r
    # r = x @ w - y
    d_w = 2 * self.ridge * w + x.T @ d_r
    return d_w
