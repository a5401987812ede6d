"""What native code calls that goes along the last axis of an array.

The rows of an array are those of a matrix, whose elements lie side by side.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.native.helpers import same
from adcompile.native.parts import part


@part()
def _rows(a: Any) -> Any:
    """An array as a matrix."""
    n = a.shape[-1]
    if a.ndim == 1:
        return np.ascontiguousarray(a).reshape((1, n))
    count = 1
    for length in a.shape[:-1]:
        count *= length
    return np.ascontiguousarray(a).reshape((count, n))


@part()
def cumsum(a: Any) -> Any:
    """`np.cumsum(a, axis=-1)`."""
    rows = _rows(a)
    out = np.empty(rows.shape, rows.dtype)
    for i in range(len(rows)):
        total = rows.dtype.type(0)
        for j in range(rows.shape[1]):
            total += rows[i, j]
            out[i, j] = total
    return out.reshape(a.shape)


@part()
def cumprod(a: Any) -> Any:
    """`np.cumprod(a, axis=-1)`."""
    rows = _rows(a)
    out = np.empty(rows.shape, rows.dtype)
    for i in range(len(rows)):
        product = rows.dtype.type(1)
        for j in range(rows.shape[1]):
            product *= rows[i, j]
            out[i, j] = product
    return out.reshape(a.shape)


@part()
def cumprod_adjoint(g: Any, a: Any) -> Any:
    """`runtime.cumprod_adjoint(g, a, -1)`."""
    same(g.shape, a.shape)
    seeds, rows = _rows(g), _rows(a)
    out = np.empty(seeds.shape, seeds.dtype)
    n = rows.shape[1]
    for i in range(len(rows)):
        after = seeds.dtype.type(0)
        for j in range(n - 1, -1, -1):
            after = seeds[i, j] + (rows[i, j + 1] * after if j + 1 < n else after)
            out[i, j] = after
        before = rows.dtype.type(1)
        for j in range(n):
            out[i, j] *= before
            before *= rows[i, j]
    return out.reshape(a.shape)


@part()
def cumprod_tangent(t: Any, a: Any) -> Any:
    """`runtime.cumprod_tangent(t, a, -1)`."""
    same(t.shape, a.shape)
    along, rows = _rows(t), _rows(a)
    out = np.empty(along.shape, along.dtype)
    for i in range(len(rows)):
        before, tangent = rows.dtype.type(1), along.dtype.type(0)
        for j in range(rows.shape[1]):
            tangent = before * along[i, j] + rows[i, j] * tangent
            before *= rows[i, j]
            out[i, j] = tangent
    return out.reshape(a.shape)


@part()
def products_of_others(a: Any) -> Any:
    """`runtime.products_of_others(a, -1)`."""
    rows = _rows(a)
    out = np.empty(rows.shape, rows.dtype)
    n = rows.shape[1]
    for i in range(len(rows)):
        before = rows.dtype.type(1)
        for j in range(n):
            out[i, j] = before
            before *= rows[i, j]
        after = rows.dtype.type(1)
        for j in range(n - 1, -1, -1):
            out[i, j] *= after
            after *= rows[i, j]
    return out.reshape(a.shape)


@part()
def products_of_others_along(a: Any, v: Any) -> Any:
    """`runtime.products_of_others_along(a, v, -1)`."""
    same(v.shape, a.shape)
    rows, along = _rows(a), _rows(v)
    out = np.empty(rows.shape, rows.dtype)
    n = rows.shape[1]
    products, tangents = np.empty(n, rows.dtype), np.empty(n, rows.dtype)
    for i in range(len(rows)):
        one, tangent = rows.dtype.type(1), rows.dtype.type(0)
        for j in range(n):
            products[j], tangents[j] = one, tangent
            tangent = tangent * rows[i, j] + one * along[i, j]
            one *= rows[i, j]
        one, tangent = rows.dtype.type(1), rows.dtype.type(0)
        for j in range(n - 1, -1, -1):
            out[i, j] = tangents[j] * one + products[j] * tangent
            tangent = tangent * rows[i, j] + one * along[i, j]
            one *= rows[i, j]
    return out.reshape(a.shape)


@part()
def argsort(a: Any) -> Any:
    """`np.argsort(a, axis=-1)`."""
    rows = _rows(a)
    places = np.empty(rows.shape, np.int64)
    for i in range(len(rows)):
        found = np.argsort(rows[i], kind="mergesort")
        for j in range(rows.shape[1]):
            places[i, j] = found[j]
    return places.reshape(a.shape)


@part()
def sort(a: Any) -> Any:
    """`np.sort(a, axis=-1)`."""
    rows = _rows(a)
    out = np.empty(rows.shape, rows.dtype)
    for i in range(len(rows)):
        found = np.argsort(rows[i], kind="mergesort")
        for j in range(rows.shape[1]):
            out[i, j] = rows[i, found[j]]
    return out.reshape(a.shape)


@part()
def from_diagonal(g: Any, n: Any, m: Any, offset: Any) -> Any:
    """`runtime.from_diagonal` of matrices that are along the last axes."""
    rows = _rows(g)
    out = np.zeros((len(rows), n, m), rows.dtype)
    first = max(-offset, 0)
    if first + rows.shape[1] > n or first + offset + rows.shape[1] > m:
        raise ValueError("a diagonal that does not fit")
    for i in range(len(rows)):
        for j in range(rows.shape[1]):
            out[i, first + j, first + j + offset] = rows[i, j]
    return out.reshape(out.shape[1:] if g.ndim == 1 else (*g.shape[:-1], n, m))


@part()
def resized(a: Any, n: Any) -> Any:
    """`runtime.resized(a, n, -1)`."""
    rows = _rows(a)
    out = np.zeros((len(rows), n), rows.dtype)
    for i in range(len(rows)):
        for j in range(min(n, rows.shape[1])):
            out[i, j] = rows[i, j]
    return out.reshape(out.shape[1:] if a.ndim == 1 else (*a.shape[:-1], n))


@part()
def mirrored(h: Any, n: Any) -> Any:
    """`runtime.mirrored(h, n, -1)`."""
    rows = _rows(h)
    out = rows.copy()
    for i in range(len(rows)):
        for j in range(1, min((n + 1) // 2, rows.shape[1])):
            out[i, j] *= 2
    return out.reshape(h.shape)


@part()
def value_of_polynomial(p: Any, x: Any) -> Any:
    """`np.polyval(p, x)`."""
    flat = np.ascontiguousarray(x).reshape(x.size)
    out = np.zeros(x.size, x.dtype)
    for j in range(x.size):
        value = x.dtype.type(0)
        for factor in p:
            value = value * flat[j] + factor
        out[j] = value
    return out.reshape(x.shape)
