"""Changing the shape, joining, splitting and rearranging arrays (NumPy manual: "Array manipulation
routines")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
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
    Nothing,
    Scalar,
    Sym,
    dims,
    fresh,
    may_be_one,
)
from adcompile.rules.infer import (
    array_kind,
    axis_tuple,
    common_dtype,
    dim_of,
    dtype_argument,
    plus,
    same_shape,
    shape_of,
    size,
    times,
)
from adcompile.rules.registry import Call, NotStatic, Rule, Templates
from adcompile.rules.texts import (
    certainly_equal,
    index_text,
    length_text,
    refuse_unless,
    require_arrays,
    tuple_text,
)

KindFunction = Callable[[Call], Kind]
Pullback = Callable[[Call], Templates] | Templates

# ----- what most rules here need -----


def _array(call: Call, param: str = "a") -> Array:
    """The kind of an argument as an array; of unknown rank where nothing is known."""
    return array_kind(call.kinds[param]) or Array(None, None)


def _of_shape(shape: Callable[[Call, Dims], Dims | None], param: str = "a") -> KindFunction:
    """The kind of a result with the argument's dtype and a shape made from the argument's."""

    def infer(call: Call) -> Kind:
        array = _array(call, param)
        return Array(array.dtype, None if array.dims is None else shape(call, array.dims))

    return infer


def _is_none(call: Call, param: str) -> bool:
    return call.kinds[param] == Nothing()


def _back(param: str = "a") -> Callable[[Call], Templates]:
    """The pullback of what leaves the elements in their order: the old shape again."""

    def pullback(call: Call) -> Templates:
        require_arrays(call, param)
        if "order" in call.kinds:
            refuse_unless(call, "order", "C")
        result = dims(call.result) if call.result is not None else None
        if dims(call.kinds[param]) == () and result is not None:
            return {param: f"g[{', '.join('0' for _ in result)}]" if result else "g"}
        return {param: f"np.reshape(g, np.shape({param}))"}

    return pullback


def _linear(text: str, param: str = "a") -> Callable[[Call], Templates]:
    """The pullback of what rearranges elements."""

    def pullback(call: Call) -> Templates:
        require_arrays(call, param)
        return {param: text}

    return pullback


# ----- shapes -----


def _reshape_kind(call: Call) -> Kind:
    array = _array(call)
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
    if _is_none(call, "axis"):
        if any(n != 1 and may_be_one(n) for n in shape):
            return None
        return tuple(n for n in shape if n != 1)
    axes = axis_tuple(call, len(shape))
    return None if axes is None else tuple(n for i, n in enumerate(shape) if i not in axes)


def _broadcast_kind(call: Call) -> Kind:
    return Array(_array(call, "array").dtype, shape_of(call.kinds["shape"]))


# ----- the order of axes -----


def _order(call: Call, rank: int | None) -> tuple[int, ...] | None:
    """The axes of `np.transpose`, None for the reverse of all."""
    if _is_none(call, "axes"):
        return None
    axes = call.static("axes")
    if not isinstance(axes, (tuple, list)) or (rank is not None and len(axes) != rank):
        raise NotStatic("axes")
    return tuple(axis % len(axes) for axis in axes)


def _transposed(call: Call, shape: Dims) -> Dims | None:
    try:
        order = _order(call, len(shape))
    except NotStatic:
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
    axes = (0, 1) if _is_none(call, "axes") else axis_tuple(call, len(shape), "axes")
    if axes is None or len(shape) < 2:
        return None
    result = list(shape)
    result[axes[0]], result[axes[1]] = result[axes[1]], result[axes[0]]
    return tuple(result)


def _rot90(call: Call) -> Templates:
    require_arrays(call, "m")
    return {"m": "np.rot90(g, -k)" if _is_none(call, "axes") else "np.rot90(g, -k, axes)"}


def _flip(call: Call) -> Templates:
    require_arrays(call, "m")
    return {"m": "np.flip(g)" if _is_none(call, "axis") else "np.flip(g, axis)"}


def _roll(call: Call) -> Templates:
    require_arrays(call, "a")
    shift = call.kinds["shift"]
    back = "-shift"
    if isinstance(shift, Items):
        back = tuple_text(f"-shift[{i}]" for i in range(len(shift.items)))
    if call.is_static("shift"):
        by = call.static("shift")
        back = str(-by) if isinstance(by, int) else tuple_text(-n for n in by)
    return {"a": f"np.roll(g, {back})" if _is_none(call, "axis") else f"np.roll(g, {back}, axis)"}


# ----- joining -----


@dataclass(frozen=True, slots=True)
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
        raise NotStatic("axis")
    return axis % ranks[0] if ranks and -ranks[0] <= axis < ranks[0] else axis


def _require_elements(call: Call, param: str) -> list[Array]:
    arrays = _elements(call, param)
    if arrays is None or isinstance(call.kinds[param], Array):
        raise RefusedError(
            f"the number of arrays that `{call.rule.name}` joins must be known while compiling",
            "write the arrays one by one in a tuple",
        )
    return arrays


def _concatenate_kind(call: Call) -> Kind:
    arrays = _elements(call, "arrays")
    if arrays is None or not call.is_static("axis"):
        return Array(None, None)
    if _is_none(call, "axis"):
        lengths = [fresh() if a.dims is None else size(a.dims) for a in arrays]
        total: Dim = lengths[0] if lengths else fresh()
        for length in lengths[1:]:
            total = plus(total, length)
        return Array(common_dtype(arrays), (total,))
    axis = _join_axis(call, "arrays")
    return _joined_kind(call, "arrays", _parts(call, "arrays", axis, lambda rank: ()), axis)


def _concatenate(call: Call) -> Templates:
    arrays = _require_elements(call, "arrays")
    if not _is_none(call, "axis"):
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
    arrays = _require_elements(call, "arrays")
    axis = _stack_axis(call)
    if axis < 0:
        places = [["...", *[str(i)], *[":"] * (-axis - 1)] for i in range(len(arrays))]
        return {"arrays": tuple(f"g[{', '.join(place)}]" for place in places)}
    return {"arrays": tuple(index_text("g", [":"] * axis + [str(i)]) for i in range(len(arrays)))}


def _hstack_axis(call: Call) -> int | None:
    arrays = _elements(call, "tup")
    first = arrays[0].dims if arrays else None
    return None if first is None else int(len(first) > 1)


def _vstack_axis(call: Call) -> int | None:
    return 0


def _column_axis(call: Call) -> int | None:
    return 1


def _hstack_new(rank: int) -> Iterable[int]:
    return () if rank else (0,)


def _vstack_new(rank: int) -> Iterable[int]:
    return ((0, 1), (0,))[rank] if rank < 2 else ()


def _column_new(rank: int) -> Iterable[int]:
    return ((0, 1), (1,))[rank] if rank < 2 else ()


Axis = Callable[[Call], "int | None"]
NewAxes = Callable[[int], Iterable[int]]


def _stacking(name: str, axis_of: Axis, added: NewAxes) -> Rule:
    """hstack, vstack and column_stack: `concatenate` along a fixed axis, after adding axes."""

    def infer(call: Call) -> Kind:
        axis = axis_of(call)
        if axis is None or _elements(call, "tup") is None:
            return Array(None, None)
        return _joined_kind(call, "tup", _parts(call, "tup", axis, added), axis)

    def pullback(call: Call) -> Templates:
        arrays = _require_elements(call, "tup")
        axis = axis_of(call)
        if axis is None or any(array.dims is None for array in arrays):
            raise RefusedError(
                f"`numpy.{name}` of arrays whose numbers of axes are unknown while compiling",
                "use `np.concatenate` with an `axis`",
            )
        return {"tup": _pieces(_parts(call, "tup", axis, added), axis)}

    params = "tup" if name == "column_stack" else "tup, *, dtype=!, casting=!"
    return Rule(f"numpy.{name}", params, infer, pullback, linear=("tup",), cost=3)


# ----- splitting -----


def _split_kind(equal: bool) -> KindFunction:
    def infer(call: Call) -> Kind:
        array = _array(call, "ary")
        sections = call.kinds["indices_or_sections"]
        count: int | None = None
        if isinstance(sections, Items):
            count = len(sections.items) + 1
        elif isinstance(sections, Scalar) and isinstance(sections.value, int):
            count = sections.value
        axes = axis_tuple(call, None if array.dims is None else len(array.dims))
        if count is None or count < 1:
            return Many(list, Array(array.dtype, None))
        if axes is None or array.dims is None or not axes:
            return Items(list, (Array(array.dtype, None),) * count)
        lengths = _section_lengths(array.dims[axes[0]], sections, count, equal)
        return Items(
            list, tuple(Array(array.dtype, _replaced(array.dims, axes[0], n)) for n in lengths)
        )

    return infer


def _section_lengths(length: Dim, sections: Kind, count: int, equal: bool) -> list[Dim]:
    if isinstance(sections, Items):
        places = [item.value if isinstance(item, Scalar) else None for item in sections.items]
        if isinstance(length, int) and all(isinstance(place, int) for place in places):
            return [len(part) for part in np.split(np.arange(length), places)]  # type: ignore[arg-type]
        return [fresh() for _ in range(count)]
    if isinstance(length, int):
        return [len(part) for part in np.array_split(np.arange(length), count)]
    if count == 1:
        return [length]
    return [fresh()] * count if equal else [fresh() for _ in range(count)]


def _replaced(shape: Dims, axis: int, length: Dim) -> Dims:
    return (*shape[:axis], length, *shape[axis + 1 :])


# ----- repeating -----


def _reps(call: Call) -> list[tuple[Dim, str]] | None:
    """The repetitions of `np.tile`: number and text."""
    kind = call.kinds["reps"]
    if isinstance(kind, Scalar):
        return [(dim_of(kind), "reps")]
    if isinstance(kind, Items):
        return [(dim_of(item), f"reps[{i}]") for i, item in enumerate(kind.items)]
    return None


def _tile_kind(call: Call) -> Kind:
    array, reps = _array(call, "A"), _reps(call)
    if reps is None or array.dims is None:
        return Array(array.dtype, None)
    rank = max(len(reps), len(array.dims))
    counts = [1] * (rank - len(reps)) + [n for n, _ in reps]
    lengths = (1,) * (rank - len(array.dims)) + array.dims
    return Array(array.dtype, tuple(map(times, lengths, counts)))


def _tile(call: Call) -> Templates:
    """The repetitions get axes of their own, and are summed over."""
    require_arrays(call, "A")
    shape, reps = dims(call.kinds["A"]), _reps(call)
    if shape is None or reps is None:
        raise NotStatic("reps")
    rank = max(len(reps), len(shape))
    counts = [(1, "1")] * (rank - len(reps)) + reps
    lengths = ["1"] * (rank - len(shape)) + [length_text(call, "A", i) for i in range(len(shape))]
    split: list[str] = []
    summed: list[int] = []
    for i, ((count, text), length) in enumerate(zip(counts, lengths, strict=True)):
        if count != 1:
            summed.append(len(split))
            split.append(str(count) if isinstance(count, int) else text)
        if i >= rank - len(shape):
            split.append(length)
    if not summed:
        return {"A": "np.reshape(g, np.shape(A))"}
    axis = str(summed[0]) if len(summed) == 1 else tuple_text(summed)
    return {"A": f"np.sum(np.reshape(g, {tuple_text(split)}), axis={axis})"}


def _repeat_kind(call: Call) -> Kind:
    array = _array(call)
    repeats = call.kinds["repeats"]
    count = dim_of(repeats) if isinstance(repeats, Scalar) else fresh()
    if _is_none(call, "axis"):
        return Array(
            array.dtype, (fresh() if array.dims is None else times(size(array.dims), count),)
        )
    axes = axis_tuple(call, None if array.dims is None else len(array.dims))
    if axes is None or array.dims is None or not axes:
        return Array(array.dtype, None)
    return Array(array.dtype, _replaced(array.dims, axes[0], times(array.dims[axes[0]], count)))


def _repeat(call: Call) -> Templates:
    require_arrays(call, "a")
    if not isinstance(call.kinds["repeats"], Scalar):
        raise RefusedError(
            "`numpy.repeat` with a number of repeats for each element has no derivative rule",
            "index with the repeated positions: `a[np.repeat(np.arange(len(a)), repeats)]`",
        )
    if dims(call.kinds["a"]) == ():
        return {"a": "np.sum(g)"}
    if _is_none(call, "axis"):
        rows = "np.sum(np.reshape(g, (np.size(a), repeats)), axis=1)"
        return {"a": f"np.reshape({rows}, np.shape(a))"}
    shape = dims(call.kinds["a"])
    axes = axis_tuple(call, None if shape is None else len(shape))
    if shape is None or axes is None:
        raise NotStatic("axis")
    lengths = [length_text(call, "a", i) for i in range(len(shape))]
    lengths.insert(axes[0] + 1, "repeats")
    return {"a": f"np.sum(np.reshape(g, {tuple_text(lengths)}), axis={axes[0] + 1})"}


# ----- padding -----


def _pads(call: Call, rank: int) -> list[tuple[str, str]] | None:
    """The texts of the widths before and after each axis; numbers where they are known."""
    kind = call.kinds["pad_width"]
    if isinstance(kind, Scalar):
        return [(_width(kind, "pad_width"),) * 2] * rank
    if not isinstance(kind, Items):
        return None
    items = [(item, f"pad_width[{i}]") for i, item in enumerate(kind.items)]
    if all(isinstance(item, Scalar) for item, _ in items):
        widths = [_width(item, text) for item, text in items]
        pair = (widths[0], widths[-1])
        return [pair] * rank if len(widths) <= 2 else None
    pairs = []
    for item, text in items:
        if not isinstance(item, Items) or len(item.items) not in (1, 2):
            return None
        widths = [_width(part, f"{text}[{k}]") for k, part in enumerate(item.items)]
        pairs.append((widths[0], widths[-1]))
    return pairs * rank if len(pairs) == 1 else pairs if len(pairs) == rank else None


def _width(kind: Kind, text: str) -> str:
    known = isinstance(kind, Scalar) and isinstance(kind.value, int)
    return str(kind.value) if known and isinstance(kind, Scalar) else text


def _padded(call: Call, shape: Dims) -> Dims | None:
    pads = _pads(call, len(shape))
    if pads is None:
        return None if isinstance(call.kinds["pad_width"], Items) else tuple(fresh() for _ in shape)
    return tuple(
        plus(n, int(before) + int(after)) if before.isdigit() and after.isdigit() else fresh()
        for n, (before, after) in zip(shape, pads, strict=True)
    )


def _pad(call: Call) -> Templates:
    require_arrays(call, "array")
    refuse_unless(call, "mode", "constant")
    shape = dims(call.kinds["array"])
    pads = _pads(call, len(shape)) if shape is not None else None
    if shape is None or pads is None:
        raise NotStatic("pad_width")
    index = []
    for axis, (before, after) in enumerate(pads):
        if before.isdigit() and after.isdigit():
            start, stop = before if before != "0" else "", f"-{after}" if after != "0" else ""
            index.append(f"{start}:{stop}")
        else:
            index.append(f"{before}:{before} + {length_text(call, 'array', axis)}")
    return {"array": index_text("g", index)}


# ----- diagonals and triangles -----


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
    return Array(_array(call, "g").dtype, shape_of(call.kinds["shape"]))


# ----- copies and conversions -----


def _converted_kind(param: str) -> KindFunction:
    def infer(call: Call) -> Kind:
        if call.rule.fresh and not (call.is_static("copy") and call.static("copy") is True):
            raise RefusedError(
                f"whether the result of `{call.rule.name}` is a copy shows only at run time",
                "leave `copy` out",
            )
        array = _array(call, param)
        if _is_none(call, "dtype"):
            return array
        return Array(dtype_argument(call.kinds["dtype"]), array.dims)

    return infer


def _require_dtype(call: Call) -> None:
    """Refuse a conversion to a dtype that is unknown: to integers it has derivative zero."""
    if not _is_none(call, "dtype") and dtype_argument(call.kinds["dtype"]) is None:
        raise RefusedError(
            f"the `dtype` of `{call.rule.name}` is unknown while compiling",
            "name it, as in `dtype=np.float64`",
        )


def _converted(param: str) -> Callable[[Call], Templates]:
    def pullback(call: Call) -> Templates:
        _require_dtype(call)
        kind = call.kinds[param]
        if isinstance(kind, Items):
            return {param: tuple(_element_texts(kind, ()))}
        require_arrays(call, param)
        return {param: "g"}

    return pullback


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


# ----- the table -----


def _view(
    name: str, params: str, kind: KindFunction, pullback: Pullback | None, **settings: Any
) -> Rule:
    """A rule of what rearranges without arithmetic, linear in its first argument."""
    first = params.partition(",")[0]
    settings = {"cost": 0, "fresh": False, "linear": (first,), **settings}
    return Rule(name, params, kind, pullback, **settings)


_COPY = {"cost": 1, "fresh": True}
_HEAVY = {"cost": 3, "fresh": True}

RULES: tuple[Rule, ...] = (
    # Shapes
    _view("numpy.reshape", "a, shape, order='C', *, copy=!", _reshape_kind, _back()),
    _view("numpy.ravel", "a, order='C'", _of_shape(_ravelled), _back()),
    _view("ndarray.flatten", "a, order='C'", _of_shape(_ravelled), _back(), **_COPY),
    _view("numpy.expand_dims", "a, axis", _of_shape(_expanded), _back()),
    _view("numpy.squeeze", "a, axis=None", _of_shape(_squeezed), _back()),
    *(
        _view(f"numpy.atleast_{rank}d", "a", _of_shape(_atleast(rank)), _back())
        for rank in (1, 2, 3)
    ),
    _view(
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
    _view("numpy.transpose", "a, axes=None", _of_shape(_transposed), _transpose),
    _view("attribute.T", "a", _of_shape(lambda call, shape: shape[::-1]), _reverse),
    _view("attribute.mT", "a", _of_shape(_matrix_transposed), {"a": "np.swapaxes(g, -1, -2)"}),
    _view(
        "numpy.linalg.matrix_transpose",
        "a",
        _of_shape(_matrix_transposed),
        _linear("np.swapaxes(g, -1, -2)"),
    ),
    _view(
        "numpy.swapaxes",
        "a, axis1, axis2",
        _of_shape(_swapped),
        _linear("np.swapaxes(g, axis1, axis2)"),
    ),
    _view(
        "numpy.moveaxis",
        "a, source, destination",
        _of_shape(_moved),
        _linear("np.moveaxis(g, destination, source)"),
    ),
    _view("numpy.flip", "m, axis=None", _of_shape(lambda call, shape: shape, "m"), _flip),
    *(
        _view(
            f"numpy.{name}",
            "m",
            _of_shape(lambda call, shape: shape, "m"),
            _linear(f"np.{name}(g)", "m"),
        )
        for name in ("fliplr", "flipud")
    ),
    _view("numpy.rot90", "m, k=1, axes=None", _of_shape(_rotated, "m"), _rot90),
    _view(
        "numpy.roll", "a, shift, axis=None", _of_shape(lambda call, shape: shape), _roll, **_HEAVY
    ),
    # Joining and splitting
    _view(
        "numpy.concatenate",
        "arrays, axis=0, out=!, *, dtype=!, casting=!",
        _concatenate_kind,
        _concatenate,
        **_HEAVY,
    ),
    _view(
        "numpy.stack",
        "arrays, axis=0, out=!, *, dtype=!, casting=!",
        _stack_kind,
        _stack,
        **_HEAVY,
    ),
    _stacking("hstack", _hstack_axis, _hstack_new),
    _stacking("vstack", _vstack_axis, _vstack_new),
    _stacking("column_stack", _column_axis, _column_new),
    *(
        _view(
            f"numpy.{name}",
            "ary, indices_or_sections, axis=0",
            _split_kind(equal=name == "split"),
            {"ary": "np.concatenate(g, axis)"},
        )
        for name in ("split", "array_split")
    ),
    # Repeating and padding
    _view("numpy.tile", "A, reps", _tile_kind, _tile, **_HEAVY),
    _view("numpy.repeat", "a, repeats, axis=None", _repeat_kind, _repeat, **_HEAVY),
    _view(
        "numpy.pad",
        "array, pad_width, mode='constant', *, constant_values=0, stat_length=!, end_values=!, "
        "reflect_type=!",
        _of_shape(_padded, "array"),
        _pad,
        **_HEAVY,
    ),
    # Diagonals and triangles
    _view(
        "numpy.diagonal",
        "a, offset=0, axis1=0, axis2=1",
        _of_shape(_diagonal_dims),
        _diagonal,
    ),
    _view("numpy.diag", "v, k=0", _of_shape(_diag_dims, "v"), _diag),
    *(
        _view(f"numpy.{name}", "m, k=0", _of_shape(_triangle_dims, "m"), _triangle(name), **_COPY)
        for name in ("tril", "triu")
    ),
    _view(
        "runtime.from_diagonal",
        "g, shape, offset=0, axis1=0, axis2=1",
        _from_diagonal_kind,
        {"g": "np.diagonal(g, offset, axis1, axis2)"},
        **_COPY,
    ),
    # Copies and conversions
    _view("numpy.copy", "a, order='K', subok=!", _of_shape(lambda c, s: s), {"a": "g"}, **_COPY),
    _view("numpy.ascontiguousarray", "a, dtype=!, *, like=!", _of_shape(_contiguous), _back()),
    _view(
        "numpy.array",
        "object, dtype=None, *, copy=True, order='K', subok=!, ndmin=!, like=!",
        _converted_kind("object"),
        _converted("object"),
        **_COPY,
    ),
    _view(
        "numpy.asarray",
        "a, dtype=None, order=None, *, device=!, copy=None, like=!",
        _converted_kind("a"),
        _converted("a"),
    ),
    _view(
        "ndarray.astype",
        "a, dtype, order='K', casting='unsafe', subok=True, copy=True",
        _converted_kind("a"),
        _converted("a"),
        **_COPY,
    ),
    _view("numpy.astype", "a, dtype, *, copy=True", _converted_kind("a"), _converted("a"), **_COPY),
)
