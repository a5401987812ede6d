def cumulative_sum_grad(x):
    """Gradient of `cumulative_sum` with respect to x.

    d_v is the derivative of the result by v.
    """
    s = x.copy()
    s1 = s.copy()
    for i in range(1, len(s1)):
        # s[i] += s[i - 1]
        s1[i] += s1[i - 1]

    # backward
    # return np.sum(s * s)
    d_s = 2 * s1
    for i in reversed(range(1, len(s))):
        # s[i] += s[i - 1]
        d_s[i - 1] += d_s[i]
    return d_s
