"""Reductions that leave out what is missing (NumPy manual: `nansum` and its like), and averages."""

from __future__ import annotations

import numpy as np

from adcompile.kinds import Array
from adcompile.rules.definitions import (
    Text,
    axis_number,
    defined,
    is_given,
    refusal,
    shape_known,
    shape_of,
)
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import Call, Rule


def over(call: Call, *names: str) -> str:
    """The arguments of a reduction as the call gives them."""
    return "".join(f", {name}={name}" for name in names if name in call.given)


def _replaced(value: str) -> str:
    return f"np.where(np.isnan(a), {value}, a)"


def _filled(function: str, value: str) -> Text:
    """A reduction that a value in the place of what is missing does not change."""

    def text(call: Call) -> str:
        return f"np.{function}({_replaced(value)}{over(call, 'axis', 'keepdims')})"

    return text


def _extremum(function: str, value: str) -> Text:
    """Where all are missing, so is the result."""

    def text(call: Call) -> str:
        rest = over(call, "axis", "keepdims")
        found = f"np.{function}({_replaced(value)}{rest})"
        return f"np.where(np.all(np.isnan(a){rest}), np.nan, {found})"

    return text


def count(call: Call, condition: str, names: tuple[str, ...] = ("axis", "keepdims")) -> str:
    """How many elements there are, in the precision of the argument."""
    kind = call.kinds["a"]
    dtype = ", dtype=np.float32" if isinstance(kind, Array) and kind.dtype == "float32" else ""
    return f"np.sum({condition}{over(call, *names)}{dtype})"


def _mean(call: Call) -> str:
    return f"np.nansum(a{over(call, 'axis', 'keepdims')}) / {count(call, '~np.isnan(a)')}"


def _var(call: Call) -> str:
    centre = f"np.nanmean(a{over(call, 'axis')}, keepdims=True)"
    free = " - ddof" if "ddof" in call.given else ""
    present = count(call, "~np.isnan(a)")
    # What is missing must not meet what is there, not even times zero.
    centred = f"{_replaced('0.0')} - np.where(np.isnan(a), 0.0, {centre})"
    squares = f"np.sum(np.square({centred}){over(call, 'axis', 'keepdims')})"
    return f"{squares} / ({present}{free})" if free else f"{squares} / {present}"


def _std(call: Call) -> str:
    """The derivative is zero where all elements are equal."""
    variance = f"np.nanvar(a{over(call, 'axis', 'ddof', 'keepdims')})"
    return f"np.where({variance} == 0, 0.0, np.sqrt(np.where({variance} == 0, 1.0, {variance})))"


# ----- averages -----


def _average(call: Call) -> str:
    tail = over(call, "axis", "keepdims")
    if not is_given(call, "weights"):
        return f"np.mean(a{tail})"
    weights = "weights"
    a, w = shape_known(call, "a"), shape_of(call, "weights")
    if w is None or len(w) != len(a):
        if w is None or len(w) != 1 or not is_given(call, "axis"):
            raise refusal(call, "with weights of another shape", "give the weights that shape")
        new = len(a) - axis_number(call, "a") - 1
        weights = f"weights[:{', None' * new}]" if new else weights
    if len(w) != len(a):
        return f"np.sum(a * {weights}{tail}) / np.sum(weights)"
    return f"np.sum(a * weights{tail}) / np.sum(weights{tail})"


def _cov(call: Call) -> str:
    rank = len(shape_known(call, "m"))
    if is_given(call, "y") or rank > 2 or not call.is_static("rowvar"):
        raise refusal(call, "of this", "stack the variables as the rows of one matrix")
    rows = call.static("rowvar") or rank == 1
    free = "ddof" if is_given(call, "ddof") else "0" if call.static("bias") else "1"
    kind = array_kind(call.kinds["m"])
    double = kind is not None and kind.dtype == np.float64
    m = "m" if double else "np.asarray(m, np.float64)"
    if rank == 1:
        return f"np.sum(np.square({m} - np.mean({m}))) / (len(m) - {free})"
    axis = 1 if rows else 0
    centred = f"({m} - np.mean({m}, axis={axis}, keepdims=True))"
    product = f"{centred} @ {centred}.T" if rows else f"{centred}.T @ {centred}"
    return f"{product} / (m.shape[{axis}] - {free})"


def _corrcoef(call: Call) -> str:
    """The covariances over the deviations."""
    rank = len(shape_known(call, "x"))
    if is_given(call, "y") or rank != 2:
        raise refusal(call, "of this", "stack the variables as the rows of one matrix")
    c = "np.cov(x, rowvar=rowvar)"
    deviations = f"np.sqrt(np.diagonal({c}))"
    return f"np.clip({c} / {deviations}[:, None] / {deviations}, -1.0, 1.0)"


def _cumulative(function: str) -> Text:
    """The array API's names of `np.cumsum` and `np.cumprod`."""

    def text(call: Call) -> str:
        if call.static("include_initial"):
            raise refusal(call, "with `include_initial`", "put the first value before")
        return f"np.{function}(x, axis={0 if not is_given(call, 'axis') else 'axis'})"

    return text


_AXES = "axis=None, dtype=!, out=!, keepdims=False"
_WHERE = "initial=!, where=!"

RULES: tuple[Rule, ...] = (
    defined("numpy.nansum", f"a, {_AXES}, {_WHERE}", _filled("sum", "0.0")),
    defined("numpy.nanprod", f"a, {_AXES}, {_WHERE}", _filled("prod", "1.0")),
    defined("numpy.nancumsum", "a, axis=None, dtype=!, out=!", _filled("cumsum", "0.0")),
    defined("numpy.nancumprod", "a, axis=None, dtype=!, out=!", _filled("cumprod", "1.0")),
    *(
        defined(
            f"numpy.nan{name}",
            f"a, axis=None, out=!, keepdims=False, {_WHERE}",
            _extremum(name, value),
        )
        for name, value in (("max", "-np.inf"), ("min", "np.inf"))
    ),
    defined("numpy.nanmean", f"a, {_AXES}, *, where=!", _mean),
    *(
        defined(
            f"numpy.nan{name}",
            "a, axis=None, dtype=!, out=!, ddof=0, keepdims=False, *, where=!, mean=!, "
            "correction=!",
            text,
        )
        for name, text in (("var", _var), ("std", _std))
    ),
    defined(
        "numpy.average",
        "a, axis=None, weights=None, returned=!, *, keepdims=False",
        _average,
        "a weights",
    ),
    defined("numpy.corrcoef", "x, y=None, rowvar=True, *, dtype=!", _corrcoef),
    *(
        defined(
            f"numpy.cumulative_{name}",
            "x, *, axis=None, dtype=!, out=!, include_initial=False",
            _cumulative(f"cum{name}"),
        )
        for name in ("sum", "prod")
    ),
    defined(
        "numpy.cov",
        "m, y=None, rowvar=True, bias=False, ddof=None, fweights=!, aweights=!, *, dtype=!",
        _cov,
    ),
)
