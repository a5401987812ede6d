"""What has no derivative to take part in: shapes, predicates, positions."""

from __future__ import annotations

import numpy as np

from adcompile.kinds import (
    BOOL,
    INT,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Resolved,
    Scalar,
    broadcast,
    dims,
    exact_size,
    fresh,
)
from adcompile.rules.infer import (
    KindFunction,
    array_kind,
    constant,
    elementwise,
    reduced_dims,
    shape_of,
    size,
)
from adcompile.rules.registry import Call, NotStaticError, Rule


def _shape_kind(call: Call) -> Kind:
    lengths = dims(call.kinds["a"])
    if lengths is None:
        return UNKNOWN
    return Items(tuple, tuple(Scalar(int, length) for length in lengths))


def _size_kind(call: Call) -> Kind:
    size = exact_size(dims(call.kinds["a"]))
    return INT if size is None else Scalar(int, size)


def _ndim_kind(call: Call) -> Kind:
    lengths = dims(call.kinds["a"])
    return Scalar(int, len(lengths)) if lengths is not None else INT


def _reduced(dtype: type) -> KindFunction:
    def infer(call: Call) -> Kind:
        try:
            return Array(np.dtype(dtype), reduced_dims(call))
        except NotStaticError:
            return Array(np.dtype(dtype), None)

    return infer


def _like(dtype: type) -> KindFunction:
    return lambda call: Array(np.dtype(dtype), dims(call.kinds["a"]))


def _rounded(call: Call) -> Kind:
    kind = call.kinds["a"]
    return Array(np.dtype(float), ()) if isinstance(kind, Scalar) else kind


def _sorted_positions(call: Call) -> Kind:
    """Along an axis, or of all elements in one row."""
    shape = dims(call.kinds["a"])
    if call.is_static("axis") and call.static("axis") is None:
        shape = None if shape is None else (size(shape),)
    return Array(np.dtype(np.intp), shape)


def _of_each(param: str) -> KindFunction:
    """A position for each element."""

    def infer(call: Call) -> Kind:
        array = array_kind(call.kinds[param])
        return Array(np.dtype(np.intp), None if array is None else array.dims)

    return infer


def _predicate(*params: str) -> KindFunction:
    """True or False for each element."""

    def infer(call: Call) -> Kind:
        arrays = [array_kind(call.kinds[param]) or Array(None, None) for param in params]
        return Array(np.dtype(bool), broadcast(*(array.dims for array in arrays)))

    return infer


def _nonzero_kind(call: Call) -> Kind:
    """The positions along each axis."""
    shape = dims(call.kinds["a"])
    found = Array(np.dtype(np.int64), (fresh(),))
    return Many(tuple, found) if not shape else Items(tuple, (found,) * len(shape))


def _argwhere_kind(call: Call) -> Kind:
    shape = dims(call.kinds["a"])
    return Array(np.dtype(np.int64), None if not shape else (fresh(), len(shape)))


def _ix_kind(call: Call) -> Kind:
    kind = call.kinds["args"]
    if not isinstance(kind, Items):
        return UNKNOWN
    parts: list[Kind] = []
    for k, item in enumerate(kind.items):
        array = array_kind(item)
        if array is None or not array.dims or array.dtype is None or array.dtype.kind not in "iu":
            return UNKNOWN
        ones = [1] * len(kind.items)
        parts.append(Array(array.dtype, (*ones[:k], array.dims[0], *ones[k + 1 :])))
    return Items(tuple, tuple(parts))


def _broadcast_shapes_kind(call: Call) -> Kind:
    kind = call.kinds["shapes"]
    if not isinstance(kind, Items):
        return UNKNOWN
    shape = broadcast(*map(shape_of, kind.items))
    return UNKNOWN if shape is None else Items(tuple, tuple(Scalar(int, n) for n in shape))


def _positions_among(call: Call) -> Kind:
    """Some of the elements."""
    array = array_kind(call.kinds["ar1"])
    return Array(array.dtype if array is not None else None, (fresh(),))


def _rank_kind(call: Call) -> Kind:
    shape = dims(call.kinds["A"])
    return Array(np.dtype(np.int64), shape[:-2]) if shape else UNKNOWN


def _positions(call: Call) -> Kind:
    return Array(np.dtype(np.intp), (fresh(),))


_AXIS = "a, axis=None, out=!, *, keepdims=False"


