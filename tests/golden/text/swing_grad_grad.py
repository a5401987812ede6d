import math


def swing_grad_grad(angle, g):
    """Gradient of `swing_grad` with respect to angle.

    d_v is the derivative of the result by v.
    """
    # t = np.sin(angle)
    t = math.sin(angle)
    # d_angle = g * t + t * np.cos(angle)
    t1 = math.cos(angle)

    # backward
    # d_angle = g * t + t * np.cos(angle)
    d_t = t1 + g
    # t = np.sin(angle)
    d_angle = d_t * t1 - t * t
    return d_angle
