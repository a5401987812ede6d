import numpy as np


def thresholded_grad(m, bound):
    """Gradient of `thresholded` with respect to m, bound.

    d_v is the derivative of the result by v.
    """
    a_saved = []
    a_saved1 = []
    trips_saved = []
    left_saved = []
    a = m.copy()
    for i in range(len(a)):
        left = "end"
        trips = 0
        for j in range(a.shape[1]):
            trips += 1
            test = a[i, j] > bound
            if test:
                # a[i, j] = bound * a[i, j]
                t = a[i, j]
                a_saved.append(t)
                a[i, j] = bound * t
                left = "break"
                break
            # a[i, j] = a[i, j] ** 2
            t = a[i, j]
            a_saved1.append(t)
            a[i, j] = t ** 2
        left_saved.append(left)
        trips_saved.append(trips)

    # backward
    d_a = np.ones_like(a)
    d_bound = 0.0
    for i in reversed(range(len(d_a))):
        left = left_saved.pop()
        trips = trips_saved.pop()
        for j in reversed(range(trips)):
            if left == "break":
                # a[i, j] = bound * a[i, j]
                d_t = d_a[i, j]
                t = a_saved.pop()
                d_a[i, j] = d_t * bound
                d_bound += d_t * t
                left = "end"
            else:
                t = a_saved1.pop()
                # a[i, j] = a[i, j] ** 2
                d_a[i, j] = 2 * d_a[i, j] * t
    return d_a, d_bound
