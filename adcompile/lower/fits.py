"""Whether what the user's own code returns can be the derivative by a value."""

from __future__ import annotations

from adcompile.kinds import (
    Array,
    Dim,
    Kind,
    Nothing,
    Scalar,
    Unknown,
    carries_derivative,
    children,
    dims,
    may_be_one,
)


def misfit(kind: Kind, returned: Kind) -> str | None:
    """Why what is returned is no derivative by a value, None where it may be one.

    Args:
        kind: the kind of the value.
        returned: that of what is returned.
    """
    if isinstance(returned, Nothing):
        return "is None"
    if isinstance(returned, Unknown) or isinstance(kind, Unknown):
        return None
    parts, given = children(kind), children(returned)
    if parts or given:
        return _in_parts(dict(parts), dict(given))
    if not (isinstance(returned, (Scalar, Array)) and carries_derivative(_as_float(returned))):
        return "is no float or array of floats"
    ours, theirs = dims(kind), dims(returned)
    if ours is None or theirs is None:
        return None
    if len(ours) != len(theirs):
        return f"has {_axes(len(theirs))}, and the value {len(ours) or 'none'}"
    for axis, (n, m) in enumerate(zip(ours, theirs, strict=True)):
        if _differ(n, m):
            return f"has another length than the value along axis {axis}"
    return None


def _differ(n: Dim, m: Dim) -> bool:
    """Whether two lengths certainly differ."""
    if isinstance(n, int) and isinstance(m, int):
        return n != m
    return (n == 1 and not may_be_one(m)) or (m == 1 and not may_be_one(n))


def _as_float(kind: Kind) -> Kind:
    """Derivatives that are whole numbers are derivatives."""
    return Scalar(float) if isinstance(kind, Scalar) and kind.type in (int, bool) else kind


def _axes(count: int) -> str:
    return {0: "no axes", 1: "1 axis"}.get(count, f"{count} axes")


def _in_parts(parts: dict[object, Kind], given: dict[object, Kind]) -> str | None:
    if parts.keys() != given.keys():
        return "has other parts than the value"
    for key, kind in parts.items():
        reason = misfit(kind, given[key]) if carries_derivative(kind) else None
        if reason is not None:
            return f"in its part {key!r} {reason}"
    return None


def is_certain(kind: Kind, returned: Kind) -> bool:
    """Whether it is known while compiling that a derivative has the shape of the value."""
    parts, given = dict(children(kind)), dict(children(returned))
    if parts:
        return all(
            is_certain(part, given[key]) for key, part in parts.items() if carries_derivative(part)
        )
    return dims(kind) is not None and dims(kind) == dims(returned)


def is_similar(kind: Kind, returned: Kind) -> bool:
    """Whether an array has the shape of another, or NumPy refuses to subtract them."""
    ours, theirs = dims(kind), dims(returned)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return False
    return all(
        n == m or not (may_be_one(n) or may_be_one(m)) for n, m in zip(ours, theirs, strict=True)
    )
