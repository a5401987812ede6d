"""A chain of elementwise functions: overhead per operation when short, memory when long."""

import numpy as np

from ..workload import Workload


def chain(x):
    y = np.sin(x) * np.exp(-0.5 * x)
    z = y / (1.0 + x * x)
    return np.sum(z * np.tanh(y))


def chain_adjoint(x):
    sin_x, decay, width = np.sin(x), np.exp(-0.5 * x), 1.0 + x * x
    y = sin_x * decay
    z = y / width
    t = np.tanh(y)
    # backward: d_z = t
    t_by_width = t / width
    d_y = z * (1.0 - t * t) + t_by_width
    d_x = d_y * (np.cos(x) * decay - 0.5 * y) - 2.0 * x * (t_by_width * z)
    return z @ t, d_x


def of_length(name: str, n: int) -> Workload:
    """The workload for one size."""
    return Workload(
        name=name,
        title=f"elementwise chain of sin, exp and tanh, n={n:,}, value and gradient",
        make_data=lambda rng: (rng.normal(size=n),),
        primal=chain,
        wrt=("x",),
        adjoint=chain_adjoint,
    )


SHORT_CHAIN = of_length("elementwise-100", 100)
LONG_CHAIN = of_length("elementwise-100000", 100_000)
