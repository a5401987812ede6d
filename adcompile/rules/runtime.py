"""The run-time helpers that generated code calls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.kinds import INT, UNKNOWN, Array, Kind, dims
from adcompile.rules.infer import constant
from adcompile.rules.registry import Call, Rule


def _like_operand(call: Call) -> Kind:
    g = call.kinds["t"]
    dtype = g.dtype if isinstance(g, Array) else np.dtype(float)
    return Array(dtype, dims(call.kinds["x"]))


def _like(name: str) -> Callable[[Call], Kind]:
    return lambda call: call.kinds[name]


def _container(call: Call) -> Kind:
    return call.kinds["x"]


RULES: tuple[Rule, ...] = (
    Rule(
        "runtime.unbroadcast",
        "t, x",
        _like_operand,
        {"t": "np.broadcast_to(g, np.shape(t))"},
        linear=("t",),
        fresh=False,
    ),
    Rule("runtime.seed", "y_", constant(Array(None, None)), {}, cost=1),
    Rule("runtime.copied", "x", _container, cost=3),
    Rule("runtime.shadow", "x", constant(Array(None, None)), cost=3),
    Rule("runtime.zeros", "x", _container, cost=3),
    Rule("runtime.add", "x, y_", _container, cost=3),
    Rule("runtime.snapshots", "start, stop, number", constant(UNKNOWN), cost=3),
    Rule("runtime.enough_snapshots", "steps", constant(INT), cost=1),
    Rule("runtime.last_written", "t, g, i", _like("t"), cost=3),
    Rule("scatter.add", "x, i, g", _container, cost=3),
    Rule("scatter.sub", "x, i, g", _container, cost=3),
    Rule("scatter.at", "x, i, g", _container, cost=3),
    Rule("scatter.store", "x, i, g", _container, cost=3),
    Rule("scatter.merge", "x, i, g", _container, cost=3),
)
