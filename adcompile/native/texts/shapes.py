"""Arrays in other shapes, and several as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from adcompile.kinds import Array, Dims, Items, Kind, Scalar
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
        ranks = [len(_dims(item) or ()) for item in kind.items]
        made = [
            f"np.ravel({text})" if flat and rank != 1 else _with_axes(text, rank, least)
            for text, rank in zip(arrays, ranks, strict=True)
        ]
        if name == "np.stack" and not any(ranks):
            return f"np.array([{', '.join(parts)}])"
        if made == parts and not flat:
            return None
        rest = ", axis=0" if flat else ", axis=axis" if "axis" in call.given else ""
        return f"{name}({tuple_text(made)}{rest})"

    return made


def _dims(kind: Kind) -> Dims | None:
    array = array_kind(kind)
    return None if array is None else array.dims


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


def _grid(call: Call) -> str | None:
    """The coordinates, each along an axis of its own."""
    kind = call.kinds["xi"]
    assert isinstance(kind, Items)
    count = len(kind.items)
    if call.static("sparse") or any(len(_dims(item) or ()) != 1 for item in kind.items):
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


def _full(call: Call) -> str | None:
    """Of one number, or of an array that is broadcast."""
    if "dtype" in call.given:
        return None
    is_number = is_scalar(call.kinds["fill_value"])
    return _number_of("fill_value")(call) if is_number else "np.broadcast_to(fill_value, shape)"


def divided(call: Call) -> tuple[str, str] | None:
    """That an array is divided into parts of one length."""
    if not isinstance(call.kinds["indices_or_sections"], Scalar):
        return None
    length = length_along("ary", axis_number(call, "ary"))
    count = call.static("indices_or_sections")
    return f"{count} * ({length} // {count})", length


def _number_of(text: str) -> Callable[[Call], str | None]:
    """An array of no axes."""

    def made(call: Call) -> str | None:
        kind = call.rule.kind(call)
        is_number = isinstance(kind, Array) and kind.dims == () and kind.dtype == np.float64
        return text if is_number else None

    return made


TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    "numpy.split": _split(True),
    "numpy.array_split": _split(False),
    "numpy.zeros": _number_of("0.0"),
    "numpy.ones": _number_of("1.0"),
    "numpy.empty": _number_of("0.0"),
    "numpy.full": _full,
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
    "numpy.meshgrid": _grid,
}
