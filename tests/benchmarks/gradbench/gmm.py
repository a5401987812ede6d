"""The posterior of a mixture of normal distributions: the benchmark's `gmm` workload."""

import numpy as np

from adcompile import grad

from ..workloads.gmm import gmm
from .protocol import Eval, Task, run_by_backend


def prepare(given):
    variables = [np.array(given[name]) for name in ("alpha", "mu", "q", "l", "x")]
    return *variables, float(given["gamma"]), given["m"]


def report(gradients):
    names = ("alpha", "mu", "q", "l")
    return {name: part.tolist() for name, part in zip(names, gradients, strict=True)}


gradient = grad(gmm, wrt=("alphas", "means", "log_diag", "below"))
EVAL = Eval(
    {"objective": Task(run_by_backend(gmm), prepare), "jacobian": Task(gradient, prepare, report)},
    [
        {
            "alpha": [0.5, -0.25],
            "mu": [[0.0, 0.5, 1.0], [1.0, 0.25, -0.5]],
            "q": [[0.125, 0.25, -0.25], [0.0, -0.125, 0.25]],
            "l": [[0.5, 0.25, -0.5], [0.25, -0.25, 0.125]],
            "x": [[0.5, 0.25, 0.0], [1.0, -0.5, 0.75], [0.0, 1.0, -0.25], [-0.5, 0.5, 0.25]],
            "gamma": 1.0,
            "m": 0,
        }
    ],
)
