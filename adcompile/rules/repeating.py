"""Repeating and padding arrays (NumPy manual: "Array manipulation routines")."""

from __future__ import annotations

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dim, Dims, Items, Kind, Scalar, dims, fresh
from adcompile.rules.infer import axis_tuple, dim_of, plus, size, times
from adcompile.rules.rearranging import HEAVY, array_of, is_none, of_shape, view, with_length
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.texts import index_text, length_text, refuse_unless, require_arrays, tuple_text

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
    array, reps = array_of(call, "A"), _reps(call)
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
        raise NotStaticError("reps")
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
    array = array_of(call)
    repeats = call.kinds["repeats"]
    count = dim_of(repeats) if isinstance(repeats, Scalar) else fresh()
    if is_none(call, "axis"):
        return Array(
            array.dtype, (fresh() if array.dims is None else times(size(array.dims), count),)
        )
    axes = axis_tuple(call, None if array.dims is None else len(array.dims))
    if axes is None or array.dims is None or not axes:
        return Array(array.dtype, None)
    return Array(array.dtype, with_length(array.dims, axes[0], times(array.dims[axes[0]], count)))


def _repeat(call: Call) -> Templates:
    require_arrays(call, "a")
    if not isinstance(call.kinds["repeats"], Scalar):
        raise RefusedError(
            "`numpy.repeat` with a number of repeats for each element has no derivative rule",
            "index with the repeated positions: `a[np.repeat(np.arange(len(a)), repeats)]`",
        )
    if dims(call.kinds["a"]) == ():
        return {"a": "np.sum(g)"}
    if is_none(call, "axis"):
        rows = "np.sum(np.reshape(g, (np.size(a), repeats)), axis=1)"
        return {"a": f"np.reshape({rows}, np.shape(a))"}
    shape = dims(call.kinds["a"])
    axes = axis_tuple(call, None if shape is None else len(shape))
    if shape is None or axes is None:
        raise NotStaticError("axis")
    lengths = [length_text(call, "a", i) for i in range(len(shape))]
    lengths.insert(axes[0] + 1, "repeats")
    return {"a": f"np.sum(np.reshape(g, {tuple_text(lengths)}), axis={axes[0] + 1})"}


# ----- padding -----


def _pushed_pad(call: Call) -> Templates:
    repeats = call.is_static("mode") and call.static("mode") in _REPEATING
    return {"array": "np.pad(g, pad_width, mode)" if repeats else "np.pad(g, pad_width)"}


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


# Modes that repeat elements of the array: which ones, their positions padded likewise tell.
_REPEATING = ("edge", "reflect", "symmetric", "wrap")
_PLACES = "np.pad(np.reshape(np.arange(np.size(array)), np.shape(array)), pad_width, mode)"
_REPEATED = (
    f"np.reshape(np.bincount(np.ravel({_PLACES}), np.ravel(g), np.size(array)), np.shape(array))"
)


def _pad(call: Call) -> Templates:
    require_arrays(call, "array")
    if call.is_static("mode") and call.static("mode") in _REPEATING:
        return {"array": _REPEATED}
    refuse_unless(call, "mode", "constant", *_REPEATING)
    shape = dims(call.kinds["array"])
    pads = _pads(call, len(shape)) if shape is not None else None
    if shape is None or pads is None:
        raise NotStaticError("pad_width")
    index = []
    for axis, (before, after) in enumerate(pads):
        if before.isdigit() and after.isdigit():
            start, stop = before if before != "0" else "", f"-{after}" if after != "0" else ""
            index.append(f"{start}:{stop}")
        else:
            index.append(f"{before}:{before} + {length_text(call, 'array', axis)}")
    return {"array": index_text("g", index)}


# ----- the table -----


RULES: tuple[Rule, ...] = (
    view("numpy.tile", "A, reps", _tile_kind, _tile, **HEAVY),
    view("numpy.repeat", "a, repeats, axis=None", _repeat_kind, _repeat, **HEAVY),
    view(
        "numpy.pad",
        "array, pad_width, mode='constant', *, constant_values=0, stat_length=!, end_values=!, "
        "reflect_type=!",
        of_shape(_padded, "array"),
        _pad,
        linear=(),
        pushforward=_pushed_pad,
        **HEAVY,
    ),
)
