"""What tells one call of a function from another."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any

import numpy as np

from adcompile import trees

__all__ = ["key_of"]


def key_of(arguments: dict[str, Any], whole: tuple[str, ...] | None) -> Hashable | None:
    """What the arguments of two calls have in common if the keys are equal.

    Args:
        arguments: by name.
        whole: those of which the values are to be the same; of the others, kinds and shapes. None
            if no two calls are alike.

    Returns:
        The key; None where no two calls are known to be alike.
    """
    if whole is None:
        return None
    try:
        return tuple(_fingerprint(a, name in whole) for name, a in arguments.items())
    except _NoKeyError:
        return None


class _NoKeyError(Exception):
    """A value cannot be told from others."""


_DEPTH = 4


def _fingerprint(value: Any, whole: bool, depth: int = 0) -> Hashable:
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype == object:
            raise _NoKeyError
        numbers = np.ascontiguousarray(value).tobytes() if whole else b""
        return value.dtype.str, np.shape(value), hashlib.blake2b(numbers).digest()
    if isinstance(value, (bool, int, float, complex)):
        return type(value), repr(value) if whole else ""
    if isinstance(value, (str, type(None))):
        return value
    parts = trees.leaves(value)
    if len(parts) != 1 or parts[0][0]:
        return type(value), *((path, _fingerprint(leaf, whole, depth)) for path, leaf in parts)
    # An object may hold more than its attributes tell.
    if whole or depth == _DEPTH or isinstance(value, type):
        raise _NoKeyError
    held = getattr(value, "__dict__", {})
    length = len(value) if hasattr(value, "__len__") else None
    return type(value), length, *((k, _fingerprint(v, whole, depth + 1)) for k, v in held.items())
