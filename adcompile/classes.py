"""What classes do when they are called, and when attributes are read and written."""

from __future__ import annotations

import dataclasses
import inspect
import types
from typing import Any

__all__ = ["ABSENT", "constructor", "is_generated", "member", "takes_fields", "writes_plainly"]

ABSENT = object()


def member(owner: type, name: str) -> Any:
    """What a class has under a name for its objects, as it stands in the class; `ABSENT` for
    nothing. What only the class of the class has is not its objects'."""
    return next((vars(base)[name] for base in owner.__mro__ if name in vars(base)), ABSENT)


def takes_fields(owner: Any) -> bool:
    """Whether calling a class with its fields makes an object and does nothing else."""
    if issubclass(owner, tuple):
        return True
    made = getattr(owner, "__dataclass_params__", None)
    return (
        made is not None
        and made.init
        and not hasattr(owner, "__post_init__")
        and all(field.init for field in dataclasses.fields(owner))
        and is_generated(owner.__init__)
    )


def constructor(owner: type) -> str | None:
    """What calling a class runs: the `"namedtuple"` or `"dataclass"` that Python wrote, the
    `"init"` of the user's; None where it cannot be told."""
    if type(owner).__call__ is not type.__call__ or member(owner, "__getattr__") is not ABSENT:
        return None
    if issubclass(owner, tuple):
        first = next(c for c in owner.__mro__ if "__new__" in vars(c))
        plain = "_fields" in vars(first) and first.__bases__ == (tuple,)
        return "namedtuple" if plain and owner.__init__ is object.__init__ else None
    if owner.__new__ is not object.__new__ or not _has_plain_attributes(owner):
        return None
    if dataclasses.is_dataclass(owner) and is_generated(owner.__init__):
        return "dataclass" if _is_plain(owner) else None
    is_function = isinstance(owner.__init__, types.FunctionType)
    return "init" if is_function or owner.__init__ is object.__init__ else None


def writes_plainly(owner: type, name: str) -> bool:
    """Whether writing an attribute of an object only replaces its value."""
    frozen = getattr(getattr(owner, "__dataclass_params__", None), "frozen", False)
    known = member(owner, name)
    descriptor = hasattr(type(known), "__set__") and not isinstance(
        known, types.MemberDescriptorType
    )
    return (
        _has_plain_attributes(owner)
        and not frozen
        and not descriptor
        and not issubclass(owner, (tuple, BaseException))
    )


def _has_plain_attributes(owner: Any) -> bool:
    frozen = getattr(getattr(owner, "__dataclass_params__", None), "frozen", False)
    return owner.__getattribute__ is object.__getattribute__ and (
        frozen or owner.__setattr__ is object.__setattr__
    )


def _is_plain(owner: Any) -> bool:
    """Whether a dataclass's `__init__` fills its fields and does nothing else."""
    parameters = inspect.signature(owner).parameters
    after = getattr(owner, "__post_init__", None)
    return isinstance(after, types.FunctionType | None) and parameters.keys() == {
        field.name for field in dataclasses.fields(owner) if field.init
    }


def is_generated(function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == "<string>"
