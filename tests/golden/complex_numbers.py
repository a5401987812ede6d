"""Functions with complex numbers."""

from typing import Any

import numpy as np

RNG = np.random.default_rng(1)


def vector(n: int) -> np.ndarray:
    return RNG.uniform(0.5, 1.5, n)


def matrix(n: int, k: int) -> np.ndarray:
    return RNG.normal(size=(n, k))


def power_spectrum(x, target):
    power = np.abs(np.fft.rfft(x)) ** 2
    return np.sum((np.log(power) - target) ** 2)


def low_pass(x, mask):
    smooth = np.fft.irfft(np.fft.rfft(x) * mask, len(x))
    return np.sum((x - smooth) ** 2)


def evolved(psi, h, n):
    """A quantum state in small steps, and an expectation."""
    for _ in range(n):
        psi = psi - 0.1j * (h @ psi)
        psi = psi / np.linalg.norm(psi)
    return np.vdot(psi, h @ psi).real


def impedance(r, c, omega):
    z = r + 1 / (1j * omega * c)
    return np.sum(np.abs(1.0 / z)) + np.angle(z[0])


def escape(a, b, n):
    z = complex(0.0, 0.0)
    for _ in range(n):
        z = z * z + complex(a, b)
        if abs(z) > 2.0:
            break
    return abs(z)


def levels(m):
    """Energies of a Hermitian matrix."""
    values, vectors = np.linalg.eigh(m)
    return values[0] + np.abs(vectors[0, 0]) ** 2


STATE = np.array([0.6, 0.8j])

ROWS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "power_spectrum": (power_spectrum, (vector(6), vector(4)), 0),
    "low_pass": (low_pass, (vector(6), vector(4)), ("x", "mask")),
    "evolved": (evolved, (STATE, matrix(2, 2), 3), ("psi", "h")),
    "impedance": (impedance, (2.0, 0.5, vector(3)), ("r", "c")),
    "escape": (escape, (0.3, 0.5, 9), ("a", "b")),
    "levels": (levels, (matrix(2, 2) + 1j * matrix(2, 2).T,), 0),
}
OTHERS: dict[str, tuple[str, Any, tuple[Any, ...], Any]] = {
    "impedance_jvp": ("jvp", impedance, (2.0, 0.5, vector(3)), (0, 1)),
    "power_spectrum_jvp": ("jvp", power_spectrum, (vector(6), vector(4)), 0),
}
