import numpy as np


def hidden_states_grad(W, x, n):
    """Gradient of `hidden_states` with respect to W, x.

    d_v is the derivative of the result by v.
    """
    h_saved = []
    h = x
    states = [x]
    for _ in range(n):
        h_saved.append(h)
        h = np.tanh(W @ h)
        states.append(h)

    # backward
    # return np.sum(np.stack(states) ** 2)
    d_states = list(2.0 * np.stack(states))
    d_h = np.zeros_like(h)
    d_W = np.zeros_like(W)
    for _ in reversed(range(n)):
        # states.append(h)
        d_h += d_states.pop()
        # h = np.tanh(W @ h)
        d_t = d_h * (1 - h * h)
        h = h_saved.pop()
        d_h = W.T @ d_t
        d_W += np.outer(d_t, h)
    d_W = d_W.astype(W.dtype)
    d_x = (d_h + d_states[0]).astype(x.dtype)
    return d_W, d_x
