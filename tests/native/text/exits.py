from numba import njit

END = 0
BREAK = 1
RETURN = 2


@njit(error_model="numpy", nogil=True)
def exits_grad(x, n):
    """Gradient of `exits` with respect to x.

    d_v is the derivative of the result by v.
    """
    s_saved = []
    s = 0.0
    left = END
    trips = 0
    for i in range(n):
        trips += 1
        if i % 3 == 1:
            continue
        s = s + x * i
        if s > 20.0:
            s_saved.append(s)
            s = s * s
            left = BREAK
            break
        if s < -50.0:
            left = RETURN
            break

    # backward
    if left == RETURN:
        d_s = x
        d_x = s
    else:
        d_s = 2 * s
        d_x = 0.0
    for i in range(trips - 1, -1, -1):
        if i % 3 == 1:
            continue
        if left == BREAK:
            s = s_saved.pop()
            d_s = 2 * d_s * s
            left = END
        d_x += d_s * i
    return d_x
