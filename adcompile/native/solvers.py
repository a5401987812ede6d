"""`fixed_point` and `root` as native code calls them: as `runtime` has them, with a native function
for the equation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types

from adcompile.native.containers import typed


def tolerance(tol: Any, x: Any) -> Any:
    """How much an element may change in the last step, relative to one plus the largest."""
    raise NotImplementedError


@typed(tolerance)
def _tolerance(tol: Any, x: Any) -> Any:
    if not isinstance(tol, (types.NoneType, types.Omitted)):
        return lambda tol, x: tol
    default = 1e-6 if getattr(x, "dtype", x) == types.float32 else 1e-12
    return lambda tol, x: default


def largest(x: Any) -> Any:
    """The largest magnitude of a number, or of the elements of an array."""
    raise NotImplementedError


@typed(largest)
def _largest(x: Any) -> Any:
    if isinstance(x, types.Array):
        return lambda x: np.max(np.abs(x))
    return lambda x: abs(x)


@njit(error_model="numpy")
def fixed_point(f: Any, x: Any, params: Any, tol: Any = None, steps: Any = 1000) -> Any:
    """The `x` for which `f(x, *params)` is `x`."""
    limit = tolerance(tol, x)
    for _ in range(steps):
        new = f(x, *params)
        if largest(new - x) <= limit * (1.0 + largest(new)):
            return new
        x = new
    raise ArithmeticError("no fixed point")


# ----- roots -----


def difference(f: Any, x: Any, params: Any, eps: Any) -> Any:
    """A step of Newton's method, with differences in the place of derivatives."""
    raise NotImplementedError


@typed(difference)
def _difference(f: Any, x: Any, params: Any, eps: Any) -> Any:
    return _step_of_array if isinstance(x, types.Array) else _step_of_number


def _step_of_number(f: Any, x: Any, params: Any, eps: Any) -> Any:
    size = eps ** (1 / 3) * (1.0 + abs(x))
    slope = (f(x + size, *params) - f(x - size, *params)) / (2.0 * size)
    if slope == 0:
        raise ArithmeticError("no root")
    return f(x, *params) / slope


def _step_of_array(f: Any, x: Any, params: Any, eps: Any) -> Any:
    jacobian = np.empty((len(x), len(x)), x.dtype)
    for i in range(len(x)):
        size = eps ** (1 / 3) * (1.0 + abs(x[i]))
        ahead, back = x.copy(), x.copy()
        ahead[i] += size
        back[i] -= size
        jacobian[:, i] = (f(ahead, *params) - f(back, *params)) / (2.0 * size)
    return np.linalg.solve(jacobian, f(x, *params))


@njit(error_model="numpy")
def root(f: Any, x: Any, params: Any, tol: Any = None, steps: Any = 100) -> Any:
    """The `x` for which `f(x, *params)` is zero."""
    limit = tolerance(tol, x)
    for _ in range(steps):
        step = difference(f, x, params, 2.0**-52)
        x = x - step
        if largest(step) <= limit * (1.0 + largest(x)):
            return x
    raise ArithmeticError("no root")
