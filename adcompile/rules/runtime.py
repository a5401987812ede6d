"""The run-time helpers that generated code calls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.kinds import (
    INT,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    dims,
    element,
    forget_value,
    join,
)
from adcompile.rules.infer import constant, same
from adcompile.rules.registry import Call, Rule


def _like_operand(call: Call) -> Array:
    g = call.kinds["t"]
    dtype = g.dtype if isinstance(g, Array) else np.dtype(float)
    return Array(dtype, dims(call.kinds["x"]))


def _rows_like_operand(call: Call) -> Kind:
    each = _like_operand(call)
    rows, shape = dims(call.kinds["t"]), dims(each)
    return Array(each.dtype, (rows[0], *shape) if rows and shape is not None else None)


def _derivative(call: Call) -> Kind:
    d = call.kinds["d"]
    return Array(d.dtype if isinstance(d, Array) else None, dims(call.kinds["x"]))


def _like(name: str) -> Callable[[Call], Kind]:
    return lambda call: call.kinds[name]


def _container(call: Call) -> Kind:
    return call.kinds["x"]


def _zeros_kind(call: Call) -> Kind:
    """A list of zeros, of whatever is no list either."""
    match call.kinds["x"]:
        case Items(_, items):
            return Items(list, items)
        case Many(_, part):
            return Many(list, part)
        case kind:
            return kind


def _grown(call: Call) -> Kind:
    """A list after another element: of unknown length."""
    kind, found = call.kinds["x"], forget_value(call.kinds["g"])
    for part in (kind.element,) if isinstance(kind, Many) else getattr(kind, "items", ()):
        found = join(part, found)
    return Many(list, found)


def _rows_kind(call: Call) -> Kind:
    return Many(list, Many(list, element(element(call.kinds["a"]))))


def _pieces_kind(call: Call) -> Kind:
    return Many(list, element(call.kinds["x"]))


RULES: tuple[Rule, ...] = (
    Rule(
        "runtime.unbroadcast",
        "t, x",
        _like_operand,
        {"t": "np.broadcast_to(g, np.shape(t))", "x": "0"},
        linear=("t",),
        pushforward={"x": "0"},
        fresh=False,
    ),
    Rule(
        "runtime.derivative",
        "d, x",
        _derivative,
        {"d": "g"},
        linear=("d",),
        pushforward={"x": "0"},
        cost=1,
        fresh=False,
    ),
    Rule(
        "runtime.unbroadcast_each",
        "t, x",
        _rows_like_operand,
        linear=("t",),
        pushforward={"x": "0"},
        fresh=False,
    ),
    Rule("runtime.real", "x", same("x"), {"x": "g"}, linear=("x",), cost=1, fresh=False),
    Rule("runtime.seed", "y_", constant(Array(None, None)), {}, cost=1),
    Rule("runtime.copied", "x", _container, {"x": "g"}, linear=("x",), cost=3),
    Rule("runtime.shadow", "x", constant(Array(None, None)), {}, cost=3),
    Rule("runtime.zeros", "x, absent=None", _zeros_kind, {}, cost=3),
    Rule("runtime.snapshots", "start, stop, number", constant(UNKNOWN), {}, cost=3),
    Rule("runtime.enough_snapshots", "steps", constant(INT), {}, cost=1),
    Rule(
        "runtime.add",
        "x, y_",
        _container,
        {"x": "g", "y_": "g"},
        linear=("x", "y_"),
        jointly=True,
        cost=3,
    ),
    Rule(
        "runtime.last_written",
        "t, a, i",
        _like("t"),
        {"t": "runtime.last_written(g, a, i)", "a": "0"},
        linear=("t",),
        pushforward={"a": "0"},
        cost=3,
    ),
    Rule("scatter.add", "x, i, g", _container, cost=3),
    Rule("scatter.sub", "x, i, g", _container, cost=3),
    Rule("scatter.at", "x, i, g", _container, cost=3),
    Rule("scatter.store", "x, i, g", _container, cost=3),
    Rule("scatter.merge", "x, i, g", _container, cost=3),
    Rule("scatter.append", "x, i, g", _grown, cost=3),
    Rule("scatter.pop", "x, i, g", _container, cost=3),
    Rule("runtime.rows", "a", _rows_kind, {"a": "np.array(g)"}, linear=("a",)),
    Rule(
        "runtime.pieces",
        "t, x, axis",
        _pieces_kind,
        {"t": "np.concatenate(g, axis)", "x": "0"},
        linear=("t",),
        pushforward={"x": "0"},
        cost=3,
    ),
)
