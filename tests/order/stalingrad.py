"""Two programs of Pearlmutter and Siskind's: minima of functions that are minima themselves.

Each is written twice, with the gradient by one reverse sweep and by a forward sweep for each
argument; the outer and the inner minimum may each take either.
"""

from __future__ import annotations

import numpy as np

from adcompile import grad, jvp


def gradient_reverse(f, x):
    return grad(f)(x)


def gradient_forward(f, x):
    columns = []
    for i in range(len(x)):
        _, slope = jvp(f, (x,), (np.eye(len(x))[i],))
        columns.append(slope)
    return np.array(columns)


def magnitude(v):
    return np.sqrt(np.sum(v * v))


def argmin_reverse(f, x):
    """Gradient descent with a step that grows while it pays."""
    g = gradient_reverse(f, x)
    fx = f(x)
    step = 1e-5
    steps = 0
    while magnitude(g) > 1e-5:
        if steps == 10:
            step = 2.0 * step
            steps = 0
        else:
            moved = x - step * g
            if magnitude(x - moved) <= 1e-5:
                break
            value = f(moved)
            if value < fx:
                x = moved
                fx = value
                g = gradient_reverse(f, x)
                steps = steps + 1
            else:
                step = step / 2.0
                steps = 0
    return x


def argmin_forward(f, x):
    """As `argmin_reverse`, by forward sweeps."""
    g = gradient_forward(f, x)
    fx = f(x)
    step = 1e-5
    steps = 0
    while magnitude(g) > 1e-5:
        if steps == 10:
            step = 2.0 * step
            steps = 0
        else:
            moved = x - step * g
            if magnitude(x - moved) <= 1e-5:
                break
            value = f(moved)
            if value < fx:
                x = moved
                fx = value
                g = gradient_forward(f, x)
                steps = steps + 1
            else:
                step = step / 2.0
                steps = 0
    return x


# ----- the saddle: the minimum over x1 of the maximum over x2 -----


def saddle_inner_reverse(x1, start):
    inner = argmin_reverse(lambda x2: -(np.sum(x1 * x1) - np.sum(x2 * x2)), start)
    return np.sum(x1 * x1) - np.sum(inner * inner)


def saddle_inner_forward(x1, start):
    inner = argmin_forward(lambda x2: -(np.sum(x1 * x1) - np.sum(x2 * x2)), start)
    return np.sum(x1 * x1) - np.sum(inner * inner)


# ----- the particle: it falls past charges and is to hit the ground at a place -----


def naive_euler(w, grad_p):
    """Where a particle lands on the x axis, under the field of two charges."""
    charges = np.array([[10.0, 10.0 - w], [10.0, 0.0]])
    x = np.array([0.0, 8.0])
    velocity = np.array([0.75, 0.0])
    dt = 0.1

    def potential(q):
        return sum(1.0 / magnitude(q - charges[i]) for i in range(2))

    while True:
        acceleration = -grad_p(potential, x)
        new = x + dt * velocity
        if new[1] <= 0.0:
            dt_f = -x[1] / velocity[1]
            landing = x + dt_f * velocity
            return landing[0] ** 2
        x = new
        velocity = velocity + dt * acceleration


def particle_reverse(w):
    return naive_euler(w[0], gradient_reverse)


def particle_forward(w):
    return naive_euler(w[0], gradient_forward)
