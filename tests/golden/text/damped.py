import math

from adcompile.runtime import make_room, snapshots


def damped_grad(x, tolerance):
    """Gradient of `damped` with respect to x.

    d_v is the derivative of the result by v.
    """
    x_saved = []
    levels = []
    trips = 0
    while x > tolerance:
        make_room(x_saved, levels, 8)
        x_saved.append((trips, x))
        x = x * math.exp(-x)
        trips += 1

    # backward
    d_x = 1.0
    for i in reversed(range(trips)):
        # the state before this step, from the last one stored
        start, x = x_saved.pop()
        keep = snapshots(start, i + 1, 8 - len(x_saved))
        for j in range(start, i):
            if j in keep:
                x_saved.append((j, x))
            x = x * math.exp(-x)
        t = math.exp(-x)
        d_x = d_x * t - d_x * x * t
    return d_x
