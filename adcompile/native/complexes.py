"""What native code calls for complex numbers.

numba's own functions are NumPy's but for their limits: where a number is so large, or so near zero,
that they differ, these raise an error that lets the caller run the NumPy text instead, as
`helpers` do.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adcompile.native.parts import part

# Beyond it the hyperbolic tangent is one, to the last digit, but for its imaginary part.
_FAR = 20.0


@part()
def _finite(z: Any) -> Any:
    """A result, which NumPy has where it is not finite."""
    if not np.isfinite(z):
        raise ArithmeticError("a complex number that is not finite")
    return z


@part()
def power(z: Any, w: Any) -> Any:
    """`z ** w`."""
    return _finite(z**w)


@part()
def sinh(z: Any) -> Any:
    """`np.sinh(z)`."""
    return _finite(np.sinh(z))


@part()
def cosh(z: Any) -> Any:
    """`np.cosh(z)`."""
    return _finite(np.cosh(z))


@part()
def tanh(z: Any) -> Any:
    """`np.tanh(z)`."""
    x, y = z.real, z.imag
    if abs(x) < _FAR:
        return _finite(np.tanh(z))
    small = 4.0 * math.sin(y) * math.cos(y) * math.exp(-2.0 * abs(x))
    return _finite(complex(math.copysign(1.0, x), small))


@part()
def sign(z: Any) -> Any:
    """`np.sign(z)`, on the unit circle."""
    return z if z == 0 else _finite(z / abs(z))
