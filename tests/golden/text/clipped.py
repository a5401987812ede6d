def clipped_grad(x, w):
    """Gradient of `clipped` with respect to x, w.

    d_v is the derivative of the result by v.
    """
    h = w * x
    # h[h < 0.0] = 0.0
    t = h < 0.0
    h[t] = 0.0

    # backward
    # return np.sum(h * h)
    d_h = 2 * h
    # h[h < 0.0] = 0.0
    d_h[t] = 0.0
    # h = w * x
    d_w = d_h * x
    d_x = d_h * w
    return d_x, d_w
