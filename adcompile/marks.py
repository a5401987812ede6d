"""Functions that return their argument, and tell the compiler something about its derivative."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["stop_gradient"]

Value = TypeVar("Value")


def stop_gradient(value: Value) -> Value:
    """A value as a constant: its derivative is zero, in every mode.

    Args:
        value: a number, an array, or a container of them.

    Returns:
        The value itself. In the text of a derivative nothing else is left of the call.
    """
    return value
