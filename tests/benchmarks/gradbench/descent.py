"""Minima by following the gradient downhill, and gradients by one sweep back or several forward."""

import numpy as np

from adcompile import grad, jvp


def argmin(f, slope, x, given):
    """Where `f(x, given)` is smallest, from `x` on; steps grow while they pay."""
    d_x = slope(x, given)
    lowest = f(x, given)
    step, since = 1e-5, 0
    while length(d_x) > 1e-5:
        if since == 10:
            step, since = 2 * step, 0
            continue
        there = x - step * d_x
        if length(there - x) <= 1e-5:
            break
        value = f(there, given)
        if value < lowest:
            x, lowest, since = there, value, since + 1
            d_x = slope(x, given)
        else:
            step, since = step / 2, 0
    return x


def length(v):
    return np.sqrt(v @ v)


def forward(f):
    """The gradient of `f(x, given)` by `x`, in a forward sweep for each element."""

    def slope(x, given):
        d_x = np.empty_like(x)
        for i in range(len(x)):
            direction = np.zeros_like(x)
            direction[i] = 1.0
            _, d_x[i] = jvp(f, (x, given), (direction, None))
        return d_x

    return slope


def reverse(f):
    """The gradient of `f(x, given)` by `x`."""
    return grad(f)


MODES = {"f": forward, "r": reverse}
