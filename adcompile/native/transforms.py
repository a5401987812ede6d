"""Fourier transforms along the last axis of an array of complex numbers, which native code calls.

A length that is a power of two is halved over and over (Cooley and Tukey). Any other is a folding
of three arrays whose length is such a power (Bluestein), or a sum where it is short.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adcompile.native.parts import part

_SHORT = 16


@part()
def _roots(n: Any, sign: Any) -> Any:
    """The roots of one of this order."""
    found = np.empty(n, np.complex128)
    for k in range(n):
        angle = 2.0 * math.pi * k / n
        found[k] = complex(math.cos(angle), sign * math.sin(angle))
    return found


@part()
def _halved(x: Any, roots: Any) -> None:
    """Transform a vector whose length is a power of two, in place."""
    n = len(x)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            x[i], x[j] = x[j], x[i]
    width = 1
    while width < n:
        step = n // (2 * width)
        for start in range(0, n, 2 * width):
            for k in range(width):
                odd = roots[k * step] * x[start + k + width]
                even = x[start + k]
                x[start + k] = even + odd
                x[start + k + width] = even - odd
        width *= 2


@part()
def _summed(x: Any, roots: Any) -> None:
    """Transform a short vector, in place."""
    n = len(x)
    old = x.copy()
    for i in range(n):
        total = 0j
        for k in range(n):
            total += old[k] * roots[i * k % n]
        x[i] = total


@part()
def _folded(rows: Any, sign: Any) -> None:
    """Transform vectors of any length, in place."""
    n = rows.shape[1]
    size = 1
    while size < 2 * n - 1:
        size *= 2
    half = _roots(2 * n, sign)
    there, back = _roots(size, -1.0), _roots(size, 1.0)
    chirp = np.zeros(size, np.complex128)
    for k in range(n):
        factor = half[k * k % (2 * n)].conjugate()
        chirp[k] = factor
        if k:
            chirp[size - k] = factor
    _halved(chirp, there)
    x = np.empty(size, np.complex128)
    for row in rows:
        x[:] = 0
        for k in range(n):
            x[k] = row[k] * half[k * k % (2 * n)]
        _halved(x, there)
        for k in range(size):
            x[k] *= chirp[k]
        _halved(x, back)
        for k in range(n):
            row[k] = x[k] * half[k * k % (2 * n)] / size


@part()
def _transformed(a: Any, sign: Any) -> Any:
    n = a.shape[-1]
    if n < 1:
        raise ValueError("a transform of nothing")
    out = np.ascontiguousarray(a).copy()
    rows = out.reshape((out.size // n, n))
    if n & (n - 1) and n > _SHORT:
        _folded(rows, sign)
    else:
        roots = _roots(n, sign)
        for row in rows:
            if n & (n - 1):
                _summed(row, roots)
            else:
                _halved(row, roots)
    for row in rows:
        for k in range(n):
            if not np.isfinite(row[k]):
                raise ArithmeticError("a transform that is not finite")
    return out


@part()
def fft(a: Any) -> Any:
    """`np.fft.fft(a)`."""
    return _transformed(a, -1.0)


@part()
def ifft(a: Any) -> Any:
    """`np.fft.ifft(a)`."""
    return _transformed(a, 1.0) / a.shape[-1]
