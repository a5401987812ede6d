import numpy as np

from adcompile.runtime import add, zeros


def element_of_list_grad(x, a):
    """Gradient of `element_of_list` with respect to x, a.

    d_v is the derivative of the result by v.
    """
    sums = [0.0, 0.0, 0.0]
    for i in range(len(x)):
        # sums[i % 3] = sums[i % 3] + a * x[i]
        t = i % 3
        sums[t] = sums[t] + a * x[i]

    # backward
    # return sums[0] * sums[1] + sums[2]
    d_sums = zeros(sums)
    d_sums[2] = add(d_sums[2], np.float64(1.0))
    d_sums[1] = add(d_sums[1], sums[0])
    d_sums[0] = add(d_sums[0], sums[1])
    d_a = 0.0
    d_x = np.zeros_like(x)
    for i in reversed(range(len(x))):
        # sums[i % 3] = sums[i % 3] + a * x[i]
        t = i % 3
        d_t = d_sums[t]
        d_sums[t] = 0.0
        d_x[i] += d_t * a
        d_sums[t] = add(d_sums[t], np.float64(d_t))
        d_a += d_t * x[i]
    d_a = float(d_a)
    return d_x, d_a
