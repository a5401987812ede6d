def bisected_grad(a, tolerance):
    """Gradient of `bisected` with respect to a.

    d_v is the derivative of the result by v.
    """
    a_saved = []
    step = a * a
    a1 = a
    trips = 0
    while step > tolerance:
        # a = a - 0.5 * step
        a1 = a1 - 0.5 * step
        a_saved.append(a1)
        step = a1 * a1
        trips += 1

    # backward
    d_a = step
    d_step = a1
    for _ in range(trips):
        a1 = a_saved.pop()
        t = d_step * a1
        d_a = d_a + t + t
        # a = a - 0.5 * step
        d_step = -0.5 * d_a
    t = d_step * a
    d_a = d_a + t + t
    return d_a
