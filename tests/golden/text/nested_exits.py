import numpy as np


def nested_exits_grad(x, a, n):
    """Gradient of `nested_exits` with respect to x, a.

    d_v is the derivative of the result by v.
    """
    trips_saved = []
    left_saved = []
    s_saved = []
    s = a
    left = "end"
    trips = 0
    for i in range(n):
        trips += 1
        left1 = "end"
        trips1 = 0
        for j in range(1, len(x)):
            trips1 += 1
            s = s + x[j] * a
            if s > 1.8:
                left1 = "return"
                break
            if x[j] < -0.5:
                left1 = "break"
                break
            s = s * 1.1
        s_saved.append(s)
        left_saved.append(left1)
        trips_saved.append(trips1)
        if left1 == "break":
            left1 = "end"
        if left1 != "end":
            left = "return"
            break
        s = s * a
    if left == "return":
        # return s * x[i]
        x_i = x[i]

    # backward
    if left == "return":
        # return s * x[i]
        d_x = np.zeros_like(x)
        d_x[i] = s
        d_s = x_i
    else:
        d_s = 1.0
        d_x = np.zeros_like(x)
    d_a = 0.0
    for i in reversed(range(trips)):
        s = s_saved.pop()
        if left != "return":
            d_a += d_s * s
            d_s = d_s * a
        else:
            left = "end"
        left1 = left_saved.pop()
        trips = trips_saved.pop()
        for j in reversed(range(1, len(x))[:trips]):
            if left1 != "return":
                if left1 != "break":
                    d_s = 1.1 * d_s
            # s = s + x[j] * a
            d_x[j] += d_s * a
            d_a += d_s * x[j]
            left1 = "end"
    d_a += d_s
    return d_x, d_a
