"""Sums, products, extrema and other reductions (NumPy manual: "Mathematical functions" and
"Statistics")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dims, Items, Kind, Nothing, Scalar, dims, fresh, is_number
from adcompile.rules.definitions import refusal
from adcompile.rules.infer import (
    array_kind,
    axis_tuple,
    common_dtype,
    dtype_argument,
    same,
    size,
    trial_dtype,
)
from adcompile.rules.registry import Call, NotStaticError, Rule, Templates
from adcompile.rules.texts import length_text, product_text, require_arrays

# ----- kinds -----


def reduced(call: Call, param: str = "a") -> Dims | None:
    """The lengths that remain after a reduction with `axis` and `keepdims`."""
    array = array_kind(call.kinds[param])
    shape = array.dims if array is not None else None
    if not call.is_static("keepdims"):
        return None
    keep = bool(call.static("keepdims"))
    if shape is None:
        return () if over_all(call) and not keep else None
    axes = axis_tuple(call, len(shape))
    if axes is not None:
        return tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
    axis = call.kinds["axis"]
    if call.is_static("axis") or not _is_axis(axis):
        return None
    gone = 0 if keep else len(axis.items) if isinstance(axis, Items) else 1
    return tuple(fresh() for _ in shape[gone:]) if gone <= len(shape) else None


def _is_axis(kind: Kind) -> bool:
    """Whether this is an axis, or a tuple of axes, and certainly not None."""
    return is_number(kind) or (isinstance(kind, Items) and all(map(is_number, kind.items)))


def over_all(call: Call) -> bool:
    return call.kinds["axis"] == Nothing()


def _reduction_kind(function: Callable[..., Any]) -> Callable[[Call], Kind]:
    def infer(call: Call) -> Kind:
        if "dtype" in call.kinds and call.kinds["dtype"] != Nothing():
            return Array(dtype_argument(call.kinds["dtype"]), reduced(call))
        return Array(trial_dtype(function, call.kinds["a"]), reduced(call))

    return infer


def _cumulative_kind(call: Call) -> Kind:
    array = array_kind(call.kinds["a"])
    dtype = trial_dtype(np.cumsum, call.kinds["a"])
    if not over_all(call):
        return Array(dtype, array.dims if array is not None and array.dims else None)
    lengths = array.dims if array is not None else None
    return Array(dtype, (fresh() if lengths is None else size(lengths),))


# ----- texts -----


def spread(call: Call, text: str, param: str = "a") -> str:
    """`text`, of the shape of the result, made to broadcast against the argument."""
    if call.static("keepdims") or over_all(call):
        return text
    axes = axis_tuple(call, _rank(call, param))
    if axes is None and call.is_static("axis"):
        given = call.static("axis")
        axes = given if isinstance(given, tuple) else (given,)
    elif axes is None and not _is_axis(call.kinds["axis"]):
        raise NotStaticError("axis")
    if axes is not None and sorted(axes) == list(range(len(axes))):
        return text
    return f"np.expand_dims({text}, axis)"


def _rank(call: Call, param: str = "a") -> int | None:
    shape = dims(call.kinds[param])
    return None if shape is None else len(shape)


def summed(call: Call, text: str) -> str:
    """The sum of `text`, of the shape of the argument, over the axes of the reduction."""
    axis = "" if over_all(call) else ", axis=axis"
    keep = ", keepdims=True" if call.static("keepdims") else ""
    return f"np.sum({text}{axis}{keep})"


def along(call: Call) -> str:
    """The arguments that repeat the reduction with its axes kept."""
    return "" if over_all(call) else ", axis=axis, keepdims=True"


def _count(call: Call) -> str:
    """The number of elements that make one element of the result."""
    if over_all(call):
        return "np.size(a)"
    rank = _rank(call)
    axes = axis_tuple(call, rank)
    if axes is not None:
        whole = len(axes) == rank
        return "np.size(a)" if whole else product_text(length_text(call, "a", i) for i in axes)
    if call.is_static("axis") and isinstance(call.static("axis"), tuple):
        return product_text(f"np.shape(a)[{i}]" for i in call.static("axis"))
    if isinstance(call.kinds["axis"], Items):
        count = len(call.kinds["axis"].items)
        return product_text(f"np.shape(a)[axis[{i}]]" for i in range(count))
    return "np.shape(a)[axis]"


def _sum(call: Call) -> Templates:
    require_arrays(call, "a")
    if call.kinds["dtype"] != Nothing() and dtype_argument(call.kinds["dtype"]) is None:
        raise RefusedError(
            f"the `dtype` of `{call.rule.name}` is unknown while compiling",
            "name it, as in `dtype=np.float64`",
        )
    return {"a": f"np.broadcast_to({spread(call, 'g')}, np.shape(a))"}


def _mean(call: Call) -> Templates:
    require_arrays(call, "a")
    return {"a": f"np.broadcast_to({spread(call, f'g / {_count(call)}')}, np.shape(a))"}


def _prod(call: Call) -> Templates:
    require_arrays(call, "a")
    if is_number(call.kinds["a"]):
        return {"a": "g"}
    return {"a": f"{spread(call, 'g')} * {_others(call)}"}


def _prod_forward(call: Call) -> Templates:
    return {"a": "g"} if is_number(call.kinds["a"]) else {"a": summed(call, f"g * {_others(call)}")}


def _others(call: Call) -> str:
    return f"runtime.products_of_others(a{'' if over_all(call) else ', axis'})"


def _share(call: Call, extremum: str) -> str:
    """1 divided among the elements that are extremal, 0 for the others."""
    kind = call.kinds["a"]
    # A count is an integer of 64 bits, which would make float64 out of float32.
    single = isinstance(kind, Array) and kind.dtype == np.float32
    dtype = ", dtype=np.float32" if single else ""
    return f"(a == {extremum}) / np.sum(a == {extremum}{along(call)}{dtype})"


def _extremum(call: Call) -> Templates:
    require_arrays(call, "a")
    if is_number(call.kinds["a"]):
        return {"a": "g"}
    return {"a": f"{spread(call, 'g')} * {_share(call, spread(call, 'y'))}"}


def _extremum_forward(call: Call) -> Templates:
    if is_number(call.kinds["a"]):
        return {"a": "g"}
    return {"a": summed(call, f"g * {_share(call, spread(call, 'y'))}")}


def _ptp(call: Call) -> Templates:
    require_arrays(call, "a")
    if is_number(call.kinds["a"]):
        return {"a": "0.0 * g"}
    return {"a": f"{spread(call, 'g')} * {_top_less_bottom(call)}"}


def _ptp_forward(call: Call) -> Templates:
    if is_number(call.kinds["a"]):
        return {"a": "0.0 * g"}
    return {"a": summed(call, f"g * {_top_less_bottom(call)}")}


def _top_less_bottom(call: Call) -> str:
    top, bottom = (_share(call, f"np.{name}(a{along(call)})") for name in ("max", "min"))
    return f"({top} - {bottom})"


def _freedom(call: Call) -> str:
    """What the squares are divided by."""
    exact = call.is_static("ddof") and call.static("ddof") == 0
    return _count(call) if exact else f"({_count(call)} - ddof)"


def _centred(call: Call) -> str:
    """Of complex numbers the conjugate, as it is their moduli that are squared."""
    return f"{'np.conj' if call.is_complex() else ''}(a - np.mean(a{along(call)}))"


def _var(call: Call) -> Templates:
    require_arrays(call, "a")
    return {"a": f"2 * {spread(call, 'g')} * {_centred(call)} / {_freedom(call)}"}


def _var_forward(call: Call) -> Templates:
    return {"a": f"2 * {summed(call, f'g * {_centred(call)}')} / {_freedom(call)}"}


def _std(call: Call) -> Templates:
    require_arrays(call, "a")
    scale = _deviation(call, spread(call, "y"))
    return {"a": f"{spread(call, 'g')} * {_centred(call)} / ({scale})"}


def _std_forward(call: Call) -> Templates:
    scale = _deviation(call, "y")
    return {"a": f"{summed(call, f'g * {_centred(call)}')} / ({scale})"}


def _deviation(call: Call, y: str) -> str:
    """Where all elements are equal every deviation is zero, and so is the derivative."""
    return f"{_freedom(call)} * np.where({y} == 0, 1, {y})"


def _cumsum(call: Call) -> Templates:
    require_arrays(call, "a")
    if over_all(call):
        return {"a": "np.reshape(np.flip(np.cumsum(np.flip(g))), np.shape(a))"}
    if not call.is_static("axis") and not isinstance(call.kinds["axis"], Scalar):
        raise NotStaticError("axis")
    return {"a": "np.flip(np.cumsum(np.flip(g, axis), axis), axis)"}


def _cumprod_axis(call: Call) -> str:
    require_arrays(call, "a")
    if not over_all(call):
        return str(call.static("axis"))
    shape = dims(call.kinds["a"])
    return "0" if shape is not None and len(shape) == 1 else ""


def _cumprod(call: Call) -> Templates:
    axis = _cumprod_axis(call)
    if axis:
        return {"a": f"runtime.cumprod_adjoint(g, a, {axis})"}
    return {"a": "np.reshape(runtime.cumprod_adjoint(g, np.ravel(a), 0), np.shape(a))"}


def _shaped_like_factors(*params: str) -> Callable[[Call], Kind]:
    """The shape of the factors, in the dtype that holds all of some arguments."""

    def infer(call: Call) -> Kind:
        arrays = [array_kind(call.kinds[param]) for param in params]
        known = [array for array in arrays if array is not None]
        shape = dims(call.kinds["a"])
        return Array(common_dtype(known) if len(known) == len(arrays) else None, shape)

    return infer


def _cumprod_forward(call: Call) -> Templates:
    axis = _cumprod_axis(call)
    if axis:
        return {"a": f"runtime.cumprod_tangent(g, a, {axis})"}
    return {"a": "runtime.cumprod_tangent(np.ravel(g), np.ravel(a), 0)"}


# ----- forms of calls that are others in turn -----


def _tail(call: Call, *names: str) -> str:
    return "".join(f", {name}={name}" for name in names if name in call.given)


def _left_out(name: str) -> Callable[[Call], str | None]:
    """With `where`, what is left out is replaced by what changes nothing; with `initial`, that is
    one more operand; with `dtype`, that of the argument is changed first."""
    neutral, join = _NEUTRAL[name]

    def definition(call: Call) -> str | None:
        forms = [n for n in ("where", "initial", "dtype") if _is_asked(call, n)]
        if not forms or (forms == ["dtype"] and name == "sum"):
            return None
        if "where" in forms and not neutral and "initial" not in forms:
            raise refusal(call, "with `where` but without `initial`", "give `initial`")
        elements = "a"
        if "dtype" in forms:
            elements = "np.asarray(a, dtype)"
        if "where" in forms:
            elements = f"np.where(where, {elements}, {neutral or 'initial'})"
        text = f"np.{name}({elements}{_tail(call, 'axis', 'keepdims')})"
        joined = "initial" in forms and ("where" not in forms or neutral)
        return join.replace("text", text) if joined else text

    return definition


# What changes nothing, and how `initial` is joined
_NEUTRAL = {
    "sum": ("0.0", "initial + text"),
    "prod": ("1.0", "initial * text"),
    "max": ("", "np.maximum(initial, text)"),
    "min": ("", "np.minimum(initial, text)"),
}


def _is_asked(call: Call, name: str) -> bool:
    """Whether an argument is given and is not what it would be anyway."""
    return name in call.kinds and name in call.given and call.kinds[name] != Nothing()


def _some_mean(call: Call) -> str | None:
    """`np.mean` with `where` or `dtype`."""
    _refuse_integers(call)
    tail = _tail(call, "axis", "keepdims")
    elements = "np.asarray(a, dtype)" if _is_asked(call, "dtype") else "a"
    if _is_asked(call, "where"):
        kind = call.kinds["a"]
        single = isinstance(kind, Array) and kind.dtype == np.float32
        count = f"np.broadcast_to(where, np.shape(a)){tail}"
        count += ", dtype=np.float32" if single and elements == "a" else ""
        return f"np.sum(np.where(where, {elements}, 0.0){tail}) / np.sum({count})"
    return None if elements == "a" else f"np.mean({elements}{tail})"


def _some_deviation(name: str) -> Callable[[Call], str | None]:
    """`np.var` and `np.std` with `correction` or `dtype`."""

    def definition(call: Call) -> str | None:
        asked = [n for n in ("correction", "dtype") if _is_asked(call, n)]
        if not asked:
            return None
        _refuse_integers(call)
        elements = "np.asarray(a, dtype)" if "dtype" in asked else "a"
        free = "correction" if "correction" in asked else "ddof"
        return f"np.{name}({elements}{_tail(call, 'axis', 'keepdims')}, ddof={free})"

    return definition


def _refuse_integers(call: Call) -> None:
    """Refuse a mean that is rounded to an integer."""
    if not _is_asked(call, "dtype"):
        return
    dtype = dtype_argument(call.kinds["dtype"])
    if dtype is None or dtype.kind not in "fc":
        raise refusal(call, "with a `dtype` that is no floating point number", "leave it out")


def _of_dtype(name: str) -> Callable[[Call], str | None]:
    def definition(call: Call) -> str | None:
        if not _is_asked(call, "dtype"):
            return None
        return f"np.{name}(np.asarray(a, dtype){_tail(call, 'axis')})"

    return definition


# ----- the table -----

_IN_A_LOOP = "multiply in a loop, as in `for e in a: p = p * e`"

_WHERE = "initial=None, where=None"
Texts = Callable[[Call], Templates]
_SPREAD = "ddof=0, keepdims=False, *, where=!, mean=!, correction=None"
Form = Callable[[Call], "str | None"]

# name, parameters, pullback, the pushforward if it is not linear, and other forms of calls
_REDUCTIONS: tuple[tuple[str, str, Texts, Texts | None, Form | None], ...] = (
    (
        "sum",
        f"a, axis=None, dtype=None, out=!, keepdims=False, {_WHERE}",
        _sum,
        None,
        _left_out("sum"),
    ),
    (
        "mean",
        "a, axis=None, dtype=None, out=!, keepdims=False, *, where=None",
        _mean,
        None,
        _some_mean,
    ),
    (
        "prod",
        f"a, axis=None, dtype=None, out=!, keepdims=False, {_WHERE}",
        _prod,
        _prod_forward,
        _left_out("prod"),
    ),
    (
        "max",
        f"a, axis=None, out=!, keepdims=False, {_WHERE}",
        _extremum,
        _extremum_forward,
        _left_out("max"),
    ),
    (
        "min",
        f"a, axis=None, out=!, keepdims=False, {_WHERE}",
        _extremum,
        _extremum_forward,
        _left_out("min"),
    ),
    ("ptp", "a, axis=None, out=!, keepdims=False", _ptp, _ptp_forward, None),
    (
        "var",
        f"a, axis=None, dtype=None, out=!, {_SPREAD}",
        _var,
        _var_forward,
        _some_deviation("var"),
    ),
    (
        "std",
        f"a, axis=None, dtype=None, out=!, {_SPREAD}",
        _std,
        _std_forward,
        _some_deviation("std"),
    ),
)


def _reduction(
    name: str, params: str, pullback: Texts, pushforward: Texts | None, definition: Form | None
) -> Rule:
    kind = _reduction_kind(getattr(np, name))
    linear = ("a",) if pushforward is None else ()
    return Rule(
        f"numpy.{name}",
        params,
        kind,
        pullback,
        linear=linear,
        pushforward=pushforward,
        cost=3,
        definition=definition,
    )


def _others_along(param: str) -> Callable[[Call], Templates]:
    """The products of others along `g`, which is their derivative in both modes."""

    def derivative(call: Call) -> Templates:
        axis = ", axis" if "axis" in call.given else ""
        return {param: f"runtime.products_of_others_along(a, g{axis})"}

    return derivative


RULES: tuple[Rule, ...] = (
    *(_reduction(*row) for row in _REDUCTIONS),
    Rule(
        "numpy.cumsum",
        "a, axis=None, dtype=None, out=!",
        _cumulative_kind,
        _cumsum,
        linear=("a",),
        cost=3,
        definition=_of_dtype("cumsum"),
    ),
    Rule(
        "numpy.cumprod",
        "a, axis=None, dtype=None, out=!",
        _cumulative_kind,
        _cumprod,
        pushforward=_cumprod_forward,
        cost=3,
        definition=_of_dtype("cumprod"),
    ),
    Rule(
        "runtime.cumprod_adjoint",
        "h, a, axis",
        _shaped_like_factors("h", "a"),
        {
            "h": "runtime.cumprod_tangent(g, a, axis)",
            "a": "runtime.cumprod_curvature(h, a, g, axis)",
        },
        linear=("h",),
        pushforward={"a": "runtime.cumprod_curvature(h, a, g, axis)"},
        cost=3,
    ),
    Rule(
        "runtime.cumprod_tangent",
        "h, a, axis",
        _shaped_like_factors("h", "a"),
        linear=("h",),
        cost=3,
        why=_IN_A_LOOP,
    ),
    Rule(
        "runtime.cumprod_curvature",
        "h, a, t, axis",
        _shaped_like_factors("h", "a", "t"),
        linear=("h", "t"),
        cost=3,
        why=_IN_A_LOOP,
    ),
    Rule(
        "runtime.products_of_others",
        "a, axis=None",
        same("a"),
        _others_along("a"),
        pushforward=_others_along("a"),
        cost=3,
    ),
    Rule(
        "runtime.products_of_others_along",
        "a, v, axis=None",
        same("a"),
        _others_along("v"),
        linear=("v",),
        cost=3,
        why=_IN_A_LOOP,
    ),
)
