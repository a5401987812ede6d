"""Joining and splitting arrays (NumPy manual: "Array manipulation routines")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dim, Dims, Items, Kind, Many, Scalar, fresh
from adcompile.records import field, record
from adcompile.rules.infer import (
    KindFunction,
    array_kind,
    axis_tuple,
    common_dtype,
    plus,
    same_shape,
    size,
)
from adcompile.rules.rearranging import HEAVY, array_of, is_none, view, with_length
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.texts import index_text

# ----- joining -----


@record
class Part:
    """One array of several that are joined along an axis.

    Attributes:
        shape: its shape as it is joined, with the axes that NumPy adds.
        text: the text of its length along the axis.
        added: the axes that NumPy adds.
    """

    shape: Dims | None
    text: str
    added: frozenset[int] = field(default_factory=frozenset)


def _elements(call: Call, param: str) -> list[Array] | None:
    """The kinds of the arrays that are joined, None where their number is unknown."""
    kind = call.kinds[param]
    if isinstance(kind, Array) and kind.dims and isinstance(kind.dims[0], int):
        return [Array(kind.dtype, kind.dims[1:])] * kind.dims[0]
    if not isinstance(kind, Items):
        return None
    return [array_kind(item) or Array(None, None) for item in kind.items]


def _parts(call: Call, param: str, axis: int, added: Callable[[int], Iterable[int]]) -> list[Part]:
    """The arrays to join along an axis; `added` tells the new axes from the number of old ones."""
    parts = []
    for i, array in enumerate(_elements(call, param) or ()):
        if array.dims is None:
            parts.append(Part(None, f"np.shape({param}[{i}])[{axis}]"))
            continue
        new = frozenset(added(len(array.dims)))
        old = iter(range(len(array.dims)))
        places = [None if k in new else next(old) for k in range(len(array.dims) + len(new))]
        shape = tuple(1 if place is None else array.dims[place] for place in places)
        place = places[axis] if -len(places) <= axis < len(places) else None
        length = shape[axis] if -len(shape) <= axis < len(shape) else fresh()
        text = f"np.shape({param}[{i}])[{place}]"
        parts.append(Part(shape, str(length) if isinstance(length, int) else text, new))
    return parts


def _joined_kind(call: Call, param: str, parts: list[Part], axis: int) -> Kind:
    arrays = _elements(call, param)
    if not arrays:
        return Array(None, None)
    dtype = common_dtype(arrays)
    shape = parts[0].shape
    if any(part.shape is None for part in parts):
        return Array(dtype, None)
    total: Dim = 0
    for part in parts:
        assert part.shape is not None
        if len(part.shape) != len(parts[0].shape or ()) or not -len(part.shape) <= axis < len(
            part.shape
        ):
            return Array(dtype, None)
        shape = same_shape(shape, part.shape)
        total = part.shape[axis] if part is parts[0] else plus(total, part.shape[axis])
    assert shape is not None
    result = list(shape)
    result[axis] = total
    return Array(dtype, tuple(result))


def _pieces(parts: Sequence[Part], axis: int) -> tuple[str, ...]:
    """For each part its piece of `g`."""
    if len(parts) == 1 and not parts[0].added:
        return ("g",)
    texts = []
    for i, part in enumerate(parts):
        start = _sum_text(p.text for p in parts[:i])
        stop = _sum_text(p.text for p in parts[: i + 1])
        if axis in part.added:
            place = start
        elif i == len(parts) - 1:
            place = f"{start}:" if i else ":"
        else:
            place = f"{start}:{stop}" if i else f":{stop}"
        if axis < 0:
            inside = [":"] * (-axis - 1)
            texts.append(f"g[{', '.join(['...', place, *inside])}]")
            continue
        last = max([axis, *part.added])
        index = ["0" if k in part.added else ":" for k in range(last + 1)]
        index[axis] = place
        texts.append(index_text("g", index))
    return tuple(texts)


def _sum_text(lengths: Iterable[str]) -> str:
    """The sum of lengths, the known ones added up."""
    written = list(lengths)
    known = sum(int(n) for n in written if n.isdigit())
    symbols = [n for n in written if not n.isdigit()]
    return " + ".join([*symbols, str(known)] if known or not symbols else symbols)


def _join_axis(call: Call, param: str) -> int:
    """The axis of a `concatenate`, counted from the first one where the rank is known."""
    axis = call.static("axis")
    ranks = [len(a.dims) for a in _elements(call, param) or () if a.dims is not None]
    if not isinstance(axis, int):
        raise NotStaticError("axis")
    return axis % ranks[0] if ranks and -ranks[0] <= axis < ranks[0] else axis


def _require_elements(call: Call, param: str) -> list[Array]:
    arrays = _elements(call, param)
    if arrays is None or isinstance(call.kinds[param], Array):
        raise RefusedError(
            f"the number of arrays that `{call.rule.name}` joins must be known while compiling",
            "write the arrays one by one in a tuple",
        )
    return arrays


def _element_of_many(call: Call, param: str = "arrays") -> Array:
    """The kind of each of an unknown number of arrays that are joined, of which there are some."""
    kind = call.kinds[param]
    assert isinstance(kind, Many)
    return array_kind(kind.element) or Array(None, None)


def _many_joined_kind(call: Call) -> Kind:
    part = _element_of_many(call)
    if part.dims is None or not call.is_static("axis"):
        return Array(part.dtype, None)
    axis = call.static("axis")
    if axis is None:
        return Array(part.dtype, (fresh(),))
    if not -len(part.dims) <= axis < len(part.dims):
        return Array(part.dtype, None)
    return Array(part.dtype, with_length(part.dims, axis % len(part.dims), fresh()))


def _many_stacked_kind(call: Call) -> Kind:
    part = _element_of_many(call)
    if part.dims is None or not call.is_static("axis"):
        return Array(part.dtype, None)
    axis = call.static("axis") % (len(part.dims) + 1)
    return Array(part.dtype, (*part.dims[:axis], fresh(), *part.dims[axis:]))


def _concatenate_kind(call: Call) -> Kind:
    arrays = _elements(call, "arrays")
    if arrays is None and isinstance(call.kinds["arrays"], Many):
        return _many_joined_kind(call)
    if arrays is None or not call.is_static("axis"):
        return Array(None, None)
    if is_none(call, "axis"):
        lengths = [fresh() if a.dims is None else size(a.dims) for a in arrays]
        total: Dim = lengths[0] if lengths else fresh()
        for length in lengths[1:]:
            total = plus(total, length)
        return Array(common_dtype(arrays), (total,))
    axis = _join_axis(call, "arrays")
    return _joined_kind(call, "arrays", _parts(call, "arrays", axis, lambda rank: ()), axis)


def _concatenate(call: Call) -> Templates:
    if isinstance(call.kinds["arrays"], Many) and not is_none(call, "axis"):
        return {"arrays": "runtime.pieces(g, arrays, axis)"}
    arrays = _require_elements(call, "arrays")
    if not is_none(call, "axis"):
        axis = _join_axis(call, "arrays")
        return {"arrays": _pieces(_parts(call, "arrays", axis, lambda rank: ()), axis)}
    parts = [Part(None, f"np.size(arrays[{i}])") for i in range(len(arrays))]
    texts = _pieces(parts, 0)
    return {
        "arrays": tuple(
            f"np.reshape({text}, np.shape(arrays[{i}]))" for i, text in enumerate(texts)
        )
    }


def _stack_axis(call: Call) -> int:
    axis = call.static("axis")
    ranks = [len(a.dims) for a in _elements(call, "arrays") or () if a.dims is not None]
    return axis % (ranks[0] + 1) if ranks and -ranks[0] - 1 <= axis <= ranks[0] else int(axis)


def _stack_kind(call: Call) -> Kind:
    arrays = _elements(call, "arrays")
    if arrays is None and isinstance(call.kinds["arrays"], Many):
        return _many_stacked_kind(call)
    if not arrays or not call.is_static("axis"):
        return Array(None, None)
    shape = arrays[0].dims
    for array in arrays[1:]:
        shape = same_shape(shape, array.dims)
    axis = _stack_axis(call)
    if shape is None or not 0 <= axis <= len(shape):
        return Array(common_dtype(arrays), None)
    return Array(common_dtype(arrays), (*shape[:axis], len(arrays), *shape[axis:]))


def _stack(call: Call) -> Templates:
    if isinstance(call.kinds["arrays"], Many):
        axis = call.static("axis")
        return {"arrays": "list(g)" if axis == 0 else "list(np.moveaxis(g, axis, 0))"}
    arrays = _require_elements(call, "arrays")
    axis = _stack_axis(call)
    if axis < 0:
        places = [["...", *[str(i)], *[":"] * (-axis - 1)] for i in range(len(arrays))]
        return {"arrays": tuple(f"g[{', '.join(place)}]" for place in places)}
    return {"arrays": tuple(index_text("g", [":"] * axis + [str(i)]) for i in range(len(arrays)))}


def _first_rank(call: Call) -> int | None:
    """The number of axes of the first array that is joined."""
    if isinstance(call.kinds["tup"], Many):
        shape = _element_of_many(call, "tup").dims
    else:
        arrays = _elements(call, "tup")
        shape = arrays[0].dims if arrays else None
    return None if shape is None else len(shape)


def _many_stacking_kind(part: Array, axis_of: Axis, added: NewAxes) -> Kind:
    """The kind of an unknown number of arrays, joined after adding axes."""
    axis = None if part.dims is None else axis_of(len(part.dims))
    if part.dims is None or axis is None:
        return Array(part.dtype, None)
    shape: Dims = part.dims
    for new in sorted(added(len(part.dims))):
        shape = (*shape[:new], 1, *shape[new:])
    return Array(part.dtype, with_length(shape, axis, fresh()))


# What is added to each of an unknown number of arrays, by the axis that they are joined along and
# the new axes.
_ROWS = {
    (0, (0,)): "list(g)",
    (0, (0, 1)): "list(g[:, 0])",
    (1, (0, 1)): "list(g[0])",
    (1, (1,)): "list(g.T)",
}


def _hstack_axis(rank: int | None) -> int | None:
    return None if rank is None else int(rank > 1)


def _vstack_axis(rank: int | None) -> int | None:
    return 0


def _column_axis(rank: int | None) -> int | None:
    return 1


def _hstack_new(rank: int) -> Iterable[int]:
    return () if rank else (0,)


def _vstack_new(rank: int) -> Iterable[int]:
    return ((0, 1), (0,))[rank] if rank < 2 else ()


def _column_new(rank: int) -> Iterable[int]:
    return ((0, 1), (1,))[rank] if rank < 2 else ()


Axis = Callable[["int | None"], "int | None"]
NewAxes = Callable[[int], Iterable[int]]


def _stacking(name: str, axis_of: Axis, added: NewAxes) -> Rule:
    """hstack, vstack and column_stack: `concatenate` along a fixed axis, after adding axes.
    `axis_of` and `added` tell the axis and the new ones from the number of axes of an array."""

    def infer(call: Call) -> Kind:
        if isinstance(call.kinds["tup"], Many):
            return _many_stacking_kind(_element_of_many(call, "tup"), axis_of, added)
        axis = axis_of(_first_rank(call))
        if axis is None or _elements(call, "tup") is None:
            return Array(None, None)
        return _joined_kind(call, "tup", _parts(call, "tup", axis, added), axis)

    def pullback(call: Call) -> Templates:
        if isinstance(call.kinds["tup"], Many):
            shape = _element_of_many(call, "tup").dims
            ranks = {None if shape is None else len(shape)}
        else:
            arrays = _require_elements(call, "tup")
            ranks = {None if array.dims is None else len(array.dims) for array in arrays}
        axis = axis_of(_first_rank(call))
        if axis is None or None in ranks:
            raise RefusedError(
                f"`numpy.{name}` of arrays whose numbers of axes are unknown while compiling",
                "use `np.concatenate` with an `axis`",
            )
        if isinstance(call.kinds["tup"], Many):
            new = tuple(added(next(rank for rank in ranks if rank is not None)))
            return {"tup": _ROWS[axis, new] if new else f"runtime.pieces(g, tup, {axis})"}
        return {"tup": _pieces(_parts(call, "tup", axis, added), axis)}

    params = "tup" if name == "column_stack" else "tup, *, dtype=!, casting=!"
    return Rule(f"numpy.{name}", params, infer, pullback, linear=("tup",), cost=3)


# ----- splitting -----


def _split_kind(equal: bool) -> KindFunction:
    def infer(call: Call) -> Kind:
        array = array_of(call, "ary")
        sections = call.kinds["indices_or_sections"]
        count: int | None = None
        if isinstance(sections, Items):
            count = len(sections.items) + 1
        elif isinstance(sections, Scalar) and isinstance(sections.value, int):
            count = sections.value
        axes = axis_tuple(call, None if array.dims is None else len(array.dims))
        unknown = count is None or count < 1
        if axes is None or array.dims is None or not axes:
            part = Array(array.dtype, None)
            return Many(list, part) if count is None or unknown else Items(list, (part,) * count)
        if count is None or unknown:
            # Parts of one length; where they may differ, two of them may broadcast.
            alike = equal and isinstance(sections, Scalar)
            parts = with_length(array.dims, axes[0], fresh()) if alike else None
            return Many(list, Array(array.dtype, parts))
        lengths = _section_lengths(array.dims[axes[0]], sections, count, equal)
        return Items(
            list, tuple(Array(array.dtype, with_length(array.dims, axes[0], n)) for n in lengths)
        )

    return infer


def _section_lengths(length: Dim, sections: Kind, count: int, equal: bool) -> list[Dim]:
    if isinstance(sections, Items):
        values = [item.value if isinstance(item, Scalar) else None for item in sections.items]
        places = [value for value in values if isinstance(value, int)]
        if isinstance(length, int) and len(places) == len(values):
            return [len(part) for part in np.split(np.arange(length), places)]
        return [fresh() for _ in range(count)]
    if isinstance(length, int):
        return [len(part) for part in np.array_split(np.arange(length), count)]
    if count == 1:
        return [length]
    return [fresh()] * count if equal else [fresh() for _ in range(count)]


# ----- the table -----


RULES: tuple[Rule, ...] = (
    view(
        "numpy.concatenate",
        "arrays, axis=0, out=!, *, dtype=!, casting=!",
        _concatenate_kind,
        _concatenate,
        **HEAVY,
    ),
    view(
        "numpy.stack",
        "arrays, axis=0, out=!, *, dtype=!, casting=!",
        _stack_kind,
        _stack,
        **HEAVY,
    ),
    _stacking("hstack", _hstack_axis, _hstack_new),
    _stacking("vstack", _vstack_axis, _vstack_new),
    _stacking("column_stack", _column_axis, _column_new),
    *(
        view(
            f"numpy.{name}",
            "ary, indices_or_sections, axis=0",
            _split_kind(equal=name == "split"),
            {"ary": "np.concatenate(g, axis)"},
        )
        for name in ("split", "array_split")
    ),
)
