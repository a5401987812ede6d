"""What becomes of axes: by sums, extremes and the order of the elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from adcompile.ir import Const
from adcompile.kinds import is_complex
from adcompile.native.texts.axes import axes_of, rest_of
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


def _reduced(text: str, param: str = "a") -> Callable[[Call], str | None]:
    """A text in which `{rest}` says along which axes."""

    def made(call: Call) -> str | None:
        if not shape_known(call, param):
            return None
        axes, keep = axes_of(call, param), call.static("keepdims")
        return text.replace("{rest}", rest_of(axes, keep))

    return made


def _variance(call: Call) -> str | None:
    """The mean of the squares of the deviations from the mean."""
    shape = shape_known(call, "a")
    if not shape or call.given & {"dtype", "correction"}:
        return None
    axes, keep = axes_of(call, "a"), call.static("keepdims")
    deviations = f"a - np.mean(a{rest_of(axes, axes is not None)})"
    if is_complex(call.kinds["a"]):
        deviations = f"np.abs({deviations})"
    squares, rest = f"np.square({deviations})", rest_of(axes, keep)
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
    axes, keep = axes_of(call, "x"), call.static("keepdims")
    rest = rest_of(axes, keep)
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


def _of_bools(name: str) -> Callable[[Call], str | None]:
    def made(call: Call) -> str | None:
        array = array_kind(call.kinds["a"])
        if array is None or array.dtype is None or array.dtype == np.bool_ or not array.dims:
            return None
        rest = rest_of(axes_of(call, "a"), call.static("keepdims"))
        return f"np.{name}(a != 0{rest})"

    return made


def _largest(call: Call, param: str) -> tuple[str, str] | None:
    """The greatest element along the axes that are meant, zero where it is infinite."""
    if not shape_known(call, param):
        return None
    axes = axes_of(call, param)
    top = f"np.max({param}{rest_of(axes, True)})"
    return f"np.where(np.isfinite({top}), {top}, 0.0)", rest_of(axes, True)


def _logsumexp(call: Call) -> str | None:
    found = _largest(call, "a")
    if found is None or is_given(call, "b") or call.static("return_sign"):
        return None
    top, rest = found
    text = f"np.log(np.sum(np.exp(a - {top}){rest})) + {top}"
    if call.static("keepdims"):
        return text
    axes = axes_of(call, "a")
    return f"np.sum({text}{rest_of(axes, False)})"


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


def _trace(call: Call) -> str | None:
    if len(shape_known(call, "a")) == 2 and "offset" not in call.given:
        return None if call.static("axis1") == 0 and call.static("axis2") == 1 else "np.trace(a)"
    return "np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)"


TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    "numpy.ptp": _reduced("np.max(a{rest}) - np.min(a{rest})"),
    "numpy.var": _variance,
    "numpy.std": _deviation,
    "numpy.linalg.norm": _norm,
    "numpy.median": _quantile("0.5 * n"),
    "numpy.quantile": _quantile("q * n"),
    "numpy.percentile": _quantile("q / 100 * n"),
    "numpy.trace": _trace,
    "numpy.any": _of_bools("any"),
    "numpy.all": _of_bools("all"),
    "scipy.special.logsumexp": _logsumexp,
    "scipy.special.softmax": _softmax,
    "scipy.special.log_softmax": _log_softmax,
}
