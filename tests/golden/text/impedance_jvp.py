import numpy as np


def impedance_jvp(r, c, omega, r_dot, c_dot):
    """`impedance` and its derivative along r_dot, c_dot.

    v_dot is the derivative of v along these.
    """
    # z = r + 1 / (1j * omega * c)
    t = 1j * omega
    t1 = 1 / (t * c)
    z_dot = r_dot - c_dot * t * t1 * t1
    z = r + t1
    # return np.sum(np.abs(1.0 / z)) + np.angle(z[0])
    t = 1.0 / z
    t1 = z[0]
    t2 = np.imag(z_dot[0] / t1)
    t2 = np.sum(np.real(-(z_dot * t * t * np.conj(np.sign(t))))) + t2
    return np.sum(np.abs(t)) + np.angle(t1), t2
