from adcompile.runtime import zeros


def power_of_number_grad_grad(x, n):
    """Gradient of `power_of_number_grad` with respect to x.

    d_v is the derivative of the result by v.
    """
    p_saved = []
    d_p_saved = []
    p_saved1 = []
    p = 1.0
    p_saved2 = []
    for _ in range(n):
        p_saved1.append(p)
        # p_saved.append(p)
        p_saved2.append(p)
        p = p * x
    d_p = 1.0
    for _ in reversed(range(n)):
        d_p_saved.append(d_p)
        d_p1 = d_p * x
        # p = p_saved.pop()
        p = p_saved2.pop()
        p_saved.append(p)
        d_p = d_p1

    # backward
    d_d_p = 0.0
    d_p_saved1 = zeros(p_saved2)
    d_x = 0.0
    for _ in range(n):
        p = p_saved.pop()
        d_p = d_p_saved.pop()
        # p = p_saved.pop()
        d_p_saved1.append(d_p)
        # d_p1 = d_p * x
        d_d_p1 = p + d_d_p * x
        d_x += d_d_p * d_p
        d_d_p = d_d_p1
    d_p = 0.0
    for p in reversed(p_saved1):
        # p_saved.append(p)
        d_p1 = d_p * x + d_p_saved1.pop()
        d_x += d_p * p
        d_p = d_p1
    return d_x
