"""Changing the shape and the order of axes, copies and conversions (NumPy manual: "Array
manipulation routines")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Dim,
    Dims,
    Items,
    Kind,
    Many,
    Scalar,
    Sym,
    dims,
    fresh,
    holds_complex,
    may_be_one,
)
from adcompile.rules.infer import KindFunction, axis_tuple, dtype_argument, shape_of, size
from adcompile.rules.rearranging import (
    COPY,
    HEAVY,
    array_of,
    back,
    is_none,
    of_shape,
    rearranged,
    view,
)
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.texts import require_arrays, tuple_text

# ----- shapes -----


def _reshape_kind(call: Call) -> Kind:
    array = array_of(call)
    wanted = shape_of(call.kinds["shape"])
    if wanted is None or not any(n == -1 for n in wanted):
        return Array(array.dtype, wanted)
    missing = _missing(array.dims, [n for n in wanted if n != -1])
    return Array(array.dtype, tuple(missing if n == -1 else n for n in wanted))


def _missing(shape: Dims | None, others: Sequence[Dim]) -> Dim:
    """The length that `-1` stands for; NumPy refuses it where the others multiply to zero."""
    if shape is None:
        return fresh()
    rest = [n for n in shape if isinstance(n, Sym)]
    for length in others:
        if isinstance(length, Sym):
            if length not in rest:
                return fresh()
            rest.remove(length)
    whole, part = (
        int(np.prod([n for n in lengths if isinstance(n, int)], dtype=int))
        for lengths in (shape, others)
    )
    if part == 0 or whole % part:
        return fresh()
    return size((whole // part, *rest))


def _ravelled(call: Call, shape: Dims) -> Dims:
    return (size(shape),)


def _atleast(rank: int) -> Callable[[Call, Dims], Dims]:
    """NumPy puts a vector in the middle of three axes, and in the last of two."""

    def shape(call: Call, old: Dims) -> Dims:
        if len(old) >= rank:
            return old
        if rank < 3:
            return (1,) * (rank - len(old)) + old
        return ((1, 1, 1), (1, *old, 1), (*old, 1))[len(old)]

    return shape


def _same(call: Call, shape: Dims) -> Dims:
    return shape


def _contiguous(call: Call, shape: Dims) -> Dims:
    return shape or (1,)


def _expanded(call: Call, shape: Dims) -> Dims | None:
    if not call.is_static("axis"):
        return None
    axis = call.static("axis")
    count = len(axis) if isinstance(axis, (tuple, list)) else 1
    axes = axis_tuple(call, len(shape) + count)
    if axes is None:
        return None
    rest = iter(shape)
    return tuple(1 if i in axes else next(rest) for i in range(len(shape) + count))


def _squeezed(call: Call, shape: Dims) -> Dims | None:
    if is_none(call, "axis"):
        if any(n != 1 and may_be_one(n) for n in shape):
            return None
        return tuple(n for n in shape if n != 1)
    axes = axis_tuple(call, len(shape))
    return None if axes is None else tuple(n for i, n in enumerate(shape) if i not in axes)


def _broadcast_kind(call: Call) -> Kind:
    return Array(array_of(call, "array").dtype, shape_of(call.kinds["shape"]))


# ----- the order of axes -----


def _order(call: Call, rank: int | None) -> tuple[int, ...] | None:
    """The axes of `np.transpose`, None for the reverse of all."""
    if is_none(call, "axes"):
        return None
    axes = call.static("axes")
    if not isinstance(axes, (tuple, list)) or (rank is not None and len(axes) != rank):
        raise NotStaticError("axes")
    return tuple(axis % len(axes) for axis in axes)


def _transposed(call: Call, shape: Dims) -> Dims | None:
    try:
        order = _order(call, len(shape))
    except NotStaticError:
        return None
    return shape[::-1] if order is None else tuple(shape[axis] for axis in order)


def _transpose(call: Call) -> Templates:
    require_arrays(call, "a")
    shape = dims(call.kinds["a"])
    order = _order(call, None if shape is None else len(shape))
    if order is None:
        return _reverse(call)
    if order == tuple(reversed(range(len(order)))):
        return {"a": "g.T"}
    if order == tuple(range(len(order))):
        return {"a": "g"}
    inverse = [order.index(axis) for axis in range(len(order))]
    return {"a": f"np.transpose(g, {tuple_text(inverse)})"}


def _reverse(call: Call) -> Templates:
    """The pullback of `.T`; a number, which has none, is its own."""
    shape = dims(call.kinds["a"])
    return {"a": "g.T" if shape else "np.transpose(g)" if shape is None else "g"}


def _swapped(call: Call, shape: Dims) -> Dims | None:
    axes = [axis_tuple(call, len(shape), name) for name in ("axis1", "axis2")]
    if axes[0] is None or axes[1] is None:
        return None
    result = list(shape)
    i, j = axes[0][0], axes[1][0]
    result[i], result[j] = result[j], result[i]
    return tuple(result)


def _matrix_transposed(call: Call, shape: Dims) -> Dims | None:
    return (*shape[:-2], shape[-1], shape[-2]) if len(shape) > 1 else None


def _moved(call: Call, shape: Dims) -> Dims | None:
    source, destination = (axis_tuple(call, len(shape), n) for n in ("source", "destination"))
    if source is None or destination is None or len(source) != len(destination):
        return None
    order = [axis for axis in range(len(shape)) if axis not in source]
    for to, axis in sorted(zip(destination, source, strict=True)):
        order.insert(to, axis)
    return tuple(shape[axis] for axis in order)


def _rotated(call: Call, shape: Dims) -> Dims | None:
    if not call.is_static("k"):
        return None
    if call.static("k") % 2 == 0:
        return shape
    axes = (0, 1) if is_none(call, "axes") else axis_tuple(call, len(shape), "axes")
    if axes is None or len(shape) < 2:
        return None
    result = list(shape)
    result[axes[0]], result[axes[1]] = result[axes[1]], result[axes[0]]
    return tuple(result)


def _rot90(call: Call) -> Templates:
    require_arrays(call, "m")
    return {"m": "np.rot90(g, -k)" if is_none(call, "axes") else "np.rot90(g, -k, axes)"}


def _flip(call: Call) -> Templates:
    require_arrays(call, "m")
    return {"m": "np.flip(g)" if is_none(call, "axis") else "np.flip(g, axis)"}


def _roll(call: Call) -> Templates:
    require_arrays(call, "a")
    shift = call.kinds["shift"]
    back = "-shift"
    if isinstance(shift, Items):
        back = tuple_text(f"-shift[{i}]" for i in range(len(shift.items)))
    if call.is_static("shift"):
        by = call.static("shift")
        back = str(-by) if isinstance(by, int) else tuple_text(-n for n in by)
    return {"a": f"np.roll(g, {back})" if is_none(call, "axis") else f"np.roll(g, {back}, axis)"}


# ----- copies and conversions -----


def _converted_kind(param: str) -> KindFunction:
    def infer(call: Call) -> Kind:
        if call.rule.fresh and not (call.is_static("copy") and call.static("copy") is True):
            raise RefusedError(
                f"whether the result of `{call.rule.name}` is a copy shows only at run time",
                "leave `copy` out",
            )
        array = array_of(call, param)
        if is_none(call, "dtype"):
            return array
        return Array(dtype_argument(call.kinds["dtype"]), array.dims)

    return infer


def _typed(dtype: np.dtype[Any]) -> KindFunction:
    """The kind of a value converted by its type: `np.float32(a)`."""
    return lambda call: Array(dtype, array_of(call).dims)


def _require_dtype(call: Call, param: str) -> None:
    """Refuse a conversion to a dtype that is unknown: to integers it has derivative zero. And one
    of complex numbers to real ones, which NumPy warns of."""
    result = dtype_argument(call.kinds["dtype"])
    if result is not None and result.kind != "c" and holds_complex(call.kinds[param]):
        raise RefusedError(
            f"`{call.rule.name}` to {result.name} drops the imaginary part", "take `np.real` of it"
        )
    if not is_none(call, "dtype") and dtype_argument(call.kinds["dtype"]) is None:
        raise RefusedError(
            f"the `dtype` of `{call.rule.name}` is unknown while compiling",
            "name it, as in `dtype=np.float64`",
        )


def _converted(param: str) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        _require_dtype(call, param)
        kind = call.kinds[param]
        if isinstance(kind, Items):
            return {param: tuple(_element_texts(kind, ()))}
        if isinstance(kind, Many) and _is_row(kind.element):
            return {param: "list(g)"}
        if isinstance(kind, Many) and _are_rows(kind.element):
            return {param: "runtime.rows(g)"}
        if isinstance(kind, Many):
            raise RefusedError(
                f"`{call.rule.name.replace('numpy', 'np')}` of such a list has no derivative rule",
                "let it hold numbers, or arrays: `rows.append(np.array(row))`",
            )
        require_arrays(call, param)
        return {param: "g"}

    return pullback


def _is_row(kind: Kind) -> bool:
    """Whether the adjoint of a value may be a row of an array: of a number, an array, or a list or
    tuple of so many numbers."""
    if isinstance(kind, Items):
        return all(isinstance(part, Scalar) or dims(part) == () for part in kind.items)
    return isinstance(kind, (Scalar, Array))


def _are_rows(kind: Kind) -> bool:
    """Whether the parts of a list are lists of numbers."""
    return isinstance(kind, Many) and kind.type is list and dims(kind.element) == ()


def _element_texts(kind: Items, place: tuple[int, ...]) -> list[str]:
    """For each element of nested lists its piece of `g`."""
    texts = []
    for i, item in enumerate(kind.items):
        at = (*place, i)
        if isinstance(item, Items):
            texts.append(tuple_text(_element_texts(item, at)))
        else:
            texts.append(f"g[{', '.join(map(str, at))}]")
    return texts


# What the types are called, `np.intp` and its like included
_INTEGERS = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "intc",
    "uintc", "longlong", "ulonglong",
)  # fmt: skip


# ----- the table -----


RULES: tuple[Rule, ...] = (
    # Shapes
    view("numpy.reshape", "a, shape, order='C', *, copy=!", _reshape_kind, back()),
    view("numpy.ravel", "a, order='C'", of_shape(_ravelled), back()),
    view("ndarray.flatten", "a, order='C'", of_shape(_ravelled), back(), **COPY),
    view("numpy.expand_dims", "a, axis", of_shape(_expanded), back()),
    view("numpy.squeeze", "a, axis=None", of_shape(_squeezed), back()),
    *(view(f"numpy.atleast_{rank}d", "a", of_shape(_atleast(rank)), back()) for rank in (1, 2, 3)),
    view(
        "numpy.broadcast_to",
        "array, shape, subok=!",
        _broadcast_kind,
        {"array": "g"},
        elementwise=True,
    ),
    Rule(
        "attribute.flat",
        "a",
        lambda call: UNKNOWN,
        cost=0,
        fresh=False,
        why="`.flat` is a view in another shape; use `np.ravel`",
    ),
    # The order of axes and elements
    view("numpy.transpose", "a, axes=None", of_shape(_transposed), _transpose),
    view("attribute.T", "a", of_shape(lambda call, shape: shape[::-1]), _reverse),
    view("attribute.mT", "a", of_shape(_matrix_transposed), {"a": "np.swapaxes(g, -1, -2)"}),
    view(
        "numpy.linalg.matrix_transpose",
        "a",
        of_shape(_matrix_transposed),
        rearranged("np.swapaxes(g, -1, -2)"),
    ),
    view(
        "numpy.swapaxes",
        "a, axis1, axis2",
        of_shape(_swapped),
        rearranged("np.swapaxes(g, axis1, axis2)"),
    ),
    view(
        "numpy.moveaxis",
        "a, source, destination",
        of_shape(_moved),
        rearranged("np.moveaxis(g, destination, source)"),
    ),
    view("numpy.flip", "m, axis=None", of_shape(lambda call, shape: shape, "m"), _flip),
    *(
        view(
            f"numpy.{name}",
            "m",
            of_shape(lambda call, shape: shape, "m"),
            rearranged(f"np.{name}(g)", "m"),
        )
        for name in ("fliplr", "flipud")
    ),
    view("numpy.rot90", "m, k=1, axes=None", of_shape(_rotated, "m"), _rot90),
    view("numpy.roll", "a, shift, axis=None", of_shape(lambda call, shape: shape), _roll, **HEAVY),
    # Copies and conversions
    view("numpy.copy", "a, order='K', subok=!", of_shape(lambda c, s: s), {"a": "g"}, **COPY),
    *(
        view(f"numpy.{name}", "a, dtype=!, *, like=!", of_shape(_contiguous), back())
        for name in ("ascontiguousarray", "asfortranarray")
    ),
    view("numpy.require", "a, dtype=!, requirements=None, *, like=!", of_shape(_same), back()),
    view("numpy.asarray_chkfinite", "a, dtype=!, order=!", of_shape(_same), {"a": "g"}),
    view(
        "numpy.array",
        "object, dtype=None, *, copy=True, order='K', subok=!, ndmin=!, like=!",
        _converted_kind("object"),
        _converted("object"),
        **COPY,
    ),
    view(
        "numpy.asarray",
        "a, dtype=None, order=None, *, device=!, copy=None, like=!",
        _converted_kind("a"),
        _converted("a"),
    ),
    view(
        "ndarray.astype",
        "a, dtype, order='K', casting='unsafe', subok=True, copy=True",
        _converted_kind("a"),
        _converted("a"),
        **COPY,
    ),
    view("numpy.astype", "a, dtype, *, copy=True", _converted_kind("a"), _converted("a"), **COPY),
    *(
        view(f"numpy.{dtype}", "a", _typed(np.dtype(dtype)), back())
        for dtype in (
            *("float16", "float32", "float64", "longdouble"),
            *("complex64", "complex128", "clongdouble"),
        )
    ),
    *(
        Rule(f"numpy.{name}", "a=0", _typed(np.dtype(getattr(np, name))), {}, cost=1)
        for name in _INTEGERS
    ),
)
