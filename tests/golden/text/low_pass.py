import numpy as np

from adcompile.runtime import mirrored


def low_pass_grad(x, mask):
    """Gradient of `low_pass` with respect to x, mask.

    d_v is the derivative of the result by v.
    """
    # smooth = np.fft.irfft(np.fft.rfft(x) * mask, len(x))
    t = np.fft.rfft(x)
    smooth = np.fft.irfft(t * mask, len(x))
    # return np.sum((x - smooth) ** 2)
    t1 = x - smooth

    # backward
    # return np.sum((x - smooth) ** 2)
    d_smooth = -2.0 * t1
    # smooth = np.fft.irfft(np.fft.rfft(x) * mask, len(x))
    d_t = mirrored(np.fft.ihfft(d_smooth), d_smooth.shape[0], 0)
    d_mask = np.real(d_t * t)
    d_x = 2.0 * t1 + np.real(np.fft.fft(d_t * mask, x.shape[0]))
    return d_x, d_mask
