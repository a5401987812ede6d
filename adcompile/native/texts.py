"""What functions of NumPy's are in terms of others that native code has loops for.

    "numpy.ptp": f"np.max(a{rest}) - np.min(a{rest})"

A text is as that of a definition in `rules.definitions`, from which it differs in that numba, not a
reader, is to do without the function. None leaves a call as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from adcompile.ir import Const
from adcompile.kinds import Array, Items, Scalar, dims, is_complex
from adcompile.rules.definitions import axis_number, cut, is_given, is_scalar, length_along, shape_known
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import Call
from adcompile.rules.texts import tuple_text

Text = str | Callable[[Call], "str | None"]


# ----- along axes -----


def _axes(call: Call, param: str) -> tuple[int, ...] | None:
    """The axes that are meant, None for all of an array."""
    rank = len(shape_known(call, param))
    axis = call.static("axis")
    if axis is None:
        return None
    return tuple(i % rank for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def _rest(axes: tuple[int, ...] | None, keep: bool) -> str:
    """The arguments of a reduction that say along what."""
    along = "" if axes is None else f", axis={axes[0] if len(axes) == 1 else axes}"
    return f"{along}, keepdims=True" if keep else along


def _reduced(text: str, param: str = "a") -> Callable[[Call], str | None]:
    """A text in which `{rest}` says along which axes."""

    def made(call: Call) -> str | None:
        if not shape_known(call, param):
            return None
        axes, keep = _axes(call, param), call.static("keepdims")
        return text.replace("{rest}", _rest(axes, keep))

    return made


def _variance(call: Call) -> str | None:
    """The mean of the squares of the deviations from the mean."""
    shape = shape_known(call, "a")
    if not shape or call.given & {"dtype", "correction"}:
        return None
    axes, keep = _axes(call, "a"), call.static("keepdims")
    deviations = f"a - np.mean(a{_rest(axes, axes is not None)})"
    if is_complex(call.kinds["a"]):
        deviations = f"np.abs({deviations})"
    squares, rest = f"np.square({deviations})", _rest(axes, keep)
    if call.args["ddof"] == Const(0):
        return f"np.mean({squares}{rest})"
    count = "a.size" if axes is None else " * ".join(length_along("a", i) for i in axes)
    return f"np.sum({squares}{rest}) / max({count} - ddof, 0)"


def _deviation(call: Call) -> str | None:
    variance = _variance(call)
    return None if variance is None else f"np.sqrt({variance})"


def _norm(call: Call) -> str | None:
    """Of vectors; of matrices the one that is that of their elements."""
    rank, order = len(shape_known(call, "x")), call.static("ord")
    axes, keep = _axes(call, "x"), call.static("keepdims")
    rest = _rest(axes, keep)
    sizes, squares = "np.abs(x)", "np.square(x)"
    if is_complex(call.kinds["x"]):
        squares = "np.square(np.abs(x))"
    along = rank if axes is None else len(axes)
    if order is None or (order == 2 and along == 1) or (order == "fro" and along == 2):
        return f"np.sqrt(np.sum({squares}{rest}))" if rank else None
    if along != 1 or isinstance(order, str):
        return None
    if order in (np.inf, -np.inf):
        return f"np.{'max' if order > 0 else 'min'}({sizes}{rest})"
    if order == 0:
        return f"np.sum(np.where(x != 0, 1.0, 0.0){rest})"
    if order == 1:
        return f"np.sum({sizes}{rest})"
    return f"np.sum({sizes} ** {float(order)!r}{rest}) ** {1 / order!r}"


def _moved_last(name: str, param: str = "a", rest: str = "") -> Callable[[Call], str | None]:
    """A function along one axis, which has a loop for the last one only."""

    def made(call: Call) -> str | None:
        rank = len(shape_known(call, param))
        if not is_given(call, "axis"):
            return None if rank == 1 else f"{name}(np.ravel({param}){rest})"
        axis = axis_number(call, param)
        if axis == rank - 1:
            return None
        inner = f"np.moveaxis({param}, {axis}, -1)"
        return f"np.moveaxis({name}({inner}{rest}, axis=-1), -1, {axis})"

    return made


# ----- rearranging -----


def _flat(text: str, param: str) -> str:
    """A text of a vector for an array whose elements count as one."""
    flat = text.replace(param, f"np.ravel({param})")
    return f"np.reshape({flat}, np.shape({param}))"


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


def _split(is_even: bool) -> Callable[[Call], str | None]:
    """The parts of an array, of a known number."""

    def made(call: Call) -> str | None:
        axis, given = axis_number(call, "ary"), call.kinds["indices_or_sections"]
        length = length_along("ary", axis)
        if isinstance(given, Scalar):
            count = call.static("indices_or_sections")
            if is_even:
                ends = [f"{i} * ({length} // {count})" for i in range(1, count)]
            else:
                ends = [
                    f"{i} * ({length} // {count}) + min({i}, {length} % {count})"
                    for i in range(1, count)
                ]
            stop = f"{count} * ({length} // {count})" if is_even else ""
        elif isinstance(given, Items):
            ends = [f"indices_or_sections[{i}]" for i in range(len(given.items))]
            stop = ""
        else:
            return None
        edges = ["", *ends, stop]
        parts = [cut("ary", axis, f"{a}:{b}") for a, b in zip(edges, edges[1:], strict=False)]
        return f"[{', '.join(parts)}]"

    return made


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
    shape, kind = shape_known(call, "a"), call.kinds["repeats"]
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


# ----- the table -----

TEXTS: Mapping[str, Text] = {
    "numpy.ptp": _reduced("np.max(a{rest}) - np.min(a{rest})"),
    "numpy.var": _variance,
    "numpy.std": _deviation,
    "numpy.linalg.norm": _norm,
    "numpy.sort": _moved_last("np.sort"),
    "numpy.argsort": _moved_last("np.argsort"),
    "numpy.roll": _rolled,
    "numpy.split": _split(True),
    "numpy.array_split": _split(False),
    "numpy.tile": _tiled,
    "numpy.repeat": _repeated,
}
