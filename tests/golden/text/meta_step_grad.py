def meta_step_grad(w, rate, x, y):
    """Gradient of `meta_step` with respect to w.

    d_v is the derivative of the result by v.
    """
    # return loss(w - rate * grad(loss)(w))
    t = x @ w
    t1 = 2.0 / t.size
    d_v = x.T @ (t1 * (t - y))

    # backward
    # return loss(w - rate * grad(loss)(w))
    d_t = x.T @ (2.0 / t.size * (x @ (w - rate * d_v) - y))
    d_d_v = -d_t * rate
    d_t1 = x @ d_d_v * t1
    d_w = d_t + x.T @ d_t1
    return d_w
