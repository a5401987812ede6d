"""Functions that return their argument, and tell the compiler something about its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["on_backward", "stop_gradient"]

Value = TypeVar("Value")


def stop_gradient(value: Value) -> Value:
    """A value as a constant: its derivative is zero, in every mode.

    Args:
        value: a number, an array, or a container of them.

    Returns:
        The value itself. In the text of a derivative nothing else is left of the call.
    """
    return value


def on_backward(value: Value, hook: Callable[[Any], Any]) -> Value:
    """Run code of your own where the derivative by a value flows back.

    Args:
        value: a number or an array; the result must be used in its place.
        hook: takes the derivative of what is differentiated by `value`. What it returns takes the
            place of that derivative; if it returns None, the derivative stays as it is. Its lines
            become lines of the text of the gradient. A name that it captures means what it means
            where `on_backward` is called.

    Returns:
        The value itself: where nothing is differentiated, the hook is not called.
    """
    return value
