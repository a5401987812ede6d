"""The kinds of live values."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds.classes import (
    INT,
    NONE,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Resolved,
    Scalar,
    Text,
    Unknown,
)
from adcompile.kinds.lengths import ArgumentAxis, Sym


def is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(type(value), "_fields")


# Objects may refer to one another in circles.
_DEPTH = 4


# What is called without having a name.
_FUNCTIONS = (functools.partial, operator.itemgetter, operator.attrgetter)


# Of an object that has itself among what it holds.
INSIDE_ITSELF = "is what it is inside of"


def of_value(
    value: Any,
    path: str,
    exact: frozenset[ArgumentAxis] = frozenset(),
    around: tuple[int, ...] = (),
) -> Kind:
    """The kind of an argument, or of the part of it that `path` spells.

    Args:
        value: the live value.
        path: how the generated code can reach the value, e.g. `params["W"]`.
        exact: the axes whose lengths are part of the kind.
        around: the containers and objects that it is inside of, by their `id`.

    Returns:
        The kind; lengths of axes are symbols that name `path`.

    Raises:
        RefusedError: it is, or holds, an array whose operators mean something else.
    """
    leaf = _of_leaf(value, path, exact)
    if leaf is not None:
        return leaf
    if id(value) in around:
        return Unknown(f"`{path}` {INSIDE_ITSELF}")
    return _of_parts(value, path, exact, (*around, id(value)))


def _of_leaf(value: Any, path: str, exact: frozenset[ArgumentAxis]) -> Kind | None:
    """The kind of a number, a string, None or an array; None of anything else."""
    if value is None:
        return NONE
    kind = type(value)
    if kind in (bool, int, float, complex):
        return Scalar(kind)
    if kind is str:
        return Text(value)
    if not isinstance(value, (np.ndarray, np.generic)):
        return None
    refuse_subclass(value, path)
    origins = (ArgumentAxis(path, axis) for axis in range(value.ndim))
    axes = (
        length if length == 1 or origin in exact else Sym(origin, one=False)
        for origin, length in zip(origins, value.shape, strict=True)
    )
    return Array(value.dtype, tuple(axes))


def _of_parts(
    value: Any, path: str, exact: frozenset[ArgumentAxis], inside: tuple[int, ...]
) -> Kind:
    """The kind of a container or object; `inside` has its `id`, and those of what is around it."""
    kind = type(value)

    def record(names: Iterable[str]) -> Record:
        parts = ((n, of_value(getattr(value, n), f"{path}.{n}", exact, inside)) for n in names)
        return Record(kind, tuple(parts))

    if is_namedtuple(value) and not _hides_class(value, kind._fields):
        return record(kind._fields)
    if kind in (tuple, list):
        elements = (of_value(v, f"{path}[{i}]", exact, inside) for i, v in enumerate(value))
        return Items(kind, tuple(elements))
    if kind is dict:
        entries = ((k, of_value(v, f"{path}[{k!r}]", exact, inside)) for k, v in value.items())
        return Mapping(tuple(entries))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(field.name for field in dataclasses.fields(value))
        if _hides_class(value, names):
            return Unknown(f"`{path}` has attributes in the place of its class's")
        return record(names)
    if kind is range:
        return Many(range, INT)
    if kind in (np.random.Generator, np.random.RandomState):
        return Record(kind, ())
    if isinstance(value, _FUNCTIONS) or (callable(value) and hasattr(value, "__name__")):
        return Resolved(value)
    if hasattr(value, "__dict__") and path.count(".") < _DEPTH:
        attributes = sorted(vars(value).items())
        parts = ((n, of_value(v, f"{path}.{n}", exact, inside)) for n, v in attributes)
        return Record(kind, tuple(parts))
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
