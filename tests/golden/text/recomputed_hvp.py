import numpy as np


def convolved_jvp(x, w, x_dot, w_dot):
    h = np.tanh(x @ w)
    h_dot = (x_dot @ w + x @ w_dot) * (1 - h * h)
    return h * x, h_dot * x + x_dot * h


def convolved_backward_jvp(x, w, d_result, x_dot, w_dot, d_result_dot):
    h = np.tanh(x @ w)
    h_dot = (x_dot @ w + x @ w_dot) * (1 - h * h)
    # return h * x
    d_h_dot = d_result_dot * x + x_dot * d_result
    d_h = d_result * x
    # h = np.tanh(x @ w)
    t = 1 - h * h
    d_t_dot = d_h_dot * t - h_dot * (2 * h) * d_h
    d_t = d_h * t
    t = d_t_dot @ w.T + d_t @ w_dot.T
    d_x_dot = d_result_dot * h + h_dot * d_result + t
    d_x = d_result * h + d_t @ w.T
    d_w_dot = x_dot.T @ d_t + x.T @ d_t_dot
    d_w = x.T @ d_t
    return d_x, d_w, d_x_dot, d_w_dot


def recomputed_hvp(x, w, x_dot, w_dot):
    """Hessian of `recomputed` times x_dot, w_dot.

    v_dot is the derivative of v along these.
    d_v is the derivative of the result by v.
    """
    x_saved_dot = []
    x_saved = []
    for k in range(len(w)):
        x_saved_dot.append(x_dot)
        x_saved.append(x)
        # x = convolved(x, w[k])
        x, x_dot = convolved_jvp(x, w[k], x_dot, w_dot[k])

    # backward
    d_x = np.ones_like(x)
    d_x_dot = np.zeros_like(x)
    d_w_dot = np.zeros_like(w)
    for k in reversed(range(len(w))):
        # x = convolved(x, w[k])
        w_dot_k = w_dot[k]
        w_k = w[k]
        x_dot = x_saved_dot.pop()
        x = x_saved.pop()
        d_x, _, d_x_dot, d_t_dot = (
            convolved_backward_jvp(x, w_k, d_x, x_dot, w_dot_k, d_x_dot)
        )
        d_w_dot[k] += d_t_dot
    return d_x_dot.copy(), d_w_dot
