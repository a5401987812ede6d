"""Kinds of results, one function for each family of operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from adcompile.kinds import (
    UNKNOWN,
    Array,
    Dim,
    Dims,
    Items,
    Kind,
    Many,
    Origin,
    Resolved,
    Scalar,
    Sym,
    Text,
    Unknown,
    broadcast,
    dims,
    fresh,
    may_be_one,
)
from adcompile.rules.registry import Call

KindFunction = Callable[[Call], Kind]


def constant(kind: Kind) -> KindFunction:
    """Always the same kind."""
    return lambda call: kind


def same(param: str) -> KindFunction:
    """The kind of an argument."""
    return lambda call: call.kinds[param]


def dtype_of(kind: Kind) -> np.dtype[Any] | type | None:
    """What decides the dtype of a result: a dtype, or the type of a (weak) Python number."""
    if isinstance(kind, Scalar):
        return kind.type
    return kind.dtype if isinstance(kind, Array) else None


def ufunc_dtype(ufunc: np.ufunc, kinds: list[Kind]) -> np.dtype[Any] | None:
    """The dtype of an elementwise result (NEP 50), None where it is unknown."""
    return _resolved(ufunc, *map(dtype_of, kinds))


_ARITHMETIC = (np.add, np.subtract, np.multiply, np.divide, np.power)


@lru_cache(maxsize=4096, typed=True)
def _resolved(ufunc: np.ufunc, *inputs: np.dtype[Any] | type | None) -> np.dtype[Any] | None:
    if any(dtype is None for dtype in inputs):
        # Arithmetic with what is complex in 64 bits is so.
        known = any(isinstance(d, np.dtype) and d == np.complex128 for d in inputs)
        return np.dtype(complex) if known and ufunc in _ARITHMETIC else None
    strong = [np.dtype(d) if d is bool else d for d in inputs]
    if not any(isinstance(dtype, np.dtype) for dtype in strong):
        strong = [np.dtype(d) if isinstance(d, type) else d for d in strong]
    try:
        return ufunc.resolve_dtypes((*strong, *[None] * ufunc.nout))[-1]
    except TypeError:
        return None


def elementwise(ufunc: np.ufunc) -> KindFunction:
    """An elementwise NumPy function of all its arguments."""

    def infer(call: Call) -> Kind:
        kinds = [call.kinds[name] for name in call.kinds]
        return elementwise_kind(ufunc, kinds)

    return infer


def elementwise_kind(ufunc: np.ufunc, kinds: list[Kind]) -> Kind:
    """The kind of an elementwise result of arguments of these kinds."""
    shape = broadcast(*map(dims, kinds))
    dtype = ufunc_dtype(ufunc, kinds)
    if shape is None and not any(isinstance(kind, Array) for kind in kinds):
        return UNKNOWN
    return Array(dtype, shape)


def axes_of(call: Call, rank: int, name: str = "axis") -> tuple[int, ...] | None:
    """The axes that an `axis` argument names, normalised; None for all of them.

    Raises:
        NotStaticError: the axis is known only at run time.
    """
    axis = call.static(name)
    if axis is None:
        return None
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(int(a) % rank if rank else 0 for a in axes)


def reduced_dims(call: Call, param: str = "a") -> Dims | None:
    """The lengths that remain after a reduction with `axis` and `keepdims`."""
    shape = dims(call.kinds[param])
    if shape is None or not call.is_static("axis") or not call.is_static("keepdims"):
        return () if shape is None and _reduces_all(call) else None
    axes = axes_of(call, len(shape))
    keep = call.static("keepdims")
    if axes is None:
        return (1,) * len(shape) if keep else ()
    result: list[Dim] = []
    for i, length in enumerate(shape):
        if i not in axes:
            result.append(length)
        elif keep:
            result.append(1)
    return tuple(result)


def _reduces_all(call: Call) -> bool:
    return (
        call.is_static("axis")
        and call.static("axis") is None
        and call.is_static("keepdims")
        and not call.static("keepdims")
    )


def sequence(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds of the elements of a tuple or list, None where their number is unknown."""
    return kind.items if isinstance(kind, Items) else None


def length(kind: Kind) -> Any:
    """The value of `len`, as a number or a symbol, None where it is unknown."""
    if isinstance(kind, Items):
        return len(kind.items)
    shape = dims(kind)
    return shape[0] if shape else None


def dim_of(kind: Kind) -> Dim:
    """The length that an integer argument gives (`np.zeros(n)`)."""
    if isinstance(kind, Scalar) and isinstance(kind.value, (int, Sym)):
        return kind.value
    return fresh()


def shape_of(kind: Kind) -> Dims | None:
    """The lengths that a `shape` argument gives, None where their number is unknown."""
    if isinstance(kind, Scalar):
        return (dim_of(kind),)
    if isinstance(kind, Items):
        return tuple(dim_of(item) for item in kind.items)
    return None


