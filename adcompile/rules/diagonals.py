"""Diagonals and triangles of matrices (NumPy manual: "Building matrices")."""

from __future__ import annotations

from collections.abc import Callable

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dim, Dims, Kind, dims, fresh
from adcompile.rules.infer import axis_tuple, plus, shape_of
from adcompile.rules.rearranging import COPY, array_of, of_shape, view
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import certainly_equal, require_arrays


def _diagonal_length(rows: Dim, columns: Dim, offset: int | None) -> Dim:
    if isinstance(rows, int) and isinstance(columns, int) and offset is not None:
        return max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    return rows if offset == 0 and certainly_equal(rows, columns) else fresh()


def _diagonal_dims(call: Call, shape: Dims) -> Dims | None:
    first, second = (axis_tuple(call, len(shape), name) for name in ("axis1", "axis2"))
    if first is None or second is None or len(shape) < 2:
        return None
    offset = call.static("offset") if call.is_static("offset") else None
    rest = tuple(n for i, n in enumerate(shape) if i not in (first[0], second[0]))
    return (*rest, _diagonal_length(shape[first[0]], shape[second[0]], offset))


def _diagonal(call: Call) -> Templates:
    require_arrays(call, "a")
    extra = [n for n in ("offset", "axis1", "axis2") if n in call.given]
    named = "".join(f", {name}={name}" for name in extra)
    return {"a": f"runtime.from_diagonal(g, np.shape(a){named})"}


def _diag_dims(call: Call, shape: Dims) -> Dims | None:
    k = call.static("k") if call.is_static("k") else None
    if len(shape) == 2:
        return (_diagonal_length(*shape, k),)
    if len(shape) != 1:
        return None
    length = fresh() if k is None else plus(shape[0], abs(k))
    return (length, length)


def _diag(call: Call) -> Templates:
    require_arrays(call, "v")
    shape = dims(call.kinds["v"])
    if shape is None:
        raise RefusedError(
            "`numpy.diag` makes a matrix of a vector and a vector of a matrix, and which it is "
            "here is unknown while compiling",
            "use `np.diagonal` for the diagonal of a matrix",
        )
    zero = call.is_static("k") and call.static("k") == 0
    if len(shape) == 1:
        return {"v": "np.diag(g)" if zero else "np.diag(g, k)"}
    return {"v": f"runtime.from_diagonal(g, np.shape(v){'' if zero else ', offset=k'})"}


def _triangle_dims(call: Call, shape: Dims) -> Dims:
    return shape if len(shape) != 1 else (*shape, *shape)


def _triangle(name: str) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        require_arrays(call, "m")
        shape = dims(call.kinds["m"])
        if shape is None or len(shape) < 2:
            raise RefusedError(
                f"`numpy.{name}` has a derivative rule for matrices and stacks of them only",
                f"use `np.broadcast_to` to make a matrix before `np.{name}`",
            )
        zero = call.is_static("k") and call.static("k") == 0
        return {"m": f"np.{name}(g)" if zero else f"np.{name}(g, k)"}

    return pullback


def _from_diagonal_kind(call: Call) -> Kind:
    return Array(array_of(call, "g").dtype, shape_of(call.kinds["shape"]))


RULES: tuple[Rule, ...] = (
    view(
        "numpy.diagonal",
        "a, offset=0, axis1=0, axis2=1",
        of_shape(_diagonal_dims),
        _diagonal,
    ),
    view("numpy.diag", "v, k=0", of_shape(_diag_dims, "v"), _diag),
    *(
        view(f"numpy.{name}", "m, k=0", of_shape(_triangle_dims, "m"), _triangle(name), **COPY)
        for name in ("tril", "triu")
    ),
    view(
        "runtime.from_diagonal",
        "g, shape, offset=0, axis1=0, axis2=1",
        _from_diagonal_kind,
        {"g": "np.diagonal(g, offset, axis1, axis2)"},
        **COPY,
    ),
)
