def newton_grad(a):
    """Gradient of `newton` with respect to a.

    d_v is the derivative of the result by v.
    """
    x_saved = []
    x = a
    trips = 0
    while abs(x * x - a) > 1e-09:
        x_saved.append(x)
        x = 0.5 * (x + a / x)
        trips += 1

    # backward
    d_x = 1.0
    d_a = 0.0
    for _ in range(trips):
        # x = 0.5 * (x + a / x)
        d_t = 0.5 * d_x
        x = x_saved.pop()
        d_x = d_t - d_t * (a / x) / x
        d_a += d_t / x
    d_a += d_x
    return d_a
