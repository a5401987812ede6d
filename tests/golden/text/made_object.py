def oscillator_grad(stiffness, start):
    """Gradient of `oscillator` with respect to stiffness, start.

    d_v is the derivative of the result by v.
    """
    # force = -stiffness * state.position
    force = -stiffness * start
    # state.speed = state.speed + 0.1 * force
    t = 0.0 + 0.1 * force
    # state.position = state.position + 0.1 * state.speed
    t1 = start + 0.1 * t

    # backward
    # return stiffness * state.position**2 + state.speed**2
    d_t = 2 * stiffness * t1
    # state.speed = state.speed + 0.1 * force
    d_force = 0.1 * (2.0 * t + 0.1 * d_t)
    # force = -stiffness * state.position
    d_start = d_t - d_force * stiffness
    d_stiffness = t1 ** 2 - d_force * start
    return d_stiffness, d_start
