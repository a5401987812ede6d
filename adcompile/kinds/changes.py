"""Kinds that say less: of one of several values, of an element, of a value that changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.kinds.classes import (
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    Text,
    Unbound,
    Unknown,
    same_dtype,
)
from adcompile.kinds.lengths import Dims, Origin, Sym, may_be_one
from adcompile.kinds.questions import is_complex
from adcompile.kinds.values import of_constant


def forget_value(kind: Kind) -> Kind:
    """The kind without the number it holds, for values that change."""
    if isinstance(kind, Scalar):
        return Scalar(kind.type)
    return Text() if isinstance(kind, Text) else kind


def mapped(change: Callable[[Kind], Kind], kind: Kind) -> Kind:
    """The kind with what is in its containers changed."""
    match kind:
        case Items(type, items):
            return Items(type, tuple(mapped(change, item) for item in items))
        case Many(type, element):
            return Many(type, mapped(change, element))
        case Mapping(tuple() as entries):
            return Mapping(tuple((key, mapped(change, value)) for key, value in entries))
        case Record(type, fields):
            return Record(type, tuple((name, mapped(change, value)) for name, value in fields))
    return change(kind)


def refreshed(kind: Kind) -> Kind:
    """The kind of one element out of several alike: its lengths are its own."""
    return mapped(_renewed, kind)


def _renewed(kind: Kind) -> Kind:
    match kind:
        case Array(dtype, tuple() as axes):
            lengths = (d if isinstance(d, int) else Sym(Origin(), one=d.one) for d in axes)
            return Array(dtype, tuple(lengths))
        case Scalar(type):
            return Scalar(type)
    return kind


def any_dtype(kind: Kind) -> Kind:
    """The kind without its dtypes."""
    return mapped(lambda part: Array(None, part.dims) if isinstance(part, Array) else part, kind)


def after_loop(kind: Kind) -> Kind:
    """The kind of a value after a loop: a length that changes in the loop is another one there."""
    if isinstance(kind, Array) and kind.dims is not None:
        changing = [isinstance(d, Sym) and type(d.origin) is Origin for d in kind.dims]
        lengths = zip(kind.dims, changing, strict=True)
        return Array(
            kind.dtype,
            tuple(Sym(Origin(), one=may_be_one(d)) if changes else d for d, changes in lengths),
        )
    return kind


def join(a: Kind, b: Kind) -> Kind:
    """The kind of a value that is of kind `a` on one path and `b` on another."""
    if a == b or isinstance(b, Unbound):
        return a
    if isinstance(a, Unbound):
        return b
    match a, b:
        case Scalar(), Scalar():
            return Scalar(_wider(a.type, b.type))
        case Text(), Text():
            return Text()
        case (Scalar(), Array()) | (Array(), Scalar()):
            array, number = (a, b) if isinstance(a, Array) else (b, a)
            assert isinstance(array, Array) and isinstance(number, Scalar)
            return Array(_joined_dtype(array.dtype, number.type), () if array.dims == () else None)
        case Array(), Array():
            return Array(_promoted(a, b), _joined_dims(a.dims, b.dims))
        case Items(), Items() if a.type is b.type and len(a.items) == len(b.items):
            return Items(a.type, tuple(map(join, a.items, b.items)))
        case (Items() | Many(), Items() | Many()) if a.type is b.type:
            return Many(a.type, join(element(a), element(b)))
        case Record(), Record() if a.type is b.type and _names(a) == _names(b):
            return Record(
                a.type,
                tuple((n, join(x, y)) for (n, x), (_, y) in zip(a.fields, b.fields, strict=True)),
            )
        case Mapping(tuple() as left), Mapping(tuple() as right) if [k for k, _ in left] == [
            k for k, _ in right
        ]:
            return Mapping(
                tuple((k, join(x, y)) for (k, x), (_, y) in zip(left, right, strict=True))
            )
    return Unknown("it has different types on different paths")


def element(kind: Kind) -> Kind:
    """The kind of any element of a sequence."""
    match kind:
        case Many(_, kind):
            return refreshed(kind)
        case Items(_, items) if items:
            joined = items[0]
            for item in items[1:]:
                joined = join(joined, item)
            return refreshed(joined)
        case Array(dtype, tuple() as axes) if axes:
            return Array(dtype, axes[1:])
        case Array(dtype):
            return Array(dtype, None)
        case Text():
            return Text()
        case Mapping(tuple() as entries):
            keys = [of_constant(key) for key, _ in entries]
            return element(Items(tuple, tuple(keys)))
    return UNKNOWN


def _names(record: Record) -> list[str]:
    return [name for name, _ in record.fields]


def _wider(a: type, b: type) -> type:
    order = (bool, int, float, complex)
    return max(a, b, key=order.index)


def _joined_dtype(dtype: np.dtype[Any] | None, number: type) -> np.dtype[Any] | None:
    if dtype is None or (number is float and dtype.kind in "biu"):
        return None
    if number is complex and not np.issubdtype(dtype, np.complexfloating):
        return np.dtype(np.clongdouble)
    return dtype


def _promoted(a: Array, b: Array) -> np.dtype[Any] | None:
    """The dtype of either of two arrays. Complex numbers of any precision count as those of the
    highest, and so does a number that may be one of them."""
    if same_dtype(a.dtype, b.dtype):
        return a.dtype
    both = is_complex(a) and is_complex(b)
    either = (is_complex(a) or is_complex(b)) and a.dims == b.dims == ()
    return np.dtype(np.clongdouble) if both or either else None


def _joined_dims(a: Dims | None, b: Dims | None) -> Dims | None:
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(
        x if x == y else Sym(Origin(), one=may_be_one(x) or may_be_one(y))
        for x, y in zip(a, b, strict=True)
    )
