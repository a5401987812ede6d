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
    Resolved,
    Scalar,
    dims,
    exact_size,
    fresh,
)
from adcompile.rules.infer import KindFunction, constant, reduced_dims
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


def _positions(call: Call) -> Kind:
    return Array(np.dtype(np.intp), (fresh(),))


_AXIS = "a, axis=None, out=!, *, keepdims=False"


def _dtype_kind(call: Call) -> Kind:
    array = call.kinds["a"]
    if isinstance(array, Array) and array.dtype is not None:
        return Resolved(array.dtype)
    return UNKNOWN


RULES: tuple[Rule, ...] = (
    Rule("attribute.shape", "a", _shape_kind, {}, cost=0),
    Rule("attribute.size", "a", _size_kind, {}, cost=0),
    Rule("attribute.ndim", "a", _ndim_kind, {}, cost=0),
    Rule("attribute.dtype", "a", _dtype_kind, {}, cost=0),
    Rule("numpy.shape", "a", _shape_kind, {}, cost=0),
    Rule("numpy.size", "a", _size_kind, {}, cost=0),
    Rule("numpy.ndim", "a", _ndim_kind, {}, cost=0),
    Rule("math.prod", "a", constant(INT), {}, cost=1),
    *(Rule(f"numpy.{n}", _AXIS, _reduced(np.intp), {}) for n in ("argmax", "argmin")),
    *(Rule(f"numpy.{n}", f"{_AXIS}, where=!", _reduced(np.bool_), {}) for n in ("any", "all")),
    Rule("numpy.count_nonzero", "a, axis=None, *, keepdims=False", _reduced(np.intp), {}),
    Rule("numpy.argsort", "a, axis=-1, kind=None", _like(np.intp), {}),
    Rule("numpy.flatnonzero", "a", _positions, {}),
    Rule("numpy.searchsorted", "a, v, side='left', sorter=!", constant(UNKNOWN), {}),
    Rule("numpy.isclose", "a, b, rtol=1e-05, atol=1e-08", constant(UNKNOWN), {}),
    Rule("numpy.allclose", "a, b, rtol=1e-05, atol=1e-08", constant(BOOL), {}),
    Rule("numpy.array_equal", "a1, a2", constant(BOOL), {}),
    Rule("numpy.isscalar", "element", constant(BOOL), {}),
    Rule("numpy.finfo", "dtype", constant(UNKNOWN), {}),
    Rule("numpy.round", "a, decimals=0, out=!", _rounded, {}),
    Rule("numpy.logical_not", "a, out=!, *, where=!", _like(np.bool_), {}, cost=1),
)