# ----- arrays out of anything that NumPy takes for one -----


def array_kind(kind: Kind) -> Array | None:
    """The kind of `np.asarray(value)`, None for what is certainly no array of numbers."""
    match kind:
        case Array():
            return kind
        case Scalar(type):
            return Array(np.dtype(type), ())
        case Items(_, ()):
            return Array(np.dtype(float), (0,))
        case Items(_, items):
            parts = [array_kind(item) for item in items]
            known = [part for part in parts if part is not None]
            return _stacked(known) if len(known) == len(parts) else None
        case Many(type, element):
            # An empty sequence makes an array of floats with one axis.
            part = array_kind(element)
            if part is None or part.dims != ():
                return Array(None, None)
            certain = type is range or part.dtype == np.float64
            return Array(part.dtype if certain else None, (fresh(),))
        case Unknown():
            return Array(None, None)
    return None


def _stacked(parts: list[Array]) -> Array:
    """The kind of an array of arrays; they must all have the same shape."""
    shape = parts[0].dims
    for part in parts[1:]:
        shape = same_shape(shape, part.dims)
    return Array(common_dtype(parts), None if shape is None else (len(parts), *shape))


def same_shape(a: Dims | None, b: Dims | None) -> Dims | None:
    """What is known of a shape that is given twice."""
    if a is None or b is None or len(a) != len(b):
        return a if b is None else b if a is None else None
    return tuple(same_length(x, y) for x, y in zip(a, b, strict=True))


def same_length(a: Dim, b: Dim) -> Dim:
    """What is known of a length that is given twice: a number, else what is not one."""
    if isinstance(a, int) or isinstance(b, int):
        return a if isinstance(a, int) else b
    return b if a.one and not b.one else a


def common_dtype(arrays: Iterable[Array]) -> np.dtype[Any] | None:
    """The dtype that holds the elements of all arrays."""
    dtypes = [array.dtype for array in arrays]
    if any(dtype is None for dtype in dtypes):
        return None
    try:
        return np.result_type(*dtypes)
    except TypeError:
        return None


def dtype_argument(kind: Kind) -> np.dtype[Any] | None:
    """The dtype that a `dtype` argument names, None where it is unknown."""
    named = kind.value if isinstance(kind, Text) else None
    if isinstance(kind, Resolved):
        named = kind.target
    try:
        return np.dtype(named) if named is not None else None
    except TypeError:
        return None


def trial_dtype(function: Callable[..., Any], *kinds: Kind) -> np.dtype[Any] | None:
    """The dtype of a result, found by calling NumPy with arrays of one element.

    Promotion differs from function to function (a Python number is weak in `np.matmul`, not in
    `np.dot`), and NumPy knows its own rules best.
    """
    samples = [_sample(kind) for kind in kinds]
    if any(sample is None for sample in samples):
        return None
    try:
        with np.errstate(all="ignore"):
            dtype: np.dtype[Any] = np.asarray(function(*samples)).dtype
            return dtype
    except (TypeError, ValueError, NotImplementedError, np.linalg.LinAlgError):
        return None


def _sample(kind: Kind) -> Any:
    if isinstance(kind, Scalar):
        return kind.type(1)
    array = array_kind(kind)
    if array is None or array.dtype is None or array.dims is None:
        return None
    return np.ones((1,) * len(array.dims), array.dtype)


def axis_tuple(call: Call, rank: int | None, name: str = "axis") -> tuple[int, ...] | None:
    """The axes that an argument names, counted from the first; all of them for None.

    Returns:
        None where they are unknown, or where the array has no such axes.
    """
    if rank is None or not call.is_static(name):
        return None
    axis = call.static(name)
    if axis is None:
        return tuple(range(rank))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    if not all(isinstance(a, int) and -rank <= a < rank for a in axes):
        return None
    return tuple(a % rank for a in axes)


# ----- arithmetic of lengths: exact, or a length of which nothing is known -----


def times(a: Dim, b: Dim) -> Dim:
    """The length `a * b`."""
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    return b if a == 1 else a if b == 1 else _one_if(may_be_one(a) and may_be_one(b))


def _one_if(one: bool) -> Sym:
    """A length of which nothing is known but whether it may be one."""
    return Sym(Origin(), one=one)


def size(shape: Dims) -> Dim:
    """The number of elements of an array."""
    result: Dim = 1
    for length in shape:
        result = times(result, length)
    return result


def plus(a: Dim, b: Dim) -> Dim:
    """The length `a + b`."""
    if isinstance(a, int) and isinstance(b, int):
        return a + b
    symbol, number = (a, b) if isinstance(a, Sym) else (b, a)
    # The length of a slice is never below zero, though its symbol minus a number may be.
    if isinstance(symbol, Sym) and isinstance(number, int) and symbol.offset >= 0 <= number:
        return Sym(symbol.origin, symbol.offset + number, one=number < 2)
    return _one_if(may_be_one(a) or may_be_one(b))
