"""Where to put a charge so that a particle that flies past it lands at zero."""

import numpy as np

from .descent import MODES, argmin, length
from .protocol import Eval, Task, run_by_backend


def potential(place, charges):
    return 1 / length(place - charges[0]) + 1 / length(place - charges[1])


def particle(outside, inside):
    """A function that finds the place, with a mode for its gradient and that of the potential."""
    potential_slope = inside(potential)

    def miss(w, height):
        """The square of where the particle lands that starts at this height, by Euler's method."""
        charges = np.array([[10.0, 10.0 - w[0]], [10.0, 0.0]])
        place, velocity, step = np.array([0.0, height]), np.array([0.75, 0.0]), 0.1
        while True:
            acceleration = -potential_slope(place, charges)
            place = place + step * velocity
            if place[1] <= 0:
                landed = place - place[1] / velocity[1] * velocity
                return landed[0] ** 2
            velocity = velocity + step * acceleration

    miss_slope = outside(miss)

    def find(start):
        return argmin(miss, miss_slope, start, 8.0)[0]

    return find


def prepare(given):
    return (np.array([given["w"]]),)


EVAL = Eval(
    {
        a + b: Task(run_by_backend(particle(MODES[a], MODES[b])), prepare)
        for a in MODES
        for b in MODES
    },
    [{"w": 0.125}],
)
