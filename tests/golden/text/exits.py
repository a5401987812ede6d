def exits_grad(x, n):
    """Gradient of `exits` with respect to x.

    d_v is the derivative of the result by v.
    """
    s_saved = []
    s = 0.0
    left = "end"
    trips = 0
    for i in range(n):
        s_saved.append(s)
        trips += 1
        if i % 3 == 1:
            continue
        s = s + x * i
        if s > 20.0:
            s = s * s
            left = "break"
            break
        if s < -50.0:
            left = "return"
            break

    # backward
    if left == "return":
        d_s = x
        d_x = s
    else:
        d_s = 2 * s
        d_x = 0.0
    for i in reversed(range(trips)):
        s = s_saved.pop()
        if i % 3 == 1:
            continue
        s = s + x * i
        if left == "break":
            d_s = 2 * (d_s * s)
            left = "end"
        d_x += d_s * i
    return d_x
