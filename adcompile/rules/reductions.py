"""Sums, products, extrema and other reductions (NumPy manual: "Mathematical functions" and
"Statistics")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import Array, Dims, Items, Kind, Nothing, Scalar, dims, fresh, is_number
from adcompile.rules.infer import array_kind, axis_tuple, dtype_argument, same, size, trial_dtype
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
    return f"(a - np.mean(a{along(call)}))"


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


# ----- the table -----

_WHERE = "initial=!, where=!"
Texts = Callable[[Call], Templates]
_SPREAD = "ddof=0, keepdims=False, *, where=!, mean=!, correction=!"

# name, parameters, pullback, and the pushforward if it is not linear
_REDUCTIONS: tuple[tuple[str, str, Texts, Texts | None], ...] = (
    ("sum", f"a, axis=None, dtype=None, out=!, keepdims=False, {_WHERE}", _sum, None),
    ("mean", "a, axis=None, dtype=!, out=!, keepdims=False, *, where=!", _mean, None),
    ("prod", f"a, axis=None, dtype=!, out=!, keepdims=False, {_WHERE}", _prod, _prod_forward),
    ("max", f"a, axis=None, out=!, keepdims=False, {_WHERE}", _extremum, _extremum_forward),
    ("min", f"a, axis=None, out=!, keepdims=False, {_WHERE}", _extremum, _extremum_forward),
    ("ptp", "a, axis=None, out=!, keepdims=False", _ptp, _ptp_forward),
    ("var", f"a, axis=None, dtype=!, out=!, {_SPREAD}", _var, _var_forward),
    ("std", f"a, axis=None, dtype=!, out=!, {_SPREAD}", _std, _std_forward),
)


def _reduction(name: str, params: str, pullback: Texts, pushforward: Texts | None) -> Rule:
    kind = _reduction_kind(getattr(np, name))
    linear = ("a",) if pushforward is None else ()
    return Rule(
        f"numpy.{name}", params, kind, pullback, linear=linear, pushforward=pushforward, cost=3
    )


RULES: tuple[Rule, ...] = (
    *(_reduction(*row) for row in _REDUCTIONS),
    Rule(
        "numpy.cumsum",
        "a, axis=None, dtype=!, out=!",
        _cumulative_kind,
        _cumsum,
        linear=("a",),
        cost=3,
    ),
    Rule(
        "runtime.products_of_others",
        "a, axis=None",
        same("a"),
        cost=3,
        why="multiply in a loop, as in `for e in a: p = p * e`",
    ),
)
