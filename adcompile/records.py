"""Classes of fields, as `dataclasses` makes them, in a fifth of the time.

The compiler has a hundred, and is imported where a function is first differentiated: made by
`dataclasses` they take more of that time than all else. Here only `__init__` is compiled; that a
record does not change is asked by the type checker, not at run time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, field
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

__all__ = ["field", "record", "replace"]

_T = TypeVar("_T")
_FIELDS = "__record_fields__"


@overload
def record(cls: type[_T], /) -> type[_T]: ...
@overload
def record(
    cls: None = None, /, *, frozen: bool = True, eq: bool = True
) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, *, frozen: bool = True, eq: bool = True) -> Any:
    """A class with a slot for each annotated field, and what goes with that.

    Args:
        cls: the class.
        frozen: whether its objects never change, so that they may have a hash.
        eq: whether two objects with equal fields are equal.

    Returns:
        The class, made anew with slots; without `cls` a decorator.
    """
    if cls is None:
        return lambda cls: record(cls, frozen=frozen, eq=eq)
    space = dict(cls.__dict__)
    own = {name: _field(space.pop(name, MISSING)) for name in space.get("__annotations__", ())}
    fields = {**getattr(cls, _FIELDS, {}), **own}
    space.pop("__dict__", None)
    space.pop("__weakref__", None)
    space |= {_FIELDS: fields, "__slots__": tuple(own), "__match_args__": tuple(fields)}
    if "__init__" not in space:
        space["__init__"] = _init(fields)
    space.setdefault("__repr__", _repr)
    if eq:
        _add_comparisons(space, [name for name, item in fields.items() if item.compare], frozen)
    return type(cls)(cls.__name__, cls.__bases__, space)


def replace(old: _T, **changes: Any) -> _T:
    """A record like another, with other values in some of its fields."""
    kept = {name: getattr(old, name) for name in getattr(old, _FIELDS)}
    return type(old)(**(kept | changes))


def _field(default: Any) -> Field[Any]:
    return default if isinstance(default, Field) else field(default=default)


def _init(fields: dict[str, Field[Any]]) -> Callable[..., None]:
    names: dict[str, Any] = {"MISSING": MISSING}
    parameters, lines = ["self"], []
    for name, item in fields.items():
        value = name
        if item.default_factory is not MISSING:
            names[f"make_{name}"] = item.default_factory
            parameters.append(f"{name}=MISSING")
            value = f"make_{name}() if {name} is MISSING else {name}"
        elif item.default is not MISSING:
            names[f"default_{name}"] = item.default
            parameters.append(f"{name}=default_{name}")
        else:
            parameters.append(name)
        lines.append(f"    self.{name} = {value}")
    exec("\n".join([f"def __init__({', '.join(parameters)}):", *lines, "    return"]), names)
    init: Callable[..., None] = names["__init__"]
    return init


def _repr(self: Any) -> str:
    fields = (f"{name}={getattr(self, name)!r}" for name in getattr(self, _FIELDS))
    return f"{type(self).__qualname__}({', '.join(fields)})"


def _add_comparisons(space: dict[str, Any], names: list[str], frozen: bool) -> None:
    key: Callable[[Any], Any] = attrgetter(*names) if names else type

    def equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or key(self) == key(other)

    def hashed(self: Any) -> int:
        return hash(key(self))

    space.setdefault("__eq__", equal)
    # Python puts a None where a class has an `__eq__` and no `__hash__`.
    if space.get("__hash__") is None:
        space["__hash__"] = hashed if frozen else None
