import math


def nested_grad(x, n):
    """Gradient of `nested` with respect to x.

    d_v is the derivative of the result by v.
    """
    d_x = 0.0
    for i in reversed(range(n)):
        for j in reversed(range(i)):
            d_x += j * math.cos(x * i) * i
    return d_x
