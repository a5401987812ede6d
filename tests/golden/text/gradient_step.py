import numpy as np


def gradient_step_grad(params, x):
    """Gradient of `gradient_step` with respect to params, x.

    d_v is the derivative of the result by v.
    """
    # grads["w"] = x * params["b"]
    t = params["b"]
    # grads["b"] = np.sum(x * params["w"])
    t1 = params["w"]
    # updated[name] = updated[name] - 0.1 * grads[name]
    t2 = t1 - 0.1 * (x * t)
    # return np.sum(updated["w"] ** 2) * updated["b"]
    t3 = np.sum(t2 ** 2)

    # backward
    # return np.sum(updated["w"] ** 2) * updated["b"]
    d_t = 2 * (t - 0.1 * np.sum(x * t1)) * t2
    # grads["w"] = x * params["b"]
    d_x = -0.1 * t3 * t1 - 0.1 * d_t * t
    d_t1 = t3 + np.sum(-0.1 * d_t * x)
    return {"w": d_t - 0.1 * t3 * x, "b": d_t1}, d_x
