"""Creating arrays (NumPy manual: "Array creation routines")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import (
    Array,
    Dim,
    Dims,
    Items,
    Kind,
    Many,
    Nothing,
    Scalar,
    Sym,
    dims,
    fresh,
    shifted,
)
from adcompile.rules.definitions import defined
from adcompile.rules.infer import array_kind, dim_of, dtype_argument, shape_of, size, trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import tuple_text

KindFunction = Callable[[Call], Kind]


def _dtype(call: Call, default: Any) -> np.dtype[Any] | None:
    """The dtype that the call asks for."""
    if call.kinds["dtype"] == Nothing():
        return None if default is None else np.dtype(default)
    return dtype_argument(call.kinds["dtype"])


def _filled_kind(call: Call) -> Kind:
    """zeros, ones, empty."""
    return Array(_dtype(call, float), shape_of(call.kinds["shape"]))


def _full_kind(call: Call) -> Kind:
    fill = array_kind(call.kinds["fill_value"])
    return Array(_dtype(call, fill and fill.dtype), shape_of(call.kinds["shape"]))


def _like_kind(call: Call) -> Kind:
    array = array_kind(call.kinds["a"]) or Array(None, None)
    return Array(_dtype(call, array.dtype), array.dims)


def _full(call: Call) -> Templates:
    if call.kinds["dtype"] != Nothing() and dtype_argument(call.kinds["dtype"]) is None:
        raise RefusedError(
            f"the `dtype` of `{call.rule.name}` is unknown while compiling",
            "name it, as in `dtype=np.float64`",
        )
    return {"fill_value": "g"}


def _full_like(call: Call) -> Templates:
    return {**_full(call), "a": "np.zeros_like(a)"}


def _matrix_kind(call: Call) -> Kind:
    """eye and tri; without `M` the matrix is square."""
    rows = dim_of(call.kinds["N"])
    columns = rows if call.kinds["M"] == Nothing() else dim_of(call.kinds["M"])
    return Array(_dtype(call, float), (rows, columns))


def _identity_kind(call: Call) -> Kind:
    rows = dim_of(call.kinds["n"])
    return Array(_dtype(call, float), (rows, rows))


# ----- ranges -----


def _arange_kind(call: Call) -> Kind:
    given = [call.kinds[n] for n in ("start", "stop", "step") if n in call.given]
    dtype = trial_dtype(np.arange, *given[:1]) if len(given) == 1 else None
    if len(given) > 1:
        dtype = trial_dtype(lambda *numbers: np.arange(*numbers), *given)
    if call.kinds["dtype"] != Nothing():
        dtype = dtype_argument(call.kinds["dtype"])
    return Array(dtype, (_arange_length(call),))


def _arange_length(call: Call) -> Dim:
    start, stop = call.kinds["start"], call.kinds["stop"]
    if stop == Nothing():
        start, stop = Scalar(int, 0), start
    step = call.kinds["step"]
    if not all(isinstance(k, Scalar) and k.type is int for k in (start, stop, step)):
        return fresh()
    first, last, by = (k.value if isinstance(k, Scalar) else None for k in (start, stop, step))
    if isinstance(first, int) and isinstance(last, int) and isinstance(by, int) and by:
        return len(range(first, last, by))
    # As for a slice, a length below zero is zero.
    if isinstance(first, int) and first >= 0 and isinstance(last, Sym) and by == 1:
        return shifted(last, -first)
    return fresh()


def _linspace_kind(call: Call) -> Kind:
    ends = [call.kinds["start"], call.kinds["stop"]]
    dtype = trial_dtype(lambda start, stop: np.linspace(start, stop, 2), *ends)
    single = all(dims(kind) == () for kind in ends)
    return Array(dtype, (dim_of(call.kinds["num"]),) if single else None)


def _linspace(call: Call) -> Templates:
    """Each element is a mean of the two ends, weighted by its place."""
    if any(dims(call.kinds[n]) != () for n in ("start", "stop")):
        raise RefusedError(
            "`numpy.linspace` between arrays has no derivative rule",
            "write `start + (stop - start) * np.linspace(0, 1, num)`",
        )
    plain = call.is_static("endpoint") and call.static("endpoint")
    single = isinstance(call.result, Array) and call.result.dtype == np.float32
    # Of two Python numbers `np.linspace` makes 64 bits.
    zero, one = ("np.float32(0)", "np.float32(1)") if single else ("0", "1")
    places = f"np.linspace({zero}, {one}, num{'' if plain else ', endpoint'})"
    return {"start": f"g @ (1 - {places})", "stop": f"g @ {places}"}


def _geomspace(call: Call, form: str) -> Templates:
    """The logarithm of each element is a mean of those of the two ends."""
    if any(dims(call.kinds[n]) != () for n in ("start", "stop")):
        raise RefusedError(
            "`numpy.geomspace` between arrays has no derivative rule",
            "write `np.exp(np.linspace(np.log(start), np.log(stop), num))`",
        )
    plain = call.is_static("endpoint") and call.static("endpoint")
    places = f"np.linspace(0, 1, num{'' if plain else ', endpoint'})"
    return {
        "start": form.format(f"g * y * (1 - {places})") + " / start",
        "stop": form.format(f"g * y * {places}") + " / stop",
    }


def _geomspace_kind(call: Call) -> Kind:
    found = _linspace_kind(call)
    ends = [call.kinds["start"], call.kinds["stop"]]
    dtype = trial_dtype(lambda start, stop: np.geomspace(start, stop, 2), *ends)
    return Array(dtype, found.dims if isinstance(found, Array) else None)


# ----- grids -----


def _meshgrid_shape(call: Call) -> Dims | None:
    kind = call.kinds["xi"]
    if not isinstance(kind, Items) or not call.is_static("indexing"):
        return None
    lengths = []
    for item in kind.items:
        array = array_kind(item)
        lengths.append(fresh() if array is None or array.dims is None else size(array.dims))
    order = _meshgrid_order(call, len(lengths))
    return tuple(lengths[i] for i in order)


def _meshgrid_order(call: Call, count: int) -> list[int]:
    """Which argument runs along each axis."""
    order = list(range(count))
    if call.static("indexing") == "xy" and count > 1:
        order[:2] = [1, 0]
    return order


def _meshgrid_kind(call: Call) -> Kind:
    shape = _meshgrid_shape(call)
    kind = call.kinds["xi"]
    if shape is None or not isinstance(kind, Items) or not call.is_static("sparse"):
        return Many(tuple, Array(None, None))
    order = _meshgrid_order(call, len(shape))
    grids = []
    for i, item in enumerate(kind.items):
        array = array_kind(item)
        lengths = shape
        if call.static("sparse"):
            lengths = tuple(n if order[k] == i else 1 for k, n in enumerate(shape))
        grids.append(Array(array.dtype if array else None, lengths))
    return Items(tuple, tuple(grids))


def _meshgrid(call: Call) -> Templates:
    """Each argument is repeated along the axes of the others."""
    kind = call.kinds["xi"]
    count = len(kind.items) if isinstance(kind, Items) else 0
    order = _meshgrid_order(call, count)
    if isinstance(kind, Items) and any(dims(item) == () for item in kind.items):
        raise RefusedError(
            "`numpy.meshgrid` of a number has no derivative rule", "make it an array of one element"
        )
    if call.static("sparse"):
        return {"xi": tuple(f"np.reshape(g[{i}], np.shape(xi[{i}]))" for i in range(count))}
    texts = []
    for i in range(count):
        others = [axis for axis in range(count) if order[axis] != i]
        text = f"np.sum(g[{i}], axis={tuple_text(others)})" if others else f"g[{i}]"
        texts.append(f"np.reshape({text}, np.shape(xi[{i}]))")
    return {"xi": tuple(texts)}


def _indices_kind(call: Call) -> Kind:
    """The positions in a triangle: one array for the rows, one for the columns."""
    length = fresh()
    return Items(tuple, (Array(np.dtype(np.int64), (length,)),) * 2)


def _diagonal_indices_kind(call: Call) -> Kind:
    """The positions on a diagonal, along each axis."""
    if "arr" in call.kinds:
        shape = dims(call.kinds["arr"])
        count, length = (len(shape), shape[0]) if shape else (None, fresh())
    else:
        count = call.static("ndim") if call.is_static("ndim") else None
        length = dim_of(call.kinds["n"])
    positions = Array(np.dtype(np.int64), (length,))
    return Many(tuple, positions) if count is None else Items(tuple, (positions,) * count)


def _grid_kind(call: Call) -> Kind:
    shape = shape_of(call.kinds["dimensions"])
    return Array(_dtype(call, int), None if shape is None else (len(shape), *shape))


def _window_kind(call: Call) -> Kind:
    return Array(np.dtype(float), (dim_of(call.kinds["M"]),))


# ----- the table -----


def _passive(name: str, params: str, kind: KindFunction, pure: bool = True) -> Rule:
    """What depends on shapes and counts only."""
    return Rule(f"numpy.{name}", params, kind, {}, cost=1, pure=pure)


_MAKING = "dtype=None, order='C', *, device=!, like=!"
_LIKE = "dtype=None, order='K', subok=True, shape=!, *, device=!"

RULES: tuple[Rule, ...] = (
    _passive("zeros", f"shape, {_MAKING}", _filled_kind),
    _passive("ones", f"shape, {_MAKING}", _filled_kind),
    _passive("empty", f"shape, {_MAKING}", _filled_kind, pure=False),
    _passive("zeros_like", f"a, {_LIKE}", _like_kind),
    _passive("ones_like", f"a, {_LIKE}", _like_kind),
    _passive("empty_like", f"a, {_LIKE}", _like_kind, pure=False),
    Rule(
        "numpy.full",
        f"shape, fill_value, {_MAKING}",
        _full_kind,
        _full,
        elementwise=True,
        linear=("fill_value",),
        cost=1,
    ),
    Rule(
        "numpy.full_like",
        f"a, fill_value, {_LIKE}",
        _like_kind,
        _full_like,
        elementwise=True,
        linear=("fill_value",),
        pushforward={"a": "0"},
        cost=1,
    ),
    _passive("eye", "N, M=None, k=0, dtype=None, order='C', *, device=!, like=!", _matrix_kind),
    _passive("identity", "n, dtype=None, *, like=!", _identity_kind),
    _passive("tri", "N, M=None, k=0, dtype=None, *, like=!", _matrix_kind),
    _passive("tril_indices", "n, k=0, m=None", _indices_kind),
    _passive("triu_indices", "n, k=0, m=None", _indices_kind),
    _passive("tril_indices_from", "arr, k=0", _indices_kind),
    _passive("triu_indices_from", "arr, k=0", _indices_kind),
    _passive("mask_indices", "n, mask_func, k=0", _indices_kind),
    _passive("diag_indices", "n, ndim=2", _diagonal_indices_kind),
    _passive("diag_indices_from", "arr", _diagonal_indices_kind),
    _passive("indices", "dimensions, dtype=None, sparse=!", _grid_kind),
    *(_passive(name, "M", _window_kind) for name in ("bartlett", "blackman", "hamming", "hanning")),
    Rule(
        "numpy.kaiser",
        "M, beta",
        _window_kind,
        why="its shape parameter has none; pass one that is not differentiated",
    ),
    defined(
        "numpy.logspace",
        "start, stop, num=50, endpoint=True, base=10.0, dtype=!, axis=!",
        "np.power(base, np.linspace(start, stop, num, endpoint))",
        "",
    ),
    Rule(
        "numpy.arange",
        "start, stop=None, step=1, dtype=None, *, device=!, like=!",
        _arange_kind,
        cost=1,
        why="write `start + step * np.arange(n)`: how many numbers `np.arange` makes depends on "
        "what is differentiated",
    ),
    Rule(
        "numpy.geomspace",
        "start, stop, num=50, endpoint=True, dtype=!, axis=!",
        _geomspace_kind,
        lambda call: _geomspace(call, "np.sum({})"),
        pushforward=lambda call: _geomspace(call, "{}"),
        cost=3,
    ),
    Rule(
        "numpy.linspace",
        "start, stop, num=50, endpoint=True, retstep=!, dtype=!, axis=!, *, device=!",
        _linspace_kind,
        _linspace,
        linear=("start", "stop"),
        jointly=True,
        cost=1,
    ),
    Rule(
        "numpy.meshgrid",
        "*xi, copy=!, sparse=False, indexing='xy'",
        _meshgrid_kind,
        _meshgrid,
        linear=("xi",),
        jointly=True,
        cost=1,
    ),
)
