"""A module of helpers with the names of those in `elsewhere`."""

scale = 7.0


def helper(z):
    s = z
    for i in range(3):
        s = s * scale - z * z
    return s


def tiny(z):
    return z + scale * z
