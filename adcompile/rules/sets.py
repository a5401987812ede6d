"""The helpers with which generated code finds out what depends on what."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.kinds import Array, Kind, dims
from adcompile.rules.infer import constant
from adcompile.rules.registry import Call, Rule

_SETS = np.dtype(object)


def _shaped_as(name: str, dtype: np.dtype[np.generic] = _SETS) -> Callable[[Call], Kind]:
    return lambda call: Array(dtype, dims(call.kinds[name]))


_SOME = constant(Array(_SETS, None))

RULES: tuple[Rule, ...] = (
    Rule("sets.nothing", "x", _shaped_as("x"), {}, cost=3),
    Rule("sets.union", "x, axis=None, keepdims=False", _SOME, {}, cost=3),
    Rule("sets.spread", "x, *others", _SOME, {}, cost=3),
    Rule("sets.summed", "values, start=0", _SOME, {}, cost=3, fresh=False),
    Rule("sets.everywhere", "y_, *xs", _shaped_as("y_"), {}, cost=3),
    Rule("sets.blank", "x", _shaped_as("x", np.dtype(float)), {}, cost=3),
    Rule("sets.numbered", "x", _shaped_as("x", np.dtype(np.intp)), {}, cost=3),
    Rule("sets.picked", "x, places", _shaped_as("places"), {}, cost=3),
    Rule("sets.at", "x, index", _SOME, {}, cost=3, fresh=False),
    Rule("sets.united_at", "x, index, t", _shaped_as("x"), {}, cost=3),
    Rule("sets.accumulated", "x, axis=None", _SOME, {}, cost=3),
    Rule("sets.product", "a, b", _SOME, {}, cost=3),
    Rule("sets.contracted", "subscripts, *operands", _SOME, {}, cost=3),
    Rule("sets.unbroadcast", "t, x", _shaped_as("x"), {}, cost=3, fresh=False),
    Rule("sets.either", "a, b", constant(Array(None, None)), {}, cost=3, fresh=False),
)
