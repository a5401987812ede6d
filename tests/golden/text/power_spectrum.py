import numpy as np


def power_spectrum_grad(x, target):
    """Gradient of `power_spectrum` with respect to x.

    d_v is the derivative of the result by v.
    """
    # power = np.abs(np.fft.rfft(x)) ** 2
    t = np.fft.rfft(x)
    power = np.abs(t) ** 2

    # backward
    # return np.sum((np.log(power) - target) ** 2)
    d_power = 2.0 * (np.log(power) - target) / power
    # power = np.abs(np.fft.rfft(x)) ** 2
    d_x = np.real(np.fft.fft(2 * d_power * np.conj(t), x.shape[0]))
    return d_x