def _dtype_kind(call: Call) -> Kind:
    array = call.kinds["a"]
    if isinstance(array, Array) and array.dtype is not None:
        return Resolved(array.dtype)
    return UNKNOWN


_LOGICAL = (
    "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor",
    "left_shift", "right_shift", "gcd", "lcm",
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule("attribute.shape", "a", _shape_kind, {}, cost=0),
    Rule("attribute.size", "a", _size_kind, {}, cost=0),
    Rule("attribute.ndim", "a", _ndim_kind, {}, cost=0),
    Rule("attribute.dtype", "a", _dtype_kind, {}, cost=0),
    Rule("numpy.shape", "a", _shape_kind, {}, cost=0),
    Rule("numpy.size", "a", _size_kind, {}, cost=0),
    Rule("numpy.ndim", "a", _ndim_kind, {}, cost=0),
    *(Rule(f"numpy.{n}", _AXIS, _reduced(np.intp), {}) for n in ("argmax", "argmin")),
    *(Rule(f"numpy.{n}", f"{_AXIS}, where=!", _reduced(np.bool_), {}) for n in ("any", "all")),
    Rule("numpy.count_nonzero", "a, axis=None, *, keepdims=False", _reduced(np.intp), {}),
    Rule(
        "numpy.argsort",
        "a, axis=-1, kind=None, order=None, *, stable=None",
        _sorted_positions,
        {},
        cost=3,
    ),
    Rule(
        "numpy.argpartition",
        "a, kth, axis=-1, kind=None, order=None",
        _sorted_positions,
        {},
        cost=3,
    ),
    Rule("numpy.nonzero", "a", _nonzero_kind, {}),
    Rule("numpy.argwhere", "a", _argwhere_kind, {}),
    Rule("numpy.ix_", "*args", _ix_kind, {}),
    Rule("numpy.broadcast_shapes", "*shapes", _broadcast_shapes_kind, {}, cost=0),
    Rule("numpy.digitize", "x, bins, right=False", _of_each("x"), {}),
    Rule("numpy.setdiff1d", "ar1, ar2, assume_unique=False", _positions_among, {}, cost=3),
    *(Rule(f"numpy.nan{n}", _AXIS, _reduced(np.intp), {}) for n in ("argmax", "argmin")),
    *(
        Rule(f"numpy.{n}", "a, b, out=!, *, where=!", elementwise(getattr(np, n)), {}, cost=1)
        for n in _LOGICAL
    ),
    Rule("numpy.signbit", "a, out=!, *, where=!", _like(np.bool_), {}, cost=1),
    *(
        Rule(f"numpy.{n}", "a, out=!", _like(np.bool_), {}, cost=1)
        for n in ("isposinf", "isneginf")
    ),
    Rule("numpy.isin", "a, test_elements, assume_unique=False, invert=False", _predicate("a"), {}),
    Rule("numpy.flatnonzero", "a", _positions, {}),
    Rule("numpy.searchsorted", "a, v, side='left', sorter=None", _of_each("v"), {}),
    Rule(
        "numpy.isclose",
        "a, b, rtol=1e-05, atol=1e-08, equal_nan=False",
        _predicate("a", "b"),
        {},
    ),
    Rule("numpy.allclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False", constant(BOOL), {}),
    Rule("numpy.array_equal", "a1, a2, equal_nan=False", constant(BOOL), {}),
    Rule("numpy.array_equiv", "a1, a2", constant(BOOL), {}),
    Rule("numpy.isscalar", "element", constant(BOOL), {}),
    Rule("numpy.iterable", "y_", constant(BOOL), {}),
    Rule("numpy.isfortran", "a", constant(BOOL), {}),
    *(Rule(f"numpy.{n}", "x", constant(BOOL), {}) for n in ("iscomplexobj", "isrealobj")),
    *(Rule(f"numpy.{n}", "x", _predicate("x"), {}) for n in ("iscomplex", "isreal")),
    Rule("numpy.lexsort", "keys, axis=-1", constant(UNKNOWN), {}),
    Rule("numpy.linalg.matrix_rank", "A, tol=None, hermitian=False, *, rtol=None", _rank_kind, {}),
    Rule("numpy.finfo", "dtype", constant(UNKNOWN), {}),
    Rule("numpy.round", "a, decimals=0, out=!", _rounded, {}),
    Rule("numpy.logical_not", "a, out=!, *, where=!", _like(np.bool_), {}, cost=1),
)
