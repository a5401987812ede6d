"""The cases of the slow tests: the suite runs one in three, `python -m tests.every` all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

VARIABLE = "ADCOMPILE_TESTS_EVERY"


def some(cases: Sequence[T]) -> Sequence[T]:
    """The cases that the suite runs."""
    return cases if VARIABLE in os.environ else cases[::3]
