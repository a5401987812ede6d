import numpy as np


def first_overflow_grad(m, bound):
    """Gradient of `first_overflow` with respect to m.

    d_v is the derivative of the result by v.
    """
    trips_saved = []
    z = None
    s = 0.0
    left = "end"
    trips = 0
    for i in range(len(m)):
        trips += 1
        row = m[i]
        left = "end"
        trips1 = 0
        for i1 in range(len(row)):
            trips1 += 1
            z = row[i1]
            s = s + z * z
            if s > bound:
                left = "return"
                break
        trips_saved.append(trips1)
        if left != "end":
            break

    # backward
    if left == "return":
        d_s = z
        d_z = s
    else:
        d_s = 1.0
        d_z = 0.0
    d_m = np.zeros_like(m)
    for i in reversed(range(trips)):
        row = m[i]
        trips = trips_saved.pop()
        d_row = np.zeros_like(row)
        for i1 in reversed(range(trips)):
            z = row[i1]
            # s = s + z * z
            t = d_s * z
            d_z = d_z + t + t
            d_row[i1] += d_z
            d_z = 0.0
        d_m[i] += d_row
    return d_m
