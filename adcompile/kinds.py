"""Kinds: what the compiler knows of a value before it runs.

A kind tells a Python float from an array, the dtype and rank of the array, and which axes have
length one, so that broadcasting is decided while compiling. Lengths other than one are symbols:
two equal symbols are equal lengths, and a symbol that comes from an argument can be written as
text (`x.shape[0]`).
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.errors import RefusedError


class Origin:
    """Where a length comes from; compared by identity unless it is an axis of an argument."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ArgumentAxis(Origin):
    """Axis `axis` of the argument (or the part of an argument) that `path` spells; `traced` if it
    is an axis of an argument of the function that is differentiated, and so can be asked for."""

    path: str
    axis: int
    traced: bool = dataclasses.field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Part(Origin):
    """What a slice from `start` to `stop` leaves of a length."""

    whole: Sym
    start: int
    stop: int | None


@dataclass(frozen=True, slots=True)
class Cut(Origin):
    """What a slice with bounds that are calculated leaves of a length; `bounds` are the values."""

    whole: Dim
    bounds: tuple[object, ...]


class LengthNeededError(Exception):
    """An operation means different things for different lengths of an axis of an argument.

    Attributes:
        axis: the axis; the kinds of the arguments are to be found again with its length.
    """

    def __init__(self, axis: ArgumentAxis) -> None:
        self.axis = axis


def exact_length(dim: Dim) -> int | None:
    """A length as a number, None where it cannot be found out.

    Raises:
        LengthNeededError: it can be found out from an argument.
    """
    if isinstance(dim, int):
        return dim
    axis = argument_axis(dim.origin)
    if axis is not None:
        raise LengthNeededError(axis)
    return None


def argument_axis(origin: object) -> ArgumentAxis | None:
    """The axis of an argument that a length comes from, if it can be asked for."""
    while isinstance(origin, Part):
        origin = origin.whole.origin
    return origin if isinstance(origin, ArgumentAxis) and origin.traced else None


@dataclass(frozen=True, slots=True)
class Sym:
    """The length `origin + offset`; `one` says that it may turn out to be one."""

    origin: object
    offset: int = 0
    one: bool = True


Dim = int | Sym
Dims = tuple[Dim, ...]


def fresh() -> Sym:
    """A length of which nothing is known."""
    return Sym(Origin())


def shifted(dim: Dim, by: int) -> Dim:
    """The length `dim + by` of a slice that leaves elements out (never below zero)."""
    if isinstance(dim, int):
        return max(dim + by, 0)
    return dim if by == 0 else Sym(dim.origin, dim.offset + by)


def may_be_one(dim: Dim) -> bool:
    return dim == 1 if isinstance(dim, int) else dim.one


@dataclass(frozen=True, slots=True)
class Scalar:
    """A Python number; `value` is its value or length symbol where it is known."""

    type: type
    value: Any = None


