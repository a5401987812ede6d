"""Derivatives of derivatives, and derivatives inside functions.

The suite takes one program and one rule in three twice; `python -m tests.order` takes all of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

VARIABLE = "ADCOMPILE_TESTS_ORDER"


def some(cases: Sequence[T]) -> Sequence[T]:
    """The cases that the suite runs."""
    return cases if VARIABLE in os.environ else cases[::3]
