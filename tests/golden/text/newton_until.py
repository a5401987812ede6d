def newton_until_grad(a):
    """Gradient of `newton_until` with respect to a.

    d_v is the derivative of the result by v.
    """
    step_saved = []
    x_saved = []
    x = a
    trips = 0
    while True:
        x_saved.append(x)
        trips += 1
        step = (x * x - a) / (2.0 * x)
        step_saved.append(step)
        x = x - step
        if abs(step) < 1e-09:
            break

    # backward
    d_x = 1.0
    d_a = 0.0
    for _ in range(trips):
        # x = x - step
        d_step = -d_x
        x = x_saved.pop()
        # step = (x * x - a) / (2.0 * x)
        t = 2.0 * x
        d_t = d_step / t
        step = step_saved.pop()
        t1 = d_t * x
        d_x = d_x - 2.0 * (d_step * step / t) + t1 + t1
        d_a -= d_t
    d_a += d_x
    return d_a
