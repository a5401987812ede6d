"""The logarithm of a sum of exponentials."""

import numpy as np

from adcompile import grad

from .protocol import Eval, Task, run_by_backend


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def prepare(given):
    return (np.array(given["x"]),)


EVAL = Eval(
    {
        "primal": Task(run_by_backend(log_sum_exp), prepare),
        "gradient": Task(grad(log_sum_exp), prepare),
    },
    [{"x": [0.25, 1.5, -1.0]}],
)
