"""Polynomials by their coefficients (NumPy manual: "Polynomials")."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.kinds import Array, Kind, Nothing, dims, exact_length
from adcompile.rules.definitions import defined, refusal, shape_known
from adcompile.rules.infer import array_kind, dim_of, trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless, require_arrays


def _vander_kind(call: Call) -> Kind:
    array = array_kind(call.kinds["x"])
    dtype = trial_dtype(lambda x: np.vander(x.ravel()[:1], 2), call.kinds["x"])
    if array is None or not array.dims:
        return Array(dtype, None)
    count = array.dims[0] if "N" not in call.given else dim_of(call.kinds["N"])
    return Array(dtype, (array.dims[0], count))


def _vander(call: Call) -> Templates:
    require_arrays(call, "x")
    n = "N" if "N" in call.given else "len(x)"
    if call.static("increasing"):
        slopes = f"np.vander(x, {n} - 1, True) * np.arange(1, {n})"
        return {"x": f"np.sum(g[:, 1:] * ({slopes}), axis=1)"}
    slopes = f"np.vander(x, {n} - 1) * np.arange({n} - 1, 0, -1)"
    return {"x": f"np.sum(g[:, :-1] * ({slopes}), axis=1)"}


def _vander_forward(call: Call) -> Templates:
    n = "N" if "N" in call.given else "len(x)"
    zero = "np.zeros_like(x)[:, None]"
    if call.static("increasing"):
        slopes = f"g[:, None] * np.vander(x, {n} - 1, True) * np.arange(1, {n})"
        return {"x": f"np.concatenate(({zero}, {slopes}), axis=1)"}
    slopes = f"g[:, None] * np.vander(x, {n} - 1) * np.arange({n} - 1, 0, -1)"
    return {"x": f"np.concatenate(({slopes}, {zero}), axis=1)"}


def _polyval_kind(call: Call) -> Kind:
    dtype = trial_dtype(np.polyval, call.kinds["p"], call.kinds["x"])
    return Array(dtype, dims(call.kinds["x"]))


def _polyval(call: Call) -> Templates:
    require_arrays(call, "p", "x")
    return {
        "p": "np.ravel(g) @ np.vander(np.ravel(x), len(p))",
        "x": "g * np.polyval(np.polyder(p), x)",
    }


_POLYVAL_FORWARD = {"p": "np.polyval(g, x)", "x": "g * np.polyval(np.polyder(p), x)"}


def _polyder(call: Call) -> str:
    if call.static("m") != 1:
        raise refusal(call, "of a higher order", "call it repeatedly")
    return "p[:-1] * np.arange(len(p) - 1, 0, -1)"


def _polyint(call: Call) -> str:
    if call.static("m") != 1 or call.kinds["k"] != Nothing():
        raise refusal(call, "of a higher order or with `k`", "call it repeatedly")
    return "np.concatenate((p / np.arange(len(p), 0, -1), np.zeros_like(p[:1])))"


def _sum(sign: str) -> Callable[[Call], str]:
    """The shorter one is filled with zeros in front."""

    def text(call: Call) -> str:
        lengths = [shape_known(call, param) for param in ("a1", "a2")]
        counts = [exact_length(shape[0]) if len(shape) == 1 else None for shape in lengths]
        if counts[0] is None or counts[1] is None:
            raise refusal(call, "of coefficients of unknown number", "fill them with zeros")
        beyond = counts[0] - counts[1]
        texts = ["a1", "a2"]
        shorter = 1 if beyond > 0 else 0
        if beyond:
            kind = array_kind(call.kinds[texts[shorter]])
            single = kind is not None and kind.dtype == np.float32
            dtype = ", np.float32" if single else ""
            zeros = f"np.zeros({abs(beyond)}{dtype})"
            texts[shorter] = f"np.concatenate(({zeros}, {texts[shorter]}))"
        return f"{texts[0]} {sign} {texts[1]}"

    return text


def _polyfit(call: Call) -> str:
    """Least squares with columns of length one, as NumPy has it."""
    for name, value in (("full", False), ("w", None), ("cov", False)):
        refuse_unless(call, name, value)
    if len(shape_known(call, "x")) != 1 or len(shape_known(call, "y")) != 1:
        raise refusal(call, "of several right sides", "call it for each of them")
    columns = "np.vander(x, deg + 1)"
    lengths = f"np.sqrt(np.sum({columns} * {columns}, axis=0))"
    cut = "len(x) * 2.220446049250313e-16" if call.kinds["rcond"] == Nothing() else "rcond"
    return f"np.linalg.lstsq({columns} / {lengths}, y, {cut})[0] / {lengths}"


RULES: tuple[Rule, ...] = (
    Rule(
        "numpy.vander",
        "x, N=None, increasing=False",
        _vander_kind,
        _vander,
        pushforward=_vander_forward,
        cost=3,
    ),
    Rule(
        "numpy.polyval",
        "p, x",
        _polyval_kind,
        _polyval,
        pushforward=_POLYVAL_FORWARD,
        arrays=("p", "x"),
        cost=3,
    ),
    defined("numpy.polyder", "p, m=1", _polyder),
    defined("numpy.polyint", "p, m=1, k=None", _polyint),
    *(
        defined(f"numpy.poly{name}", "a1, a2", _sum(sign), "a1 a2")
        for name, sign in (("add", "+"), ("sub", "-"))
    ),
    defined(
        "numpy.polyfit", "x, y, deg, rcond=None, full=False, w=None, cov=False", _polyfit, "x y"
    ),
)
