"""What generated native code calls besides NumPy.

What they refuse they refuse by an error that lets the caller run the NumPy text instead: there an
axis of length one is stretched, an int has as many digits as it needs, and the errors are Python's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from adcompile.native.parts import part

_LARGEST = 2**63 - 1


@part()
def same(a: Any, b: Any) -> Any:
    """The length of two axes that are walked along together, or the shape of two arrays."""
    if a != b:
        raise ValueError("shapes do not fit")
    return a


@part()
def nonempty(n: Any) -> Any:
    """The length of an axis that must have elements."""
    if n == 0:
        raise ValueError("zero-size array has no extremum")
    return n


@part()
def within(i: Any, n: Any) -> Any:
    """An index of an axis of length n."""
    if i < -n or i >= n:
        raise ValueError("index out of range")
    return i


@part()
def at_least(n: Any, least: Any) -> None:
    """Check that an axis has so many elements."""
    if n < least:
        raise ValueError("index out of range")


@part()
def present(is_none: Any) -> None:
    """Check that a value is not None with which something is calculated."""
    if is_none:
        raise ValueError("a value is None")


@part()
def first(start: Any, n: Any) -> Any:
    """Where a slice with this start begins on an axis of length n."""
    if start < 0:
        return max(start + n, 0)
    return min(start, n)


@part()
def last(start: Any, n: Any) -> Any:
    """Where a slice with this start and a negative step begins on an axis of length n."""
    if start < 0:
        return max(start + n, -1)
    return min(start, n - 1)


@part()
def rounded(x: Any, digits: Any) -> Any:
    """`round(x, digits)` of a float that is not half way between two such numbers, or so near to it
    that it does not show."""
    if digits < 0 or digits > 15 or not abs(x) < 1e6:
        raise ValueError("a number that Python rounds")
    scale = 10.0**digits
    scaled = x * scale
    if not abs(scaled) < 1e15 or abs(abs(scaled - math.floor(scaled)) - 0.5) < 1e-6:
        raise ValueError("a number that Python rounds")
    return np.rint(scaled) / scale


@part()
def _require(a: Any) -> None:
    """To numba an int of 64 bits and no sign is no int any more once it meets one with a sign."""
    if a > _LARGEST:
        raise OverflowError("an int of more than 64 bits")


@part()
def plus(a: Any, b: Any) -> Any:
    """The sum of two Python ints."""
    _require(a)
    _require(b)
    total = a + b
    if (a >= 0) == (b >= 0) and (total >= 0) != (a >= 0):
        raise OverflowError("an int of more than 64 bits")
    return total


@part()
def minus(a: Any, b: Any) -> Any:
    """The difference of two Python ints."""
    _require(a)
    _require(b)
    total = a - b
    if (a >= 0) != (b >= 0) and (total >= 0) != (a >= 0):
        raise OverflowError("an int of more than 64 bits")
    return total


@part()
def times(a: Any, b: Any) -> Any:
    """The product of two Python ints."""
    _require(a)
    _require(b)
    if a != 0 and b != 0:
        limit = _LARGEST // abs(a) if abs(a) > 0 else 0
        if abs(a) < 0 or abs(b) < 0 or abs(b) > limit:
            raise OverflowError("an int of more than 64 bits")
    return a * b


@part()
def power(a: Any, b: Any) -> Any:
    """A Python int to the power of another one that is not negative."""
    result = 1
    for _ in range(b):
        result = times(result, a)
    return result


@part()
def quotient(a: Any, b: Any) -> Any:
    """`a // b` of Python ints."""
    _require(a)
    _require(b)
    if b == 0:
        raise ZeroDivisionError("integer division by zero")
    return a // b


@part()
def remainder(a: Any, b: Any) -> Any:
    """`a % b` of Python ints."""
    _require(a)
    _require(b)
    if b == 0:
        raise ZeroDivisionError("integer modulo by zero")
    return a % b


@part()
def integer(x: Any) -> Any:
    """`int(x)`."""
    if not abs(x) < 9e18:
        raise OverflowError("cannot convert to an int of 64 bits")
    return int(x)


@part()
def heaviside(x: Any, h: Any) -> Any:
    """`np.heaviside(x, h)` of single numbers."""
    if x < 0:
        return 0.0
    if x > 0:
        return 1.0
    return x + h


@part()
def trips(start: Any, stop: Any, step: Any) -> Any:
    """`len(range(start, stop, step))`."""
    return len(range(start, stop, step))


@part()
def turned(shift: Any, n: Any) -> Any:
    """By how many places elements move to the end of an axis, if all move by `shift`."""
    return shift % n if n > 0 else 0


@part()
def greatest(values: Any) -> Any:
    """`max(values)` of a list of numbers."""
    nonempty(len(values))
    found = values[0]
    for value in values:
        found = value if value > found else found
    return found


@part()
def least(values: Any) -> Any:
    """`min(values)` of a list of numbers."""
    nonempty(len(values))
    found = values[0]
    for value in values:
        found = value if value < found else found
    return found


@part()
def truth(x: Any) -> Any:
    """`bool(x)`."""
    return x != 0


@part()
def log_gamma(x: Any) -> Any:
    """`math.lgamma(x)`."""
    if x <= 0 and x == math.floor(x):
        raise ValueError("math domain error")
    return math.lgamma(x)


@part()
def gamma(x: Any) -> Any:
    """`math.gamma(x)`."""
    if (x <= 0 and x == math.floor(x)) or x > 171:
        raise ValueError("math domain error")
    return math.gamma(x)


# ----- axes in another order -----


@part()
def transposed(a: Any, axes: Any) -> Any:
    """`np.transpose` of an array of two to four axes."""
    n, s = a.shape, a.strides
    if a.ndim == 2:
        i, j = axes
        return as_strided(a, (n[i], n[j]), (s[i], s[j]))
    if a.ndim == 3:
        i, j, k = axes
        return as_strided(a, (n[i], n[j], n[k]), (s[i], s[j], s[k]))
    i, j, k, m = axes
    return as_strided(a, (n[i], n[j], n[k], n[m]), (s[i], s[j], s[k], s[m]))


# ----- lists of arrays -----


@part()
def _copy(a: Any, out: Any) -> None:
    """`out[...] = a` of arrays of one shape, for which numba's own is long to compile: it makes the
    text of an error."""
    if a.ndim == 1:
        for i in range(len(a)):
            out[i] = a[i]
    elif a.ndim == 2:
        for i in range(len(a)):
            for j in range(a.shape[1]):
                out[i, j] = a[i, j]
    elif a.ndim == 3:
        for i in range(len(a)):
            for j in range(a.shape[1]):
                for k in range(a.shape[2]):
                    out[i, j, k] = a[i, j, k]
    else:
        out[...] = a


@part()
def stacked(values: Any) -> Any:
    """`np.stack` of a list of arrays."""
    first = values[nonempty(len(values)) - 1]
    out = np.empty((len(values), *first.shape), first.dtype)
    for i, value in enumerate(values):
        if value.shape != first.shape:
            raise ValueError("shapes do not fit")
        _copy(value, out[i])
    return out


@part()
def _with_first(a: Any, axis: Any) -> Any:
    """`np.moveaxis(a, axis, 0)`."""
    if a.ndim == 1:
        return a
    if a.ndim == 2:
        return transposed(a, (axis, 1 - axis))
    if a.ndim == 3:
        return transposed(a, (axis, 1 - (axis >= 1), 2 - (axis >= 2)))
    return transposed(a, (axis, 1 - (axis >= 1), 2 - (axis >= 2), 3 - (axis >= 3)))


@part()
def joined(values: Any, axis: Any) -> Any:
    """`np.concatenate` of a list of arrays; the axis along which it is becomes the first one."""
    first = _with_first(values[nonempty(len(values)) - 1], axis)
    total = 0
    for value in values:
        total += value.shape[axis]
    out = np.empty((total, *first.shape[1:]), first.dtype)
    start = 0
    for value in values:
        part = _with_first(value, axis)
        if part.shape[1:] != first.shape[1:]:
            raise ValueError("shapes do not fit")
        _copy(part, out[start : start + len(part)])
        start += len(part)
    return out


@part()
def _was(k: Any, axis: Any) -> Any:
    """Where axis k of an array is in `_with_first` of it."""
    if k < axis:
        return k + 1
    return 0 if k == axis else k


@part()
def _with_first_back(a: Any, axis: Any) -> Any:
    """`np.moveaxis(a, 0, axis)`."""
    if a.ndim == 1:
        return a
    if a.ndim == 2:
        return transposed(a, (_was(0, axis), _was(1, axis)))
    if a.ndim == 3:
        return transposed(a, (_was(0, axis), _was(1, axis), _was(2, axis)))
    return transposed(a, (_was(0, axis), _was(1, axis), _was(2, axis), _was(3, axis)))


@part()
def pieces(g: Any, arrays: Any, axis: Any) -> Any:
    """The adjoints of arrays that were joined along an axis: copies, whose elements lie side by
    side."""
    found = []
    start = 0
    for array in arrays:
        stop = start + array.shape[axis]
        piece = _with_first_back(_with_first(g, axis)[start:stop], axis)
        out = np.empty(piece.shape, piece.dtype)
        _copy(piece, out)
        found.append(out)
        start = stop
    return found


# ----- products of matrices -----

# So many multiplications are done before a library is called that packs matrices first.
_FEW = 4096


@part()
def _multiply(a: Any, b: Any, out: Any) -> None:
    """The product of two matrices, into a third."""
    n, m = a.shape
    p = b.shape[1]
    if n * m * p > _FEW:
        np.dot(np.ascontiguousarray(a), np.ascontiguousarray(b), out)
        return
    for i in range(n):
        for j in range(p):
            out[i, j] = 0.0
        for k in range(m):
            x = a[i, k]
            for j in range(p):
                out[i, j] += x * b[k, j]


@part()
def _common(n: Any, m: Any) -> Any:
    """The length of two axes of which either is stretched where it is one."""
    if n != m and n != 1 and m != 1:
        raise ValueError("shapes do not fit")
    return m if n == 1 else n


@part()
def _fill(a: Any, b: Any, out: Any) -> None:
    """The products of the matrices of two stacks, of which either may be of one matrix, into a
    third."""
    if a.shape[2] != b.shape[1]:
        raise ValueError("shapes do not fit")
    for i in range(len(out)):
        _multiply(a[i if len(a) > 1 else 0], b[i if len(b) > 1 else 0], out[i])


@part()
def products(a: Any, b: Any) -> Any:
    """`a @ b` where both have as many axes, three at least."""
    n, m = a.shape[-2], b.shape[-1]
    if a.ndim == 3:
        out = np.empty((_common(len(a), len(b)), n, m), a.dtype)
        _fill(a, b, out)
        return out
    if a.ndim == 4:
        inner = _common(a.shape[1], b.shape[1])
        out = np.empty((_common(len(a), len(b)), inner, n, m), a.dtype)
        for i in range(len(out)):
            _fill(a[i if len(a) > 1 else 0], b[i if len(b) > 1 else 0], out[i])
        return out
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    rows = np.ascontiguousarray(np.broadcast_to(a, lead + a.shape[-2:]))
    columns = np.ascontiguousarray(np.broadcast_to(b, lead + b.shape[-2:]))
    flat = rows.reshape((-1, n, a.shape[-1])), columns.reshape((-1, b.shape[-2], m))
    out = np.empty((len(flat[0]), n, m), a.dtype)
    _fill(flat[0], flat[1], out)
    return out.reshape((*lead, n, m))
