"""What a kind says of a value."""

from __future__ import annotations

import inspect
from typing import Any

from adcompile.kinds.classes import (
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    Unknown,
)
from adcompile.kinds.lengths import Dims
from adcompile.kinds.values import of_constant


def rank(kind: Kind) -> int | None:
    """The number of axes, zero for Python numbers, None where it is unknown."""
    if isinstance(kind, Scalar):
        return 0
    if isinstance(kind, Array) and kind.dims is not None:
        return len(kind.dims)
    return None


def dims(kind: Kind) -> Dims | None:
    """The lengths of the axes, `()` for Python numbers, None where the rank is unknown."""
    if isinstance(kind, Scalar):
        return ()
    return kind.dims if isinstance(kind, Array) else None


def is_number(kind: Kind) -> bool:
    """Whether the value is one number: a Python number or a NumPy scalar."""
    return rank(kind) == 0


def is_array(kind: Kind) -> bool:
    """Whether the value is certainly an array with at least one axis."""
    return isinstance(kind, Array) and (kind.dims is None or len(kind.dims) > 0)


def carries_derivative(kind: Kind) -> bool:
    """Whether a value of this kind can have a derivative: floating point, or unknown."""
    match kind:
        case Scalar(type):
            return type in (float, complex)
        case Array(dtype):
            return dtype is None or dtype.kind in "fc"
        case Items(_, items):
            return any(map(carries_derivative, items))
        case Many(_, element):
            return carries_derivative(element)
        case Mapping(items):
            return items is None or any(carries_derivative(kind) for _, kind in items)
        case Record(_, fields):
            return any(carries_derivative(kind) for _, kind in fields)
        case Unknown():
            return True
    return False


def is_int(kind: Kind) -> bool:
    return isinstance(kind, Scalar) and kind.type is int


def is_exact(kind: Kind) -> bool:
    """Whether arithmetic is that of numbers, for certain: integers in arrays wrap around, and of
    booleans `+` is `or`."""
    if isinstance(kind, Array):
        return kind.dtype is not None and kind.dtype.kind in "fc"
    return isinstance(kind, Scalar)


def makes_arrays(kind: Kind) -> bool:
    """Whether NumPy makes an array of a sequence that a value is multiplied with; an integer
    repeats it."""
    if not isinstance(kind, Array):
        return False
    return bool(kind.dims) or (kind.dtype is not None and kind.dtype.kind in "fc")


def is_complex(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.type is complex
    return isinstance(kind, Array) and kind.dtype is not None and kind.dtype.kind == "c"


def is_real(kind: Kind) -> bool:
    """Whether the value is certainly a real number, or an array of such."""
    if isinstance(kind, Scalar):
        return kind.type is not complex
    known = isinstance(kind, Array) and kind.dtype is not None
    return known and not is_complex(kind)


def is_part_complex(a: Kind, b: Kind) -> bool:
    """Whether a value that is of kind `a` on one path and `b` on another is an array on one, and
    complex on one only."""
    numeric = isinstance(a, (Scalar, Array)) and isinstance(b, (Scalar, Array))
    return numeric and (is_array(a) or is_array(b)) and is_complex(a) != is_complex(b)


def holds_complex(kind: Kind) -> bool:
    """Whether the value is complex, or a container with a complex number."""
    if isinstance(kind, Many):
        return holds_complex(kind.element)
    return is_complex(kind) or any(holds_complex(part) for _, part in children(kind))


def is_object(kind: Kind) -> bool:
    """Whether the value is an object whose parts are its attributes, which those of a tuple are
    only besides."""
    return isinstance(kind, Record) and not issubclass(kind.type, tuple)


def attribute(kind: Kind, name: str) -> Kind:
    """The kind of an attribute: of a field of an object, or of a constant of a class."""
    fields = dict(kind.fields) if isinstance(kind, Record) else {}
    if name in fields:
        return fields[name]
    owner = kind.type if isinstance(kind, Record) else getattr(kind, "target", None)
    known = inspect.getattr_static(owner, name, None) if isinstance(owner, type) else None
    return UNKNOWN if known is None else of_constant(known)


def children(kind: Kind) -> list[tuple[Any, Kind]]:
    """The parts of a container, by key."""
    match kind:
        case Items(_, items):
            return list(enumerate(items))
        case Mapping(tuple() as entries):
            return list(entries)
        case Record(_, fields):
            return list(fields)
    return []
