"""What functions of NumPy's are in terms of others that native code has loops for.

    "numpy.ptp": f"np.max(a{rest}) - np.min(a{rest})"

A text is as that of a definition in `rules.definitions`, from which it differs in that numba, not a
reader, is to do without the function. None leaves a call as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from adcompile.ir import Const
from adcompile.kinds import Array, Items, Scalar, dims, is_complex
from adcompile.native import spectra
from adcompile.rules.definitions import (
    axis_number,
    cut,
    is_given,
    is_scalar,
    length_along,
    shape_known,
)
from adcompile.rules.differences import gradient_axes, slope
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
        parts = [cut("ary", axis, f"{a}:{b}") for a, b in pairwise(edges)]
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


# ----- order -----


def _in_order(call: Call) -> tuple[str, str, int] | None:
    """The elements in order, how many there are of each, and the axis that they are along."""
    shape = shape_known(call, "a")
    if not shape or isinstance(call.static("axis"), tuple):
        return None
    if is_given(call, "axis"):
        axis = axis_number(call, "a")
        return f"np.sort(a, axis={axis})", length_along("a", axis), axis
    return ("np.sort(a)" if len(shape) == 1 else "np.sort(np.ravel(a))"), "a.size", 0


def _quantile(place: str) -> Callable[[Call], str | None]:
    """What is at a place between two of the elements in order; nan where there is one."""

    def made(call: Call) -> str | None:
        found = _in_order(call)
        if found is None or ("q" in call.kinds and not is_scalar(call.kinds["q"])):
            return None
        if "method" in call.kinds and call.static("method") != "linear":
            return None
        ordered, count, axis = found
        at = f"({place.replace('n', f'({count} - 1)')})"
        # The last element has none after it, and is as far from itself as it may be.
        low = cut(ordered, axis, f"math.floor({at})")
        high = cut(ordered, axis, f"math.ceil({at})")
        last = cut(ordered, axis, "-1")
        text = f"np.where(np.isnan({last}), np.nan, {low} + ({high} - {low}) * ({at} % 1))"
        if not call.static("keepdims"):
            return text
        axes = axis if is_given(call, "axis") else tuple(range(len(shape_known(call, "a"))))
        return f"np.expand_dims({text}, {axes})"

    return made


# ----- products along axes -----


def _as_rows(name: str, params: str) -> Callable[[Call], str | None]:
    """Along several axes: along the one that they make up."""
    first, *others = params.split()

    def made(call: Call) -> str | None:
        rank = len(shape_known(call, first))
        axes = _axes(call, first)
        axes = tuple(range(rank)) if axes is None else axes
        if axes == (rank - 1,):
            return None
        if len(axes) == 1:
            moved = [f"np.moveaxis({param}, {axes[0]}, -1)" for param in (first, *others)]
            return f"np.moveaxis({name}({', '.join(moved)}, axis=-1), -1, {axes[0]})"
        order = (*(i for i in range(rank) if i not in axes), *axes)
        lengths = [f"{first}.shape[{i}]" for i in order]
        kept = rank - len(axes)
        shape = tuple_text((*lengths[:kept], " * ".join(lengths[kept:])))
        rows = [f"np.reshape(np.transpose({p}, {order}), {shape})" for p in (first, *others)]
        back = tuple(order.index(i) for i in range(rank))
        found = f"np.reshape({name}({', '.join(rows)}, axis=-1), {tuple_text(lengths)})"
        return f"np.transpose({found}, {back})"

    return made


def _by_axis(name: str, params: str) -> Callable[[Call], str | None]:
    """Along one axis, or the same for each of several with a length of its own."""
    first, *others = params.split()

    def made(call: Call) -> str | None:
        rank, axes = len(shape_known(call, first)), call.static("axis")
        if isinstance(axes, tuple):
            text = first
            for i, axis in enumerate(axes):
                text = f"{name}({text}, {others[0]}[{i}], {axis})"
            return text
        axis = axes % rank
        if axis == rank - 1:
            return None
        given = ", ".join((f"np.moveaxis({first}, {axis}, -1)", *others))
        return f"np.moveaxis({name}({given}, axis=-1), -1, {axis})"

    return made


def _with_place(name: str, params: str) -> Callable[[Call], str | None]:
    """As `_moved_last`, of several arrays."""

    def made(call: Call) -> str | None:
        names = params.split()
        rank, axis = len(shape_known(call, names[0])), axis_number(call, names[0])
        if axis == rank - 1:
            return None
        moved = ", ".join(f"np.moveaxis({param}, {axis}, -1)" for param in names)
        return f"np.moveaxis({name}({moved}, axis=-1), -1, {axis})"

    return made


# ----- diagonals -----


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


def _trace(call: Call) -> str | None:
    if len(shape_known(call, "a")) == 2 and "offset" not in call.given:
        return None if call.static("axis1") == 0 and call.static("axis2") == 1 else "np.trace(a)"
    return "np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)"


def _triangle(test: str) -> Callable[[Call], str | None]:
    """Of stacks of matrices."""

    def made(call: Call) -> str | None:
        rank = len(shape_known(call, "m"))
        if rank < 3:
            return None
        rows, columns = (f"np.arange(m.shape[{axis}])" for axis in (rank - 2, rank - 1))
        return f"np.where({columns} - k {test} {rows}[:, None], m, 0)"

    return made


# ----- shapes -----


def _new_axes(call: Call) -> str | None:
    rank, axis = len(shape_known(call, "a")), call.static("axis")
    axes = axis if isinstance(axis, tuple) else (axis,)
    if not rank:
        return f"np.full({(1,) * len(axes)}, a)"
    new = {i % (rank + len(axes)) for i in axes}
    return f"a[{', '.join('None' if i in new else ':' for i in range(rank + len(axes)))}]"


def _at_least(least: int) -> Callable[[Call], str | None]:
    def made(call: Call) -> str | None:
        rank = len(shape_known(call, "a"))
        if rank >= least:
            return "a"
        if rank == 0:
            return f"np.full({(1,) * least if least > 1 else 1}, a)"
        return {(1, 2): "a[None, :]", (1, 3): "a[None, :, None]"}.get(
            (rank, least), "a[:, :, None]"
        )

    return made


def _flattened(call: Call) -> str | None:
    if call.static("order") != "C":
        return None
    return None if shape_known(call, "a") else "np.full(1, a)"


def _joined(name: str, param: str, least: int) -> Callable[[Call], str | None]:
    """The parts as arrays of so many axes at least."""

    def made(call: Call) -> str | None:
        kind = call.kinds[param]
        if not isinstance(kind, Items):
            return None
        flat = "axis" in call.kinds and not is_given(call, "axis")
        parts = [f"{param}[{i}]" for i in range(len(kind.items))]
        arrays = [
            text if isinstance(item, (Array, Scalar)) else f"np.array({text})"
            for text, item in zip(parts, kind.items, strict=True)
        ]
        ranks = [len(dims(array_kind(item)) or ()) for item in kind.items]
        made = [
            f"np.ravel({text})" if flat and rank != 1 else _with_axes(text, rank, least)
            for text, rank in zip(arrays, ranks, strict=True)
        ]
        if name == "np.stack" and not any(ranks):
            return f"np.array([{', '.join(parts)}])"
        if made == parts:
            return None
        rest = ", axis=0" if flat else ", axis=axis" if "axis" in call.given else ""
        return f"{name}({tuple_text(made)}{rest})"

    return made


def _with_axes(text: str, rank: int, least: int) -> str:
    if rank >= least:
        return text
    return f"np.atleast_{least}d({text})"


def _array(call: Call) -> str | None:
    """Rows of arrays, one row after the other; a number is its own array."""
    kind = call.kinds["object"]
    if "dtype" in call.given or "copy" in call.given:
        return None
    if isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.dims == ()):
        return "object"
    if not isinstance(kind, Items) or not kind.items:
        return None
    inner = [array_kind(item) if isinstance(item, Items) else None for item in kind.items]
    if any(i is None or i.dims is None or len(i.dims) < 2 for i in inner):
        return None
    return f"np.stack({tuple_text(f'np.array(object[{i}])' for i in range(len(inner)))})"


def _itself(param: str) -> Callable[[Call], str | None]:
    """What makes an array of what is one."""

    def made(call: Call) -> str | None:
        kind = call.kinds[param]
        if isinstance(kind, Items):
            return f"np.array({param})" if "dtype" not in call.given else None
        if not isinstance(kind, (Array, Scalar)):
            return None
        if "dtype" not in call.kinds or not is_given(call, "dtype"):
            return param
        wanted = call.rule.kind(call)
        if isinstance(kind, Array) and isinstance(wanted, Array) and kind.dtype == wanted.dtype:
            return param
        return f"{param}.astype(dtype)" if isinstance(kind, Array) and kind.dims else None

    return made


def _copy(call: Call) -> str | None:
    return None if shape_known(call, "a") else "a"


def _rotated(call: Call) -> str | None:
    k, axes = call.static("k") % 4, call.static("axes")
    rank = len(shape_known(call, "m"))
    i, j = (axis % rank for axis in (axes or (0, 1)))
    turned = f"np.swapaxes(m, {i}, {j})"
    return [
        "np.copy(m)",
        f"np.flip({turned}, {i})",
        f"np.flip(np.flip(m, {i}), {j})",
        f"np.flip({turned}, {j})",
    ][k]


def _flipped(call: Call) -> str | None:
    """One axis after the other."""
    axes = _axes(call, "m")
    rank = len(shape_known(call, "m"))
    axes = tuple(range(rank)) if axes is None else axes
    text = "m"
    for axis in axes:
        text = cut(text, axis, "::-1")
    return text


def _grid(call: Call) -> str | None:
    """The coordinates, each along an axis of its own."""
    kind = call.kinds["xi"]
    count = len(kind.items) if isinstance(kind, Items) else 0
    if call.static("sparse") or any(len(dims(item) or ()) != 1 for item in kind.items):
        return None
    axes = list(range(count))
    if call.static("indexing") == "xy" and count > 1:
        axes[:2] = [1, 0]
    order = sorted(range(count), key=axes.__getitem__)
    shape = tuple_text(f"len(xi[{k}])" for k in order)
    parts = []
    for k, axis in enumerate(axes):
        place = ", ".join(":" if i == axis else "None" for i in range(count))
        parts.append(f"np.broadcast_to(xi[{k}][{place}], {shape})")
    return f"[{', '.join(parts)}]"


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


# ----- numbers -----


def _number_of(text: str) -> Callable[[Call], str | None]:
    """An array of no axes."""

    def made(call: Call) -> str | None:
        kind = call.rule.kind(call)
        is_number = isinstance(kind, Array) and kind.dims == () and kind.dtype == np.float64
        return text if is_number else None

    return made


def _truths(text: str) -> Callable[[Call], str | None]:
    """Of bools, and of numbers that count as such."""

    def made(call: Call) -> str | None:
        kinds = [array_kind(call.kinds[name]) for name in "ab"]
        given = [
            name if kind is not None and kind.dtype == np.bool_ else f"({name} != 0)"
            for name, kind in zip("ab", kinds, strict=True)
        ]
        return text.format(*given)

    return made


def _of_bools(name: str) -> Callable[[Call], str | None]:
    def made(call: Call) -> str | None:
        array = array_kind(call.kinds["a"])
        if array is None or array.dtype is None or array.dtype == np.bool_ or not array.dims:
            return None
        rest = _rest(_axes(call, "a"), call.static("keepdims"))
        return f"np.{name}(a != 0{rest})"

    return made


def _rounded(call: Call) -> str | None:
    array, decimals = array_kind(call.kinds["a"]), call.static("decimals")
    if array is None or array.dtype is None or array.dtype.kind != "f":
        return None
    if decimals == 0:
        return "np.rint(a)"
    scale = 10.0 ** abs(decimals)
    return f"np.rint(a * {scale}) / {scale}" if decimals > 0 else f"np.rint(a / {scale}) * {scale}"


def _angle(call: Call) -> str | None:
    text = (
        "np.arctan2(np.imag(a), np.real(a))"
        if is_complex(call.kinds["a"])
        else "np.arctan2(0.0, a)"
    )
    return f"{text} * (180 / np.pi)" if call.static("deg") else text


def _without_nan(call: Call) -> str | None:
    array = array_kind(call.kinds["x"])
    if array is None or array.dtype != np.float64:
        return None
    largest = float(np.finfo(np.float64).max)
    high = "posinf" if is_given(call, "posinf") else repr(largest)
    low = "neginf" if is_given(call, "neginf") else repr(-largest)
    infinite = f"np.where(x == np.inf, {high}, np.where(x == -np.inf, {low}, x))"
    return f"np.where(np.isnan(x), nan, {infinite})"


# ----- products -----


def _vdot(call: Call) -> str | None:
    a, b = (n if len(shape_known(call, n)) == 1 else f"np.ravel({n})" for n in "ab")
    if is_complex(call.kinds["a"]):
        a = f"np.conj({a})"
    return f"np.sum({a} * {b})"


def _kron(call: Call) -> str | None:
    ranks = [len(shape_known(call, name)) for name in "ab"]
    if 0 in ranks:
        return "a * b"
    rank = max(ranks)
    places, lengths = [], []
    for name, own in zip("ab", ranks, strict=True):
        new = ["None", "None"] * (rank - own)
        pair = [":", "None"] if name == "a" else ["None", ":"]
        places.append(f"{name}[{', '.join(new + pair * own)}]")
        lengths.append(["1"] * (rank - own) + [f"{name}.shape[{i}]" for i in range(own)])
    shape = tuple_text(f"{n} * {m}" for n, m in zip(*lengths, strict=True))
    return f"np.reshape({places[0]} * {places[1]}, {shape})"


def _outer(call: Call) -> str | None:
    flat = [len(shape_known(call, name)) == 1 for name in "ab"]
    if all(flat):
        return None
    a, b = (n if is_flat else f"np.ravel({n})" for n, is_flat in zip("ab", flat, strict=True))
    return f"np.outer({a}, {b})"


def _matrix_power(call: Call) -> str | None:
    n = call.static("n")
    if not isinstance(n, int) or n == 0 or abs(n) > 64:
        return None
    power, text = "a" if n > 0 else "np.linalg.inv(a)", ""
    for digit in reversed(f"{abs(n):b}"):
        if digit == "1":
            text = f"({text} @ {power})" if text else power
        power = f"({power} @ {power})"
    return text


# ----- sequences -----


def _frequencies(call: Call) -> str:
    return "np.where(np.arange(n) < (n + 1) // 2, np.arange(n), np.arange(n) - n) / (n * d)"


def _linspace(call: Call) -> str | None:
    if not all(is_scalar(call.kinds[name]) for name in ("start", "stop")):
        return None
    complex_ends = any(is_complex(call.kinds[name]) for name in ("start", "stop"))
    if call.static("endpoint"):
        if not complex_ends and "endpoint" not in call.given:
            return None
        if not complex_ends:
            return "np.linspace(start, stop, num)"
        return "start + np.arange(num) * ((stop - start) / max(num - 1, 1))"
    return "start + np.arange(num) * ((stop - start) / num)"


def _indices(call: Call) -> str | None:
    kind = call.kinds["dimensions"]
    wanted = call.rule.kind(call)
    if not isinstance(kind, Items) or not isinstance(wanted, Array) or wanted.dtype is None:
        return None
    count = len(kind.items)
    parts = []
    for axis in range(count):
        place = ", ".join(":" if i == axis else "None" for i in range(count))
        parts.append(f"np.broadcast_to(np.arange(dimensions[{axis}])[{place}], dimensions)")
    cast = "" if wanted.dtype == np.int64 else f".astype(np.{wanted.dtype.name})"
    return f"np.stack({tuple_text(parts)}){cast}"


def _vander(call: Call) -> str | None:
    count = "N" if is_given(call, "N") else "len(x)"
    powers = (
        f"np.arange({count})" if call.static("increasing") else f"np.arange({count} - 1, -1, -1)"
    )
    return f"x[:, None] ** {powers}"


def _polyval(call: Call) -> str | None:
    if isinstance(call.kinds["x"], Scalar) or not shape_known(call, "x"):
        return "np.sum(p * x ** np.arange(len(p) - 1, -1, -1))"
    return None


def _polygamma(call: Call) -> str | None:
    n = call.static("n")
    if not isinstance(n, int) or n < 0 or n > 20:
        return None
    if n == 0:
        return "special.psi(x)"
    return f"{float((-1) ** (n + 1) * math.factorial(n))} * special.zeta({n + 1}, x)"


def _largest(call: Call, param: str) -> tuple[str, str] | None:
    """The greatest element along the axes that are meant, zero where it is infinite."""
    if not shape_known(call, param):
        return None
    axes = _axes(call, param)
    top = f"np.max({param}{_rest(axes, True)})"
    return f"np.where(np.isfinite({top}), {top}, 0.0)", _rest(axes, True)


def _logsumexp(call: Call) -> str | None:
    found = _largest(call, "a")
    if found is None or is_given(call, "b") or call.static("return_sign"):
        return None
    top, rest = found
    text = f"np.log(np.sum(np.exp(a - {top}){rest})) + {top}"
    if call.static("keepdims"):
        return text
    axes = _axes(call, "a")
    return f"np.sum({text}{_rest(axes, False)})"


def _softmax(call: Call) -> str | None:
    found = _largest(call, "x")
    return (
        None
        if found is None
        else f"(np.exp(x - {found[0]}) / np.sum(np.exp(x - {found[0]}){found[1]}))"
    )


def _log_softmax(call: Call) -> str | None:
    found = _largest(call, "x")
    if found is None:
        return None
    return f"x - {found[0]} - np.log(np.sum(np.exp(x - {found[0]}){found[1]}))"


def _gradient(call: Call) -> str | None:
    axes, steps = gradient_axes(call), call.kinds["varargs"]
    if call.static("edge_order") != 1 or len(axes) != 1 or not isinstance(steps, Items):
        return None
    return slope(axes[0], "varargs[0]" if steps.items else "")


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
    "numpy.median": _quantile("0.5 * n"),
    "numpy.quantile": _quantile("q * n"),
    "numpy.percentile": _quantile("q / 100 * n"),
    "numpy.cumsum": _moved_last("np.cumsum"),
    "numpy.cumprod": _moved_last("np.cumprod"),
    "runtime.products_of_others": _as_rows("runtime.products_of_others", "a"),
    "runtime.products_of_others_along": _as_rows("runtime.products_of_others_along", "a v"),
    "runtime.cumprod_adjoint": _with_place("runtime.cumprod_adjoint", "h a"),
    "runtime.cumprod_tangent": _with_place("runtime.cumprod_tangent", "h a"),
    "runtime.resized": _by_axis("runtime.resized", "t n"),
    "runtime.mirrored": _by_axis("runtime.mirrored", "t n"),
    "runtime.from_diagonal": _from_diagonal,
    "numpy.diagonal": _diagonal,
    "numpy.trace": _trace,
    "numpy.zeros": _number_of("0.0"),
    "numpy.ones": _number_of("1.0"),
    "numpy.empty": _number_of("0.0"),
    "numpy.full": _number_of("fill_value"),
    "numpy.tril": _triangle("<="),
    "numpy.triu": _triangle(">="),
    "numpy.tri": "np.tril(np.ones((N, N if M is None else M)), k)",
    "numpy.expand_dims": _new_axes,
    "numpy.atleast_1d": _at_least(1),
    "numpy.atleast_2d": _at_least(2),
    "numpy.atleast_3d": _at_least(3),
    "numpy.ravel": _flattened,
    "ndarray.flatten": _flattened,
    "numpy.asarray": _itself("a"),
    "numpy.copy": _copy,
    "attribute.T": lambda call: None if shape_known(call, "a") else "a",
    "numpy.array": _array,
    "numpy.concatenate": _joined("np.concatenate", "arrays", 0),
    "numpy.stack": _joined("np.stack", "arrays", 0),
    "numpy.hstack": _joined("np.hstack", "tup", 1),
    "numpy.vstack": _joined("np.vstack", "tup", 2),
    "numpy.column_stack": _joined("np.column_stack", "tup", 1),
    "numpy.rot90": _rotated,
    "numpy.flip": _flipped,
    "numpy.flipud": "m[::-1]",
    "numpy.fliplr": "m[:, ::-1]",
    "numpy.meshgrid": _grid,
    "numpy.pad": _padded,
    "numpy.logical_and": _truths("{} & {}"),
    "numpy.logical_or": _truths("{} | {}"),
    "numpy.logical_xor": _truths("{} != {}"),
    "numpy.bitwise_and": "a & b",
    "numpy.bitwise_or": "a | b",
    "numpy.bitwise_xor": "a ^ b",
    "numpy.any": _of_bools("any"),
    "numpy.all": _of_bools("all"),
    "numpy.round": _rounded,
    "numpy.fix": "np.trunc(x)",
    "numpy.isposinf": "a == np.inf",
    "numpy.isneginf": "a == -np.inf",
    "numpy.sinc": "np.where(x == 0, 1.0, np.sin(np.pi * x) / (np.pi * x))",
    "numpy.logaddexp2": "np.logaddexp(a * np.log(2.0), b * np.log(2.0)) / np.log(2.0)",
    "numpy.angle": _angle,
    "numpy.nan_to_num": _without_nan,
    "numpy.vdot": _vdot,
    "numpy.kron": _kron,
    "numpy.outer": _outer,
    "numpy.linalg.matrix_power": _matrix_power,
    "numpy.linalg.svdvals": "np.linalg.svd(x)[1]",
    "numpy.linalg.matrix_transpose": "np.swapaxes(a, -1, -2)",
    "numpy.fft.fftfreq": _frequencies,
    "numpy.fft.rfftfreq": "np.arange(n // 2 + 1) / (n * d)",
    "numpy.linspace": _linspace,
    "numpy.vander": _vander,
    "numpy.indices": _indices,
    "numpy.polyval": _polyval,
    "numpy.gradient": _gradient,
    "scipy.special.polygamma": _polygamma,
    "scipy.special.logsumexp": _logsumexp,
    "scipy.special.softmax": _softmax,
    "scipy.special.log_softmax": _log_softmax,
    "scipy.special.log1p": "np.log1p(x)",
    "scipy.special.expm1": "np.expm1(x)",
    "scipy.special.exp2": "np.exp2(x)",
    "scipy.special.cbrt": "np.cbrt(x)",
    **spectra.TEXTS,
}
