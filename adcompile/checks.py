"""What generated code calls to check itself, with `debug=True`."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np

from adcompile.errors import NotFiniteError, Span


def finite(x: Any, label: str, filename: str, line: int, column: int, end: int) -> None:
    """Check that a value has become a finite number, or an array of such.

    Args:
        x: the value.
        label: what it is.
        filename: the file of the line that it is calculated in.
        line: the number of the line.
        column: where in it what calculates it starts.
        end: where that ends.

    Raises:
        NotFiniteError: it is infinite or nan, or has an element that is.
    """
    values = np.asarray(x)
    if values.dtype.kind != "f" or np.all(np.isfinite(values)):
        return
    at = tuple(map(int, np.argwhere(~np.isfinite(values))[0]))
    what = "nan" if np.isnan(values[at]) else "infinite"
    element = f"element {list(at)} of " if at else ""
    verb = "is" if label.startswith("the argument") else "became"
    text = linecache.getline(filename, line)
    span = Span(filename, line, column, line, end, text)
    raise NotFiniteError(f"{element}{label} {verb} {what} here", None, span)
