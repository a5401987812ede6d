import numpy as np


def stateful_grad(W, U, xs, target):
    """Gradient of `stateful` with respect to W, U.

    d_v is the derivative of the result by v.
    """
    t_saved = []
    cell_h_saved = []
    # cell = Cell(W, U, np.zeros(2))
    cell_h = np.zeros(2)
    cell_steps = 0
    for i in range(len(xs)):
        cell_h_saved.append(cell_h)
        x = xs[i]
        # cell.step(x)
        cell_steps = cell_steps + 1
        cell_h = np.tanh(x @ W + cell_h @ U)
        t_saved.append(cell_h - target)

    # backward
    # return loss / cell.steps
    d_loss = 1.0 / cell_steps
    d_cell_h = np.zeros_like(cell_h)
    d_U = np.zeros_like(U)
    d_W = np.zeros_like(W)
    for i in reversed(range(len(xs))):
        t = t_saved.pop()
        # loss += np.sum((cell.h - target) ** 2)
        d_cell_h += 2 * d_loss * t
        # cell.step(x)
        d_t = d_cell_h * (1 - cell_h * cell_h)
        d_cell_h = U @ d_t
        cell_h = cell_h_saved.pop()
        x = xs[i]
        d_U += np.outer(cell_h, d_t)
        d_W += np.outer(x, d_t)
    return d_W, d_U
