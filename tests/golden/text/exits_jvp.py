def exits_jvp(x, n, x_dot):
    """`exits` and its derivative along x_dot.

    v_dot is the derivative of v along these.
    """
    s = 0.0
    left = "end"
    s_dot = 0.0
    for i in range(n):
        if i % 3 == 1:
            continue
        # s = s + x * i
        s_dot = s_dot + x_dot * i
        s = s + x * i
        if s > 20.0:
            # s = s * s
            s_dot = s_dot * (2 * s)
            s = s * s
            left = "break"
            break
        if s < -50.0:
            left = "return"
            break
    if left == "return":
        result = s * x
        result_dot = s_dot * x + x_dot * s
    else:
        result = s * s
        result_dot = s_dot * (2 * s)
    return result, result_dot
