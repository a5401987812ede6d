"""The kinds themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.kinds.lengths import Dims
from adcompile.records import field, record


@record
class Scalar:
    """A Python number; `value` is its value or length symbol where it is known."""

    type: type
    value: Any = None


@record
class Text:
    value: str | None = None


@record
class Nothing:
    """None."""


@record(eq=False)
class Array:
    """An array or NumPy scalar; `dims` is None where the rank is unknown."""

    dtype: np.dtype[Any] | None
    dims: Dims | None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Array)
            and same_dtype(self.dtype, other.dtype)
            and self.dims == other.dims
        )

    def __hash__(self) -> int:
        return hash((self.dtype, self.dims))


@record
class Items:
    """A tuple or list whose elements are known one by one."""

    type: type
    items: tuple[Kind, ...]


@record
class Many:
    """A tuple, list or other sequence of elements of one kind, of unknown number."""

    type: type
    element: Kind


@record
class Mapping:
    """A dict with known keys, or (`items` None) with unknown ones."""

    items: tuple[tuple[Any, Kind], ...] | None


@record
class Record:
    """An object with attributes: a namedtuple, a dataclass, or any other instance."""

    type: Any
    fields: tuple[tuple[str, Kind], ...]


@record
class Resolved:
    """A function, class or module: something that is resolved, not computed."""

    target: Any


@record
class Unknown:
    """Nothing is known; `why` says how that came about."""

    why: str = field(default="", compare=False)


@record
class Unbound:
    """There is no value yet: the kind of a variable before it is assigned."""


Kind = (
    Scalar | Text | Nothing | Array | Items | Many | Mapping | Record | Resolved | Unknown | Unbound
)  # fmt: skip


def same_dtype(a: np.dtype[Any] | None, b: np.dtype[Any] | None) -> bool:
    """Whether two dtypes are known to be the same; to NumPy, None is float64."""
    return (a is None) == (b is None) and a == b


FLOAT = Scalar(float)
COMPLEX = Scalar(complex)
INT = Scalar(int)
BOOL = Scalar(bool)
NONE = Nothing()
UNKNOWN = Unknown()
UNBOUND = Unbound()
ELLIPSIS = Record(type(Ellipsis), ())
