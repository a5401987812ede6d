"""Python floats: a polynomial, where dispatch is all there is, and a loop of 1,000 steps."""

import math

import numpy as np

from ..workload import Function, Workload


def polynomial(x):
    return 3.0 * x**3 - 2.0 * x**2 + 0.5 * x - 7.0


def polynomial_adjoint(x):
    return (9.0 * x - 4.0) * x + 0.5


def loop(x, n):
    s = 0.0
    for _ in range(n):
        s = s + x * np.sin(x)
        x = x * 0.999
    return s


def loop_adjoint(x, n):
    sin, cos = math.sin, math.cos
    slopes = []  # of x * sin(x), all that the way back asks for
    s = 0.0
    for _ in range(n):
        sin_x = sin(x)
        slopes.append(sin_x + x * cos(x))
        s += x * sin_x
        x *= 0.999
    d_x = 0.0
    for slope in reversed(slopes):
        d_x = d_x * 0.999 + slope
    return s, d_x


def jax_loop() -> Function:
    """The loop as XLA wants it: unrolled, it takes ten seconds to compile."""
    from jax import numpy as jnp
    from jax.lax import fori_loop

    def loop(x, n):
        def step(_, state):
            s, x = state
            return s + x * jnp.sin(x), x * 0.999

        s, _ = fori_loop(0, n, step, (0.0, x))
        return s

    return loop


POLYNOMIAL = Workload(
    name="polynomial",
    title="cubic polynomial of a Python float, gradient only",
    make_data=lambda rng: (0.7,),
    primal=polynomial,
    wrt=("x",),
    adjoint=polynomial_adjoint,
    with_value=False,
)
LOOP = Workload(
    name="loop",
    title="1,000 steps of s + x * sin(x) on Python floats, value and gradient",
    make_data=lambda rng: (1.3, 1000),
    primal=loop,
    wrt=("x",),
    adjoint=loop_adjoint,
    idioms={"jax": jax_loop},
    unrolls=True,
)
