def fibonacci_grad(x, n):
    """Gradient of `fibonacci` with respect to x.

    d_v is the derivative of the result by v.
    """
    u_saved = []
    u = x
    v = 1.0
    for _ in range(n):
        u_saved.append(u)
        # u, v = v, u * v
        v1 = u * v
        u = v
        v = v1

    # backward
    d_u = 0.0
    d_v = 1.0
    for _ in reversed(range(n)):
        # u, v = v, u * v
        d_u1 = d_v * u
        u = u_saved.pop()
        d_v = d_u + d_v * u
        d_u = d_u1
    return d_u
