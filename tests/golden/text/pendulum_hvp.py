import math

from adcompile.runtime import enough_snapshots, snapshots


def pendulum_hvp(q, p, n, q_dot, p_dot):
    """Hessian of `pendulum` times q_dot, p_dot.

    v_dot is the derivative of v along these.
    d_v is the derivative of the result by v.
    """
    p_saved = []
    number = enough_snapshots(n)
    keep = snapshots(0, n, number)
    for i in range(n):
        if i in keep:
            p_saved.append((i, p, q, p_dot, q_dot))
        # p = p - 0.01 * math.sin(q)
        p_dot = p_dot - 0.01 * (q_dot * math.cos(q))
        p = p - 0.01 * math.sin(q)
        # q = q + 0.01 * p
        q_dot = q_dot + 0.01 * p_dot
        q = q + 0.01 * p

    # backward
    d_p = 0.0
    d_q = 1.0
    d_p_dot = 0.0
    d_q_dot = 0.0
    for i in reversed(range(n)):
        # the state before this step, from the last one stored
        start, p, q, p_dot, q_dot = p_saved.pop()
        keep = snapshots(start, i + 1, number - len(p_saved))
        for j in range(start, i):
            if j in keep:
                p_saved.append((j, p, q, p_dot, q_dot))
            # p = p - 0.01 * math.sin(q)
            p_dot = p_dot - 0.01 * (q_dot * math.cos(q))
            p = p - 0.01 * math.sin(q)
            # q = q + 0.01 * p
            q_dot = q_dot + 0.01 * p_dot
            q = q + 0.01 * p
        d_p_dot += 0.01 * d_q_dot
        d_p += 0.01 * d_q
        # p = p - 0.01 * math.sin(q)
        t = 0.01 * d_p
        t1 = math.cos(q)
        d_q_dot += q_dot * math.sin(q) * t - 0.01 * d_p_dot * t1
        d_q -= t * t1
    return d_q_dot, d_p_dot
