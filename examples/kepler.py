"""Fit the orbit of a planet: Kepler's equation has no solution in closed form, its derivative has.

A planet at mean anomaly M stands at the eccentric anomaly E for which E = M + e sin(E). The
eccentricity and the phase of an orbit are found from noisy positions by gradient descent, through
the fixed point.
"""

import numpy as np

from adcompile import fixed_point, value_and_grad


def kepler(E, e, M):
    return M + e * np.sin(E)


def positions(e, phase, times):
    """Where the planet is, in units of the semi-major axis."""
    M = 2.0 * np.pi * times + phase
    E = fixed_point(kepler, M, e, M)
    return np.cos(E) - e, np.sqrt(1.0 - e * e) * np.sin(E)


@value_and_grad(wrt=("e", "phase"))
def loss(e, phase, times, x, y):
    px, py = positions(e, phase, times)
    return np.mean((px - x) ** 2 + (py - y) ** 2)


def main():
    rng = np.random.default_rng(0)
    times = np.linspace(0.0, 1.0, 40)
    x, y = (p + rng.normal(0.0, 0.01, 40) for p in positions(0.6, 0.8, times))
    e, phase = 0.1, 0.0
    for _ in range(400):
        value, (d_e, d_phase) = loss(e, phase, times, x, y)
        e -= 0.1 * d_e
        phase -= 0.1 * d_phase
    print(loss.source)
    print(f"eccentricity {e:.3f}, phase {phase:.3f}, mean squared error {value:.6f}")


if __name__ == "__main__":
    main()
