def made_object_grad(stiffness, start):
    """Gradient of `made_object` with respect to stiffness, start.

    d_v is the derivative of the result by v.
    """
    # force = -stiffness * state.position
    force = -stiffness * start
    # state.speed = state.speed + 0.1 * force
    state_speed = 0.0 + 0.1 * force
    # state.position = state.position + 0.1 * state.speed
    state_position = start + 0.1 * state_speed

    # backward
    # return stiffness * state.position**2 + state.speed**2
    d_state_position = 2 * stiffness * state_position
    # state.position = state.position + 0.1 * state.speed
    d_state_speed = 2.0 * state_speed + 0.1 * d_state_position
    # state.speed = state.speed + 0.1 * force
    d_force = 0.1 * d_state_speed
    # force = -stiffness * state.position
    d_start = d_state_position - d_force * stiffness
    d_stiffness = state_position ** 2 - d_force * start
    return d_stiffness, d_start
