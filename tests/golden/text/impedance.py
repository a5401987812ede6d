import numpy as np


def impedance_grad(r, c, omega):
    """Gradient of `impedance` with respect to r, c.

    d_v is the derivative of the result by v.
    """
    # z = r + 1 / (1j * omega * c)
    t = 1j * omega
    t1 = t * c
    z = r + 1 / t1

    # backward
    # return np.sum(np.abs(1.0 / z)) + np.angle(z[0])
    d_z = np.zeros_like(z)
    d_z[0] = -(1j / z[0])
    d_z -= np.conj(np.sign(1.0 / z)) / z / z
    # z = r + 1 / (1j * omega * c)
    d_r = np.real(d_z.sum())
    d_c = np.real(-(d_z / t1 / t1 @ t))
    return d_r, d_c
