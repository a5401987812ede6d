import numpy as np


def escape_grad(a, b, n):
    """Gradient of `escape` with respect to a, b.

    d_v is the derivative of the result by v.
    """
    z_saved = []
    z = complex(0.0, 0.0)
    trips = 0
    for _ in range(n):
        z_saved.append(z)
        trips += 1
        z = z * z + complex(a, b)
        if abs(z) > 2.0:
            break

    # backward
    # return abs(z)
    d_z = np.conj(np.sign(z))
    d_a = 0.0
    d_b = 0.0
    for _ in reversed(range(trips)):
        z = z_saved.pop()
        # z = z * z + complex(a, b)
        d_z1 = 2 * d_z * z
        d_a += np.real(d_z)
        d_b -= np.imag(d_z)
        d_z = d_z1
    return d_a, d_b