@dataclass(frozen=True, slots=True)
class Text:
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple or list whose elements are known one by one."""

    type: type
    items: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A tuple, list or other sequence of elements of one kind, of unknown number."""

    type: type
    element: Kind


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict with known keys, or (`items` None) with unknown ones."""

    items: tuple[tuple[Any, Kind], ...] | None


@dataclass(frozen=True, slots=True)
class Record:
    """An object with attributes: a namedtuple, a dataclass, or any other instance."""

    type: Any
    fields: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A function, class or module: something that is resolved, not computed."""

    target: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known; `why` says how that came about."""

    why: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
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


def is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(type(value), "_fields")


# Objects may refer to one another in circles.
_DEPTH = 4
# What is called without having a name.
_FUNCTIONS = (functools.partial, operator.itemgetter, operator.attrgetter)


def of_value(value: Any, path: str, exact: frozenset[ArgumentAxis] = frozenset()) -> Kind:
    """The kind of an argument, or of the part of it that `path` spells.

    Args:
        value: the live value.
        path: how the generated code can reach the value, e.g. `params["W"]`.
        exact: the axes whose lengths are part of the kind.

    Returns:
        The kind; lengths of axes are symbols that name `path`.

    Raises:
        RefusedError: it is, or holds, an array whose operators mean something else.
    """
    if value is None:
        return NONE
    kind = type(value)
    if kind in (bool, int, float, complex):
        return Scalar(kind)
    if kind is str:
        return Text(value)
    if isinstance(value, (np.ndarray, np.generic)):
        refuse_subclass(value, path)
        origins = (ArgumentAxis(path, axis) for axis in range(value.ndim))
        axes = (
            length if length == 1 or origin in exact else Sym(origin, one=False)
            for origin, length in zip(origins, value.shape, strict=True)
        )
        return Array(value.dtype, tuple(axes))
    if is_namedtuple(value) and not _hides_class(value, kind._fields):
        return Record(
            kind,
            tuple((n, of_value(getattr(value, n), f"{path}.{n}", exact)) for n in kind._fields),
        )
    if kind in (tuple, list):
        return Items(kind, tuple(of_value(v, f"{path}[{i}]", exact) for i, v in enumerate(value)))
    if kind is dict:
        return Mapping(tuple((k, of_value(v, f"{path}[{k!r}]", exact)) for k, v in value.items()))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(field.name for field in dataclasses.fields(value))
        if _hides_class(value, names):
            return Unknown(f"`{path}` has attributes in the place of its class's")
        return Record(
            kind, tuple((n, of_value(getattr(value, n), f"{path}.{n}", exact)) for n in names)
        )
    if kind is range:
        return Many(range, INT)
    if kind in (np.random.Generator, np.random.RandomState):
        return Record(kind, ())
    if isinstance(value, _FUNCTIONS) or (callable(value) and hasattr(value, "__name__")):
        return Resolved(value)
    if hasattr(value, "__dict__") and path.count(".") < _DEPTH:
        attributes = sorted(vars(value).items())
        return Record(kind, tuple((n, of_value(v, f"{path}.{n}", exact)) for n, v in attributes))
    return Unknown(f"`{path}` is a {kind.__name__}")


def refuse_subclass(value: Any, path: str) -> None:
    """Refuse a matrix, a masked array and the like.

    Raises:
        RefusedError: it is one.
    """
    if isinstance(value, np.ndarray) and type(value) not in (np.ndarray, np.memmap):
        raise RefusedError(
            f"`{path}` is a {type(value).__module__}.{type(value).__qualname__}, whose operators "
            "are not those of arrays",
            f"pass `np.asarray({path})`",
        )


def _hides_class(value: Any, fields: tuple[str, ...]) -> bool:
    """Whether an object has an attribute besides its fields where its class has one."""
    return any(
        name not in fields
        and hasattr(type(value), name)
        and not isinstance(
            inspect.getattr_static(type(value), name, None), functools.cached_property
        )
        for name in getattr(value, "__dict__", ())
    )


def of_constant(value: Any) -> Kind:
    """The kind of a literal; its value is part of the kind."""
    if isinstance(value, (bool, int, float, complex)):
        return Scalar(type(value), value)
    if isinstance(value, str):
        return Text(value)
    return NONE if value is None else UNKNOWN


def forget_value(kind: Kind) -> Kind:
    """The kind without the number it holds, for values that change."""
    if isinstance(kind, Scalar):
        return Scalar(kind.type)
    return Text() if isinstance(kind, Text) else kind


def refreshed(kind: Kind) -> Kind:
    """The kind of one element out of several alike: its lengths are its own."""
    match kind:
        case Array(dtype, tuple() as axes):
            return Array(dtype, tuple(d if isinstance(d, int) else _renewed(d) for d in axes))
        case Items(type, items):
            return Items(type, tuple(map(refreshed, items)))
        case Many(type, element):
            return Many(type, refreshed(element))
        case Mapping(tuple() as entries):
            return Mapping(tuple((key, refreshed(value)) for key, value in entries))
        case Record(type, fields):
            return Record(type, tuple((name, refreshed(value)) for name, value in fields))
        case Scalar():
            return forget_value(kind)
    return kind


def _renewed(dim: Sym) -> Sym:
    return Sym(Origin(), one=dim.one)


def any_dtype(kind: Kind) -> Kind:
    """The kind without its dtypes."""
    if isinstance(kind, Array):
        return Array(None, kind.dims)
    if isinstance(kind, Items):
        return Items(kind.type, tuple(map(any_dtype, kind.items)))
    if isinstance(kind, Many):
        return Many(kind.type, any_dtype(kind.element))
    if isinstance(kind, Mapping) and kind.items is not None:
        return Mapping(tuple((key, any_dtype(value)) for key, value in kind.items))
    if isinstance(kind, Record):
        return Record(kind.type, tuple((name, any_dtype(value)) for name, value in kind.fields))
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


def exact_size(lengths: Dims | None) -> int | None:
    """The product of lengths, None where one of them is not known."""
    known = [length for length in lengths or () if isinstance(length, int)]
    return math.prod(known) if lengths is not None and len(known) == len(lengths) else None


def broadcast(*shapes: Dims | None) -> Dims | None:
    """The lengths of the result of an elementwise operation (NumPy manual, "Broadcasting")."""
    if any(shape is None for shape in shapes):
        return None
    known = [shape for shape in shapes if shape is not None]
    if known and known.count(known[0]) == len(known):
        return known[0]
    length = max(map(len, known), default=0)
    padded = [(1,) * (length - len(shape)) + shape for shape in known]
    return tuple(_broadcast_dim(column) for column in zip(*padded, strict=True))


def _broadcast_dim(column: tuple[Dim, ...]) -> Dim:
    longer = [dim for dim in column if not may_be_one(dim)]
    if longer:
        return next((dim for dim in longer if isinstance(dim, int)), longer[0])
    rest = {dim for dim in column if dim != 1}
    if len(rest) > 1:
        return fresh()
    return rest.pop() if rest else 1


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
