"""Lists of arrays as one array."""

from __future__ import annotations

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, kind_of
from adcompile.kinds import Array, Kind, Many, Scalar, dims
from adcompile.native.axes import permuted, to_place

# The axis for lists of arrays of one axis, whether it is a new one, and the axis for others.
_FIXED = {
    "numpy.vstack": (0, True, 0),
    "numpy.hstack": (0, False, 1),
    "numpy.column_stack": (1, True, 1),
}


def of_arrays(build: Builder, value: Apply) -> Apply | None:
    """A list of arrays as one array; None for what numba knows by itself."""
    given = value.args[0]
    rank = _rank(given)
    if rank is None or set(dict(value.kwargs)) - {"axis"}:
        return None
    if value.op == "numpy.array":
        axis, is_new = 0, True
        if isinstance(given, Apply):
            return Apply("numpy.stack", (Apply("tuple", given.args),))
    elif isinstance(given, Apply):
        return None
    elif value.op in _FIXED:
        axis, is_new, other = _FIXED[value.op]
        axis, is_new = (axis, is_new) if rank == 1 else (other, False)
    else:
        call = build.bind(value)
        if not call.is_static("axis") or not isinstance(call.static("axis"), int):
            return None
        axis, is_new = call.static("axis"), value.op == "numpy.stack"
    rank += is_new
    axis %= rank
    if is_new:
        made = Apply("native.stacked", (given,))
    elif rank <= 4:
        made = Apply("native.joined", (given, Const(axis)))
    else:
        return None
    return made if axis == 0 else permuted(made, to_place(rank, axis))


def of_one_type(value: Apply, kind: Kind) -> Apply:
    """A display of numbers as an array, all floats if one is."""
    if not isinstance(kind, Array) or kind.dtype != np.float64:
        return value

    def made(part: Expr) -> Expr:
        if isinstance(part, Apply) and part.op in ("list", "tuple"):
            return Apply(part.op, tuple(map(made, part.args)))
        if isinstance(part, Const) and type(part.value) is int:
            return Const(float(part.value))
        own = kind_of(part)
        is_int = isinstance(own, Scalar) and own.type in (int, bool)
        return Apply("builtins.float", (part,)) if is_int else part

    return Apply(value.op, (made(value.args[0]),))


def _rank(given: Expr) -> int | None:
    """The rank of the arrays in a list; None where they are numbers, or not known."""
    if isinstance(given, Apply):
        kinds = [kind_of(part) for part in given.args if given.op in ("list", "tuple")]
    else:
        kind = kind_of(given)
        kinds = [kind.element] if isinstance(kind, Many) else []
    ranks = {len(dims(kind) or ()) if isinstance(kind, Array) else 0 for kind in kinds}
    return ranks.pop() or None if len(ranks) == 1 else None
