def made_object_grad(stiffness, start):
    """Gradient of `made_object` with respect to stiffness, start.

    d_v is the derivative of the result by v.
    """
    # force = -stiffness * state.position
    force = -stiffness * start
    # state.speed = state.speed + 0.1 * force
    speed = 0.0 + 0.1 * force
    # state.position = state.position + 0.1 * state.speed
    position = start + 0.1 * speed

    # backward
    # return stiffness * state.position**2 + state.speed**2
    d_position = 2 * stiffness * position
    # state.position = state.position + 0.1 * state.speed
    d_speed = 2.0 * speed + 0.1 * d_position
    # state.speed = state.speed + 0.1 * force
    d_force = 0.1 * d_speed
    # force = -stiffness * state.position
    d_start = d_position - d_force * stiffness
    d_stiffness = position ** 2 - d_force * start
    return d_stiffness, d_start
