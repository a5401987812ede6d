"""Along which axes a function goes."""

from __future__ import annotations

from adcompile.rules.definitions import shape_known
from adcompile.rules.registry import Call


def axes_of(call: Call, param: str) -> tuple[int, ...] | None:
    """The axes that are meant, None for all of an array."""
    rank = len(shape_known(call, param))
    axis = call.static("axis")
    if axis is None:
        return None
    return tuple(i % rank for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def rest_of(axes: tuple[int, ...] | None, keep: bool) -> str:
    """The arguments of a reduction that say along what."""
    along = "" if axes is None else f", axis={axes[0] if len(axes) == 1 else axes}"
    return f"{along}, keepdims=True" if keep else along
