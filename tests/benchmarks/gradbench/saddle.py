"""The saddle of x * x - y * y for two vectors, by a minimum of a maximum."""

import numpy as np

from .descent import MODES, argmin
from .protocol import Eval, Task, run_by_backend


def height(x, y):
    return x @ x - y @ y


def depth(y, x):
    return -height(x, y)


def saddle(outside, inside):
    """A function that finds the saddle, with a mode for the gradient of each of the two."""
    depth_slope = inside(depth)

    def peak(x, start):
        return height(x, argmin(depth, depth_slope, start, x))

    peak_slope = outside(peak)

    def find(start):
        x = argmin(peak, peak_slope, start, start)
        return np.concatenate((x, argmin(depth, depth_slope, start, x)))

    return find


def prepare(given):
    return (np.array(given["start"]),)


EVAL = Eval(
    {
        a + b: Task(run_by_backend(saddle(MODES[a], MODES[b])), prepare)
        for a in MODES
        for b in MODES
    },
    [{"start": [0.5, 0.25]}],
)
