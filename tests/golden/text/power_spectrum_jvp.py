import numpy as np


def power_spectrum_jvp(x, target, x_dot):
    """`power_spectrum` and its derivative along x_dot.

    v_dot is the derivative of v along these.
    """
    # power = np.abs(np.fft.rfft(x)) ** 2
    t = np.fft.rfft(x)
    t1 = np.abs(t)
    power_dot = 2 * np.real(np.fft.rfft(x_dot) * np.conj(np.sign(t))) * t1
    power = t1 ** 2
    # return np.sum((np.log(power) - target) ** 2)
    t = np.log(power) - target
    return np.sum(t ** 2), 2 * (power_dot / power) @ t
