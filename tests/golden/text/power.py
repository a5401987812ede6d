def power_forward(x, n):
    if n == 0:
        result = 1.0
        half = None
        half_saved = None
        t = None
    else:
        # half = power(x, n // 2)
        half, half_saved = power_forward(x, n // 2)
        if n % 2:
            # return half * half * x
            t = half * half
            result = t * x
        else:
            result = half * half
            t = None
    return result, (n, x, t, half, half_saved)


def power_backward(saved, d_result):
    n, x, t, half, half_saved = saved
    if n == 0:
        d_x = 0.0
    else:
        if n % 2:
            d_x = d_result * t
            d_half = 2 * d_result * x * half
        else:
            d_x = 0.0
            d_half = 2 * d_result * half
        # half = power(x, n // 2)
        d_x += power_backward(half_saved, d_half)
    return d_x


def power_grad(x, n):
    """Gradient of `power` with respect to x.

    d_v is the derivative of the result by v.
    """
    if not n == 0:
        # half = power(x, n // 2)
        half, half_saved = power_forward(x, n // 2)
        if n % 2:
            # return half * half * x
            t = half * half

    # backward
    if n == 0:
        d_x = 0.0
    else:
        if n % 2:
            d_x = t
            d_half = 2 * x * half
        else:
            d_x = 0.0
            d_half = 2 * half
        # half = power(x, n // 2)
        d_x += power_backward(half_saved, d_half)
    return d_x
