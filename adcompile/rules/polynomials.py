"""Polynomials by their coefficients (NumPy manual: "Polynomials")."""

from __future__ import annotations

import numpy as np

from adcompile.kinds import Array, Kind, dims
from adcompile.rules.definitions import defined, refusal
from adcompile.rules.infer import array_kind, dim_of, trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import require_arrays


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
        cost=3,
    ),
    defined("numpy.polyder", "p, m=1", _polyder),
)
