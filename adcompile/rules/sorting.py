"""Sorting, and statistics of order (NumPy manual: "Sorting, searching, and counting",
"Statistics")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Items, Kind, exact_length
from adcompile.rules.definitions import (
    axis_number,
    defined,
    is_given,
    is_scalar,
    refusal,
    shape_known,
)
from adcompile.rules.infer import array_kind, size, trial_dtype
from adcompile.rules.reductions import reduced, spread, summed
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless, require_arrays, tuple_text

# ----- orders -----


def _sorted_kind(call: Call) -> Kind:
    array = array_kind(call.kinds["a"]) or Array(None, None)
    if not is_given(call, "axis"):
        return Array(array.dtype, None if array.dims is None else (size(array.dims),))
    return array if call.is_static("axis") else Array(array.dtype, None)


def _order(text: str, axis: int | None) -> str:
    """The positions of the elements in their order."""
    return f"np.argsort({text})" if axis is None else f"np.argsort({text}, axis={axis})"


def _ranks(text: str, axis: int | None) -> str:
    """The place of each element in the order."""
    return _order(_order(text, axis), axis)


def _picked(text: str, places: str, axis: int | None) -> str:
    return f"{text}[{places}]" if axis is None else f"np.take_along_axis({text}, {places}, {axis})"


def _axis(call: Call) -> int | None:
    """The axis of a sort; None for vectors."""
    require_arrays(call, "a")
    rank = len(shape_known(call, "a"))
    return None if rank == 1 or not is_given(call, "axis") else axis_number(call, "a")


def _argument(call: Call) -> str:
    """The array that is sorted."""
    flat = not is_given(call, "axis") and len(shape_known(call, "a")) != 1
    return "np.ravel(a)" if flat else "a"


def _shaped(call: Call, text: str) -> str:
    return text if _argument(call) == "a" else f"np.reshape({text}, np.shape(a))"


def _sort(call: Call) -> Templates:
    axis = _axis(call)
    return {"a": _shaped(call, _picked("g", _ranks(_argument(call), axis), axis))}


def _sort_forward(call: Call) -> Templates:
    axis = _axis(call)
    given = _argument(call)
    tangent = "np.ravel(g)" if given != "a" else "g"
    return {"a": _picked(tangent, _order(given, axis), axis)}


def _partition(call: Call) -> Templates:
    """What has the same place in the order of the result and of the argument is the same."""
    axis = _axis(call)
    in_order = _picked("g", _order("y", axis), axis)
    return {"a": _shaped(call, _picked(in_order, _ranks(_argument(call), axis), axis))}


def _partition_forward(call: Call) -> Templates:
    axis = _axis(call)
    given = _argument(call)
    tangent = "np.ravel(g)" if given != "a" else "g"
    return {"a": _picked(_picked(tangent, _order(given, axis), axis), _ranks("y", axis), axis)}


# ----- statistics of order -----


def _between(call: Call, g: str, place: str) -> str:
    """`g` shared by the two elements whose ranks are next to `place`."""
    require_arrays(call, "a")
    shape = shape_known(call, "a")
    if is_given(call, "axis"):
        if isinstance(call.static("axis"), tuple):
            raise RefusedError(
                f"`{call.rule.name}` over several axes has no derivative rule",
                "make them one axis with `np.reshape`",
            )
        axis = axis_number(call, "a")
        ranks = _ranks("a", axis if len(shape) > 1 else None)
        length = f"np.shape(a)[{axis}]"
    else:
        ranks, length = _ranks("a", None), "np.size(a)"
        if len(shape) != 1:
            ranks = f"np.reshape({_ranks('np.ravel(a)', None)}, np.shape(a))"
    at = place.replace("n", length)
    below = f"np.where({ranks} == np.floor({at}), {g} * (1 - {at} % 1), 0.0)"
    above = f"np.where({ranks} == np.floor({at}) + 1, {g} * ({at} % 1), 0.0)"
    return f"{below} + {above}"


_PLACES = {
    "median": "(0.5 * (n - 1))",
    "quantile": "(q * (n - 1))",
    "percentile": "(q / 100 * (n - 1))",
}


def _require_linear(call: Call) -> None:
    if "q" not in call.kinds:
        return
    refuse_unless(call, "method", "linear")


def _quantile_kind(name: str) -> Callable[[Call], Kind]:
    function: Any = getattr(np, name)

    def infer(call: Call) -> Kind:
        if "q" in call.kinds:
            if not is_scalar(call.kinds["q"]):
                return Array(None, None)
            return Array(trial_dtype(lambda a: function(a, 0.5), call.kinds["a"]), _left(call))
        return Array(trial_dtype(function, call.kinds["a"]), _left(call))

    return infer


def _left(call: Call) -> Any:
    several = isinstance(call.kinds["axis"], Items)
    return None if several and not call.is_static("axis") else reduced(call)


def _quantile(name: str) -> tuple[Callable[[Call], Templates], Callable[[Call], Templates]]:
    place = _PLACES[name]

    def pullback(call: Call) -> Templates:
        _require_linear(call)
        return {"a": _between(call, spread(call, "g"), place)}

    def pushforward(call: Call) -> Templates:
        _require_linear(call)
        return {"a": summed(call, f"({_between(call, 'g', place)})")}

    return pullback, pushforward


def _several(call: Call) -> str | None:
    """Several quantiles, one by one; None for a single one."""
    kind = call.kinds.get("q")
    if kind is None or is_scalar(kind):
        return None
    shape = shape_known(call, "q")
    count = exact_length(shape[0]) if len(shape) == 1 else None
    if not count:
        raise refusal(call, "of an unknown number of `q`", "call it for each of them")
    rest = "".join(f", {n}={n}" for n in ("axis", "method", "keepdims") if n in call.given)
    # An array of `q` makes the result one of doubles.
    array = array_kind(call.kinds["a"])
    double = array is not None and array.dtype in (np.float64, np.longdouble)
    a = "a" if double else "np.asarray(a, np.float64)"
    parts = (f"np.{call.rule.name.partition('.')[2]}({a}, q[{i}]{rest})" for i in range(count))
    return f"np.stack({tuple_text(parts)})"


def _quantile_rule(name: str, params: str) -> Rule:
    pullback, pushforward = _quantile(name)
    return Rule(
        f"numpy.{name}",
        params,
        _quantile_kind(name),
        pullback,
        pushforward=pushforward,
        cost=3,
        definition=_several,
    )


def _distinct(values: str) -> str:
    """The values that differ from the one before in their order; nan is like nan."""
    s = f"np.sort({values})"
    differ = f"({s}[1:] != {s}[:-1]) & ~(np.isnan({s}[1:]) & np.isnan({s}[:-1]))"
    return f"{s}[np.concatenate((np.ones_like({s}[:1], dtype=bool), {differ}))]"


def _unique(call: Call) -> str:
    if "axis" in call.kinds and is_given(call, "axis"):
        raise refusal(call, "along an axis", "find the positions with values outside")
    param = next(iter(call.args))
    return _distinct(param if len(shape_known(call, param)) == 1 else f"np.ravel({param})")


def _without_nan(name: str, params: str) -> Rule:
    """Of all elements that are numbers."""

    def text(call: Call) -> str:
        if is_given(call, "axis") or call.static("keepdims"):
            raise refusal(call, "along an axis", "go through the rows in a loop")
        rest = ", q" if "q" in call.kinds else ""
        rest += ", method=method" if "method" in call.given else ""
        return f"np.{name}(a[~np.isnan(a)]{rest})"

    return defined(f"numpy.nan{name}", params, text)


_Q = "out=!, overwrite_input=!, method='linear', keepdims=False, *, weights=!, interpolation=!"

RULES: tuple[Rule, ...] = (
    Rule(
        "numpy.sort",
        "a, axis=-1, kind=None, order=!, *, stable=None",
        _sorted_kind,
        _sort,
        pushforward=_sort_forward,
        cost=3,
    ),
    Rule(
        "numpy.partition",
        "a, kth, axis=-1, kind=None, order=!",
        _sorted_kind,
        _partition,
        pushforward=_partition_forward,
        cost=3,
    ),
    _quantile_rule("median", "a, axis=None, out=!, overwrite_input=!, keepdims=False"),
    _quantile_rule("quantile", f"a, q, axis=None, {_Q}"),
    _quantile_rule("percentile", f"a, q, axis=None, {_Q}"),
    _without_nan("median", "a, axis=None, out=!, overwrite_input=!, keepdims=False"),
    _without_nan("quantile", f"a, q, axis=None, {_Q}"),
    _without_nan("percentile", f"a, q, axis=None, {_Q}"),
    defined(
        "numpy.unique",
        "ar, return_index=!False, return_inverse=!False, return_counts=!False, axis=None, *, "
        "equal_nan=!True, sorted=!True",
        _unique,
    ),
    defined("numpy.unique_values", "x", _unique),
    defined(
        "numpy.union1d",
        "ar1, ar2",
        lambda call: _distinct("np.concatenate((ar1, ar2), axis=None)"),
        "ar1 ar2",
    ),
)
