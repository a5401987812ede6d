import numpy as np


def running_product_grad(x):
    """Gradient of `running_product` with respect to x.

    d_v is the derivative of the result by v.
    """
    a_saved = []
    a = x.copy()
    for i in range(1, len(a)):
        # a[i] = a[i] * a[i - 1]
        a_i = a[i]
        a_saved.append(a_i)
        a[i] = a_i * a[i - 1]

    # backward
    # b += x[:2] ** 2
    d_x = np.zeros_like(x)
    d_x[:2] = 2.0 * x[:2]
    d_a = np.ones_like(a)
    for i in reversed(range(1, len(d_a))):
        # a[i] = a[i] * a[i - 1]
        d_t = d_a[i]
        a_i = a_saved.pop()
        a[i] = a_i
        t = i - 1
        d_a[i] = d_t * a[t]
        d_a[t] += d_t * a_i
    # a = x.copy()
    d_x += d_a
    return d_x
