import numpy as np


def interference_grad(x, phase):
    """Gradient of `interference` with respect to x, phase.

    d_v is the derivative of the result by v.
    """
    # wave = np.exp(1j * (x + phase)) + 0.5 * np.exp(2j * x)
    e = np.exp(1j * (x + phase))
    e1 = np.exp(2j * x)
    wave = e + 0.5 * e1

    # backward
    # return np.sum(np.abs(wave) ** 2 * x)
    d_wave = 2 * x * np.conj(wave)
    # wave = np.exp(1j * (x + phase)) + 0.5 * np.exp(2j * x)
    d_t = np.real(d_wave * e * 1j)
    d_x = np.abs(wave) ** 2 + np.real(0.5 * d_wave * e1 * 2j) + d_t
    d_phase = d_t.sum()
    return d_x, d_phase
