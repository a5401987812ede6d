"""Functions along one axis, which `native.along` has for the last one, along others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adcompile.native.texts.axes import axes_of
from adcompile.rules.definitions import (
    axis_number,
    is_given,
    shape_known,
)
from adcompile.rules.registry import Call
from adcompile.rules.texts import tuple_text


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


def _as_rows(name: str, params: str) -> Callable[[Call], str | None]:
    """Along several axes: along the one that they make up."""
    first, *others = params.split()

    def made(call: Call) -> str | None:
        rank = len(shape_known(call, first))
        axes = axes_of(call, first)
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


TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    "numpy.sort": _moved_last("np.sort"),
    "numpy.argsort": _moved_last("np.argsort"),
    "numpy.cumsum": _moved_last("np.cumsum"),
    "numpy.cumprod": _moved_last("np.cumprod"),
    "runtime.products_of_others": _as_rows("runtime.products_of_others", "a"),
    "runtime.products_of_others_along": _as_rows("runtime.products_of_others_along", "a v"),
    "runtime.cumprod_adjoint": _with_place("runtime.cumprod_adjoint", "h a"),
    "runtime.cumprod_tangent": _with_place("runtime.cumprod_tangent", "h a"),
    "runtime.resized": _by_axis("runtime.resized", "t n"),
    "runtime.mirrored": _by_axis("runtime.mirrored", "t n"),
}
