"""Matrices of derivatives inside a function that is differentiated, as the loops that they are.

These functions are lowered in the places of their calls; `column` is a product with the matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["diagonal", "diagonal_by_number", "matrix", "matrix_by_number"]


def matrix_by_number(column: Any, x: Any) -> Any:
    """The derivative by a number."""
    return column(1.0)


def diagonal_by_number(column: Any, x: Any) -> Any:
    """The second derivative by a number."""
    return column(1.0)


def matrix(column: Any, x: Any) -> Any:
    """The derivatives by the elements of a vector, on the last axis."""
    columns = []
    for i in range(len(x)):
        unit = np.zeros_like(x)
        unit[i] = 1.0
        columns.append(column(unit))
    return np.stack(columns, axis=-1)


def diagonal(column: Any, x: Any) -> Any:
    """The diagonal of a square matrix."""
    entries = np.zeros_like(x)
    for i in range(len(x)):
        unit = np.zeros_like(x)
        unit[i] = 1.0
        entries[i] = column(unit)[i]
    return entries
