"""Arrays written in place: element by element in a sweep, slice by slice in a stencil."""

import numpy as np

from ..workload import Function, Workload


def sweep(x):
    a = x.copy()
    for i in range(1, len(a) - 1):
        a[i] = (a[i - 1] + a[i] ** 2 + a[i + 1]) / 3
    return np.sum(a)


def sweep_adjoint(x):
    m = len(x)
    a = x.copy()
    for i in range(1, m - 1):
        a[i] = (a[i - 1] + a[i] ** 2 + a[i + 1]) / 3
    # backward: each step read a number of x at its own place, so nothing need be kept
    d_a = np.ones(m)
    for i in reversed(range(1, m - 1)):
        t = d_a[i] / 3
        d_a[i] = 2 * x[i] * t
        d_a[i - 1] += t
        d_a[i + 1] += t
    return a.sum(), d_a


def jax_sweep() -> Function:
    """The sweep with functional updates in a loop of XLA's."""
    from jax import numpy as jnp
    from jax.lax import fori_loop

    def sweep(x):
        def step(i, a):
            return a.at[i].set((a[i - 1] + a[i] ** 2 + a[i + 1]) / 3)

        return jnp.sum(fori_loop(1, len(x) - 1, step, x))

    return sweep


def torch_sweep() -> Function:
    """The sweep on a list of numbers: each write into a tensor costs a pass over it, backward."""
    import torch

    def sweep(x):
        a = list(x.unbind())
        for i in range(1, len(a) - 1):
            a[i] = (a[i - 1] + a[i] ** 2 + a[i + 1]) / 3
        return torch.stack(a).sum()

    return sweep


def stencil(u0, c, steps):
    u = u0.copy()
    for _ in range(steps):
        lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u[1:-1] += c * lap
    return np.sum(u * u)


def stencil_adjoint(u0, c, steps):
    u = u0.copy()
    lap_saved = []
    for _ in range(steps):
        lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
        lap_saved.append(lap)
        u[1:-1] += c * lap
    # backward: the steps are linear in u, only c asks for lap
    d_u = 2.0 * u
    d_c = 0.0
    for lap in reversed(lap_saved):
        inner = d_u[1:-1]
        d_c += inner @ lap
        d_lap = c * inner
        inner -= 2.0 * d_lap
        d_u[2:] += d_lap
        d_u[:-2] += d_lap
    return u @ u, (d_u, d_c)


def autograd_stencil() -> Function:
    """The stencil without writes, that autograd cannot differentiate."""
    from autograd import numpy as anp

    def stencil(u0, c, steps):
        u = u0
        for _ in range(steps):
            lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
            u = anp.concatenate((u[:1], u[1:-1] + c * lap, u[-1:]))
        return anp.sum(u * u)

    return stencil


def jax_stencil() -> Function:
    """The stencil with functional updates in a loop of XLA's."""
    from jax import numpy as jnp
    from jax.lax import fori_loop

    def stencil(u0, c, steps):
        def step(_, u):
            lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
            return u.at[1:-1].add(c * lap)

        u = fori_loop(0, steps, step, u0)
        return jnp.sum(u * u)

    return stencil


def torch_stencil() -> Function:
    """The stencil as it stands, on a copy that PyTorch may write to."""
    import torch

    def stencil(u0, c, steps):
        u = u0.clone()
        for _ in range(steps):
            lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
            u[1:-1] += c * lap
        return torch.sum(u * u)

    return stencil


SWEEP = Workload(
    name="sweep",
    title="in-place sweep a[i] = (a[i - 1] + a[i] ** 2 + a[i + 1]) / 3, m=4,000, "
    "value and gradient",
    make_data=lambda rng: (rng.uniform(-1.0, 1.0, size=4000),),
    primal=sweep,
    wrt=("x",),
    adjoint=sweep_adjoint,
    idioms={"jax": jax_sweep, "torch": torch_sweep},
    unrolls=True,
)
STENCIL = Workload(
    name="stencil",
    title="heat equation by slices in place, n=1,000, 500 steps, value and gradient",
    make_data=lambda rng: (rng.normal(size=1000), 0.2, 500),
    primal=stencil,
    wrt=("u0", "c"),
    adjoint=stencil_adjoint,
    idioms={"autograd": autograd_stencil, "jax": jax_stencil, "torch": torch_stencil},
    unrolls=True,
)
