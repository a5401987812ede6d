import numpy as np


def record_grad(model, x):
    """Gradient of `record` with respect to model.

    d_v is the derivative of the result by v.
    """
    # return model.gain * np.sum((x @ model.first.W + model.first.b) ** 2)
    t = model.first
    t = x @ t.W + t.b
    t1 = np.sum(t ** 2)

    # backward
    # return model.gain * np.sum((x @ model.first.W + model.first.b) ** 2)
    t2 = 2 * model.gain
    d_t = t2 * t.sum(axis=0)
    return Model(first=Affine(W=x.T @ (t2 * t), b=d_t), gain=t1)
