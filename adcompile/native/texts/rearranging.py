"""The elements of arrays in other places."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from adcompile.kinds import Items, Scalar
from adcompile.native.texts.axes import axes_of
from adcompile.rules.definitions import (
    axis_number,
    cut,
    is_given,
    is_scalar,
    length_along,
    shape_known,
)
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import Call
from adcompile.rules.texts import tuple_text


def _rolled(call: Call) -> str | None:
    """Along several axes, one after the other."""
    rank, shift = len(shape_known(call, "a")), call.kinds["shift"]
    if not is_given(call, "axis"):
        flat = "np.reshape(np.roll(np.ravel(a), shift), np.shape(a))"
        return flat if rank != 1 and is_scalar(shift) else None
    axes = call.static("axis")
    if not isinstance(axes, tuple) and is_scalar(shift):
        return None
    axes = axes if isinstance(axes, tuple) else (axes,)
    shifts = [f"shift[{i}]" for i in range(len(axes))] if not is_scalar(shift) else ["shift"] * rank
    if isinstance(shift, Items) and len(shift.items) != len(axes):
        return None
    text = "a"
    for by, axis in zip(shifts, axes, strict=False):
        text = f"np.roll({text}, {by}, {axis})"
    return text


def _tiled(call: Call) -> str | None:
    """The elements over and over, by their places."""
    shape, kind = shape_known(call, "A"), call.kinds["reps"]
    if is_scalar(kind):
        reps = ["reps"]
    elif isinstance(kind, Items):
        reps = [f"reps[{i}]" for i in range(len(kind.items))]
    else:
        return None
    if not shape:
        return None
    text = "A"
    new = len(reps) - len(shape)
    if new > 0:
        text = f"A[{', '.join(['None'] * new + [':'] * len(shape))}]"
    reps = ["1"] * -new + reps
    for axis, count in enumerate(reps):
        if count != "1":
            length = f"({text}).shape[{axis}]"
            places = f"np.arange({length} * {count}) % {length}"
            text = cut(f"({text})", axis, places)
    return text


def _repeated(call: Call) -> str | None:
    shape = shape_known(call, "a")
    if not is_given(call, "axis"):
        return "np.repeat(np.ravel(a), repeats, 0)" if len(shape) != 1 else _by_places(call, 0)
    return _by_places(call, axis_number(call, "a"))


def _by_places(call: Call, axis: int) -> str | None:
    length = length_along("a", axis)
    if is_scalar(call.kinds["repeats"]):
        return cut("a", axis, f"np.arange({length} * repeats) // repeats")
    array = array_kind(call.kinds["a"])
    if array is not None and array.dtype == np.int64:
        return None  # the places themselves
    return cut("a", axis, f"np.repeat(np.arange({length}), repeats)")


def _diagonal(call: Call) -> str | None:
    shape, offset = shape_known(call, "a"), call.static("offset")
    i, j = (call.static(name) % len(shape) for name in ("axis1", "axis2"))
    if (i, j) != (len(shape) - 2, len(shape) - 1):
        return f"np.diagonal(np.moveaxis(a, ({i}, {j}), (-2, -1)), {offset}, -2, -1)"
    first = (max(-offset, 0), max(offset, 0))
    n, m = (f"{length_along('a', axis)} - {by}" for axis, by in zip((i, j), first, strict=True))
    places = f"np.arange(max(min({n}, {m}), 0))"
    at = [f"{places} + {by}" if by else places for by in first]
    return f"a[{', '.join([':'] * i + at)}]"


def _from_diagonal(call: Call) -> str | None:
    rank = len(shape_known(call, "g")) + 1
    i, j = (call.static(name) % rank for name in ("axis1", "axis2"))
    if (i, j) == (rank - 2, rank - 1):
        return None
    kept = [axis for axis in range(rank) if axis not in (i, j)]
    shape = tuple_text([f"shape[{axis}]" for axis in (*kept, i, j)])
    inner = f"runtime.from_diagonal(g, {shape}, offset, {rank - 2}, {rank - 1})"
    return f"np.moveaxis({inner}, (-2, -1), ({i}, {j}))"


def _triangle(test: str) -> Callable[[Call], str | None]:
    """Of stacks of matrices."""

    def made(call: Call) -> str | None:
        rank = len(shape_known(call, "m"))
        if rank < 3:
            return None
        rows, columns = (f"np.arange(m.shape[{axis}])" for axis in (rank - 2, rank - 1))
        return f"np.where({columns} - k {test} {rows}[:, None], m, 0)"

    return made


def _rotated(call: Call) -> str | None:
    k, axes = call.static("k") % 4, call.static("axes")
    rank = len(shape_known(call, "m"))
    i, j = (axis % rank for axis in (axes or (0, 1)))
    turned = f"np.swapaxes(m, {i}, {j})"
    texts = (
        "np.copy(m)",
        f"np.flip({turned}, {i})",
        f"np.flip(np.flip(m, {i}), {j})",
        f"np.flip({turned}, {j})",
    )
    return texts[int(k)]


def _flipped(call: Call) -> str | None:
    """One axis after the other."""
    axes = axes_of(call, "m")
    rank = len(shape_known(call, "m"))
    axes = tuple(range(rank)) if axes is None else axes
    text = "m"
    for axis in axes:
        text = cut(text, axis, "::-1")
    return text


def _padded(call: Call) -> str | None:
    """Constants before and after, or the places that stand there."""
    shape, mode = shape_known(call, "array"), call.static("mode")
    widths = call.static("pad_width")
    if isinstance(widths, int):
        widths = (widths, widths)
    if not isinstance(widths[0], (tuple, list)):
        widths = ((widths[0], widths[-1]),)
    widths = [(w[0], w[-1]) for w in widths] * (len(shape) if len(widths) == 1 else 1)
    if len(widths) != len(shape) or not isinstance(call.kinds["constant_values"], Scalar):
        return None
    text = "array"
    for axis, (before, after) in enumerate(widths):
        made = _AROUND.get(mode)
        if made is None:
            return None
        text = made(text, axis, before, after) if before or after else text
    return text


def _by_constant(text: str, axis: int, before: int, after: int) -> str:
    inner = f"({text})"
    full = "np.full_like({}, constant_values)"
    none = cut(inner, axis, ":1")
    parts = [f"np.repeat({full.format(none)}, {before}, {axis})"] if before else []
    parts.append(text)
    parts += [f"np.repeat({full.format(none)}, {after}, {axis})"] if after else []
    return f"np.concatenate(({', '.join(parts)}), axis={axis})"


def _by_edge(text: str, axis: int, before: int, after: int) -> str:
    n = f"({text}).shape[{axis}]"
    places = f"np.clip(np.arange({n} + {before + after}) - {before}, 0, {n} - 1)"
    return cut(f"({text})", axis, places)


def _by_wrapping(text: str, axis: int, before: int, after: int) -> str:
    n = f"({text}).shape[{axis}]"
    return cut(f"({text})", axis, f"(np.arange({n} + {before + after}) - {before}) % {n}")


def _by_reflection(text: str, axis: int, before: int, after: int) -> str:
    n = f"({text}).shape[{axis}]"
    period = f"max(2 * {n} - 2, 1)"
    places = f"np.abs(np.arange({n} + {before + after}) - {before}) % {period}"
    return cut(f"({text})", axis, f"np.minimum({places}, {period} - {places})")


def _by_symmetry(text: str, axis: int, before: int, after: int) -> str:
    n = f"({text}).shape[{axis}]"
    places = f"(np.arange({n} + {before + after}) - {before}) % (2 * {n})"
    return cut(f"({text})", axis, f"np.minimum({places}, 2 * {n} - 1 - {places})")


_AROUND = {
    "constant": _by_constant,
    "edge": _by_edge,
    "wrap": _by_wrapping,
    "reflect": _by_reflection,
    "symmetric": _by_symmetry,
}


TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    "numpy.roll": _rolled,
    "numpy.tile": _tiled,
    "numpy.repeat": _repeated,
    "runtime.from_diagonal": _from_diagonal,
    "numpy.diagonal": _diagonal,
    "numpy.tril": _triangle("<="),
    "numpy.triu": _triangle(">="),
    "numpy.tri": "np.tril(np.ones((N, N if M is None else M)), k)",
    "numpy.rot90": _rotated,
    "numpy.flip": _flipped,
    "numpy.flipud": "m[::-1]",
    "numpy.fliplr": "m[:, ::-1]",
    "numpy.pad": _padded,
}
