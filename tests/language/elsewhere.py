"""A module of helpers, some with the names of others in `samples_calls` and `elsewhere_too`."""

scale = 3.0


def helper(z):
    s = z
    for i in range(2):
        s = s * scale + z
    return s


def tiny(z):
    return z * scale


def caller(z):
    if z > 0:
        z = helper(z) * scale
    return tiny(z) + z * z
