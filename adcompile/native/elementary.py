"""Exponentials and logarithms that loops over arrays call.

numba calls C's, one number at a time. These are the same methods (Cody and Waite's reduction,
polynomials as in fdlibm and Cephes) without a branch, so that the loop that calls them is compiled
to vector instructions. They are within two units in the last place, as NumPy's are. Where the
processor multiplies and adds in one instruction, they do: last bits differ between processors, as
NumPy's do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.native.parts import part

_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# A sum with it has the nearest int in its last bits.
_SHIFT = 6755399441055744.0
_SHIFT_BITS = 4843621399236968448
_LARGEST, _LEAST = 710.0, -746.0
_ONE_BITS = 0x3FF0000000000000
_BIAS = 1023
# A product and a sum may be one instruction, which rounds once.
_FUSED = {"contract"}


@part(fastmath=_FUSED)
def exp(x: Any) -> Any:
    """`np.exp(x)` of a number of double precision."""
    c = _LARGEST if x > _LARGEST else x
    c = _LEAST if c < _LEAST else c
    shifted = c * _LOG2_E + _SHIFT
    k = shifted - _SHIFT
    r = (c - k * _LN2_HIGH) - k * _LN2_LOW
    p = 1.6059043836821613e-10
    p = p * r + 2.08767569878681e-9
    p = p * r + 2.505210838544172e-8
    p = p * r + 2.755731922398589e-7
    p = p * r + 2.7557319223985893e-6
    p = p * r + 2.48015873015873e-5
    p = p * r + 1.984126984126984e-4
    p = p * r + 1.388888888888889e-3
    p = p * r + 8.333333333333333e-3
    p = p * r + 4.1666666666666664e-2
    p = p * r + 1.6666666666666666e-1
    p = p * r + 0.5
    y = 1.0 + (r + r * r * p)
    # In two steps, so that what is small loses its last bits only.
    power = np.float64(shifted).view(np.int64) - _SHIFT_BITS
    half = power >> 1
    first = np.int64((half + _BIAS) << 52).view(np.float64)
    second = np.int64((power - half + _BIAS) << 52).view(np.float64)
    return y * first * second


@part(fastmath=_FUSED)
def tanh(x: Any) -> Any:
    """`np.tanh(x)` of a number of double precision."""
    a = abs(x)
    z = x * x
    p = -9.64399179425052238628e-1
    p = p * z - 9.92877231001918586564e1
    p = p * z - 1.61468768441708447952e3
    q = z + 1.12811678491632931402e2
    q = q * z + 2.23548839060100448583e3
    q = q * z + 4.84406305325125486048e3
    near = x + x * z * (p / q)
    far = 1.0 - 2.0 / (exp(2.0 * a) + 1.0)
    far = -far if x < 0.0 else far
    near = x if x == 0.0 else near
    return near if a < 0.625 else far


@part(fastmath=_FUSED)
def log(x: Any) -> Any:
    """`np.log(x)` of a number of double precision."""
    is_small = x < 2.2250738585072014e-308
    scaled = x * 18014398509481984.0 if is_small else x
    bits = np.float64(scaled).view(np.int64)
    # The mantissa between the roots of 1/2 and 2, and the power of 2.
    above = bits - 0x3FE6A09E667F3BCD
    k = above >> 52
    mantissa: Any = np.int64(bits - (k << 52)).view(np.float64)
    power = np.float64(k) - (54.0 if is_small else 0.0)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = 1.479819860511658591e-01
    r = r * z + 1.531383769920937332e-01
    r = r * z + 1.818357216161805012e-01
    r = r * z + 2.222219843214978396e-01
    r = r * z + 2.857142874366239149e-01
    r = r * z + 3.999999999940941908e-01
    r = r * z + 6.666666666666735130e-01
    half = 0.5 * f * f
    y = power * _LN2_HIGH - ((half - (s * (half + z * r) + power * _LN2_LOW)) - f)
    y = x if x == np.inf else y
    y = -np.inf if x == 0.0 else y
    return y if x >= 0.0 else np.nan


# ----- extremes -----


@part(fastmath={"nnan", "nsz"})
def _greatest(x: Any, sign: Any) -> Any:
    """Of a vector times 1 or -1; of its quarters at the same time, because each comparison waits
    for the one before it."""
    quarter = len(x) // 4
    a = b = c = d = -np.inf
    for i in range(quarter):
        value = sign * x[i]
        a = value if value > a else a
        value = sign * x[i + quarter]
        b = value if value > b else b
        value = sign * x[i + 2 * quarter]
        c = value if value > c else c
        value = sign * x[i + 3 * quarter]
        d = value if value > d else d
    for i in range(4 * quarter, len(x)):
        value = sign * x[i]
        a = value if value > a else a
    a = b if b > a else a
    c = d if d > c else c
    return c if c > a else a


@part()
def _holds_nan(x: Any) -> Any:
    count = 0
    for i in range(len(x)):
        count += x[i] != x[i]
    return count > 0


@part()
def largest(x: Any) -> Any:
    """`np.max(x)` of a vector: in any order, which changes nothing, so that it is calculated
    several elements at a time."""
    if len(x) == 0:
        raise ValueError("zero-size array has no extremum")
    return np.nan if _holds_nan(x) else _greatest(x, 1.0)


@part()
def smallest(x: Any) -> Any:
    """`np.min(x)` of a vector, as `largest`."""
    if len(x) == 0:
        raise ValueError("zero-size array has no extremum")
    return np.nan if _holds_nan(x) else -_greatest(x, -1.0)
