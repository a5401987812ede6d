import math

from adcompile.runtime import enough_snapshots, snapshots


def pendulum_grad(q, p, n):
    """Gradient of `pendulum` with respect to q, p.

    d_v is the derivative of the result by v.
    """
    p_saved = []
    number = enough_snapshots(n)
    keep = snapshots(0, n, number)
    for i in range(n):
        if i in keep:
            p_saved.append((i, p, q))
        p = p - 0.01 * math.sin(q)
        q = q + 0.01 * p

    # backward
    d_p = 0.0
    d_q = 1.0
    for i in reversed(range(n)):
        # the state before this step, from the last one stored
        start, p, q = p_saved.pop()
        keep = snapshots(start, i + 1, number - len(p_saved))
        for j in range(start, i):
            if j in keep:
                p_saved.append((j, p, q))
            p = p - 0.01 * math.sin(q)
            q = q + 0.01 * p
        d_p += 0.01 * d_q
        # p = p - 0.01 * math.sin(q)
        d_q -= 0.01 * d_p * math.cos(q)
    return d_q, d_p
