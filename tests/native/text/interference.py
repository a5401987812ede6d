import numpy as np
from numba import njit


@njit(error_model="numpy", nogil=True)
def interference_grad(x, phase):
    """Gradient of `interference` with respect to x, phase.

    d_v is the derivative of the result by v.
    """
    # wave = np.exp(1j * (x + phase)) + 0.5 * np.exp(2j * x)
    e = np.empty(len(x), np.complex128)
    for j in range(len(x)):
        e[j] = np.exp(1j * (x[j] + phase))
    e1 = np.empty(len(x), np.complex128)
    for j in range(len(x)):
        e1[j] = np.exp(2j * x[j])
    wave = np.empty(len(e), np.complex128)
    for j in range(len(e)):
        wave[j] = e[j] + 0.5 * e1[j]

    # backward
    # return np.sum(np.abs(wave) ** 2 * x)
    d_wave = np.empty(len(x), np.complex128)
    for j in range(len(x)):
        d_wave[j] = 2 * x[j] * np.conjugate(wave[j])
    # wave = np.exp(1j * (x + phase)) + 0.5 * np.exp(2j * x)
    d_v = np.empty(len(d_wave))
    for j in range(len(d_wave)):
        d_v[j] = (d_wave[j] * e[j] * 1j).real
    d_x = np.empty(len(wave))
    for j in range(len(wave)):
        t = (0.5 * d_wave[j] * e1[j] * 2j).real
        d_x[j] = abs(wave[j]) ** 2 + t + d_v[j]
    d_phase = 0.0
    for j in range(len(d_v)):
        d_phase += d_v[j]
    return d_x, d_phase
