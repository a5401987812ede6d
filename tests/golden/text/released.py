def released_grad(k, x, n):
    """Gradient of `released` with respect to k, x.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    y_saved = []
    y = x
    for i in range(n):
        y_saved.append(y)
        # k = rate(y)
        t = -k
        k1 = t * y
        # y = y + dt * rate(y + 0.5 * dt * k)
        t1 = y + 0.5 * 0.1 * k1
        t_saved.append(t1)
        y = y + 0.1 * (t * t1)

    # backward
    d_y = 1.0
    d_k = 0.0
    for i in reversed(range(n)):
        # y = y + dt * rate(y + 0.5 * dt * k)
        d_t = 0.1 * d_y
        t = t_saved.pop()
        t1 = d_t * k
        d_k1 = -t1 * (0.5 * 0.1)
        y = y_saved.pop()
        # k = rate(y)
        d_y = d_y - t1 - d_k1 * k
        d_k -= d_t * t + d_k1 * y
    return d_k, d_y
