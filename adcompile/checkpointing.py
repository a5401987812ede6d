"""How a program asks for a loop or a call to be computed again, rather than kept in memory."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def checkpoint(target: T, snapshots: int | None = None) -> T:
    """Let the gradient keep only some states of a loop, or only the arguments of a function.

    Stands around what a `for` runs over (`for t in checkpoint(range(n)):`), around the test of a
    `while`, or above a `def`. Where nothing is differentiated it changes nothing.

    Args:
        target: what the loop runs over, its test, or the function.
        snapshots: how many states of the loop are kept at once; by default about the square root
            of twice the number of iterations, so that each is computed once more.

    Returns:
        `target`.
    """
    return target
