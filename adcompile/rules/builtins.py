"""Python's built-in functions."""

from __future__ import annotations

import numpy as np

from adcompile.kinds import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Scalar,
    Text,
    dims,
    element,
    forget_value,
    is_number,
)
from adcompile.rules.elementwise import absolute
from adcompile.rules.infer import constant, elementwise_kind, length
from adcompile.rules.registry import Call, Rule, Templates


def _abs_kind(call: Call) -> Kind:
    kind = call.kinds["x"]
    if isinstance(kind, Scalar):
        return Scalar(float if kind.type is complex else kind.type)
    return elementwise_kind(np.absolute, [kind])


def _round_kind(call: Call) -> Kind:
    """Without digits an int, with digits a number like the one that is rounded."""
    kind = call.kinds["x"]
    if not is_number(kind):
        return UNKNOWN
    if not call.is_static("ndigits"):
        return UNKNOWN
    return INT if call.static("ndigits") is None else forget_value(kind)


def _len_kind(call: Call) -> Kind:
    return Scalar(int, length(call.kinds["x"]))


def _sum_kind(call: Call) -> Kind:
    """`sum` adds along the first axis, starting from 0."""
    kind = call.kinds["x"]
    if isinstance(kind, Items) and not kind.items:
        return INT
    if isinstance(kind, Array) and kind.dtype == bool:
        return Array(None, dims(element(kind)))
    return element(kind) if isinstance(kind, (Array, Many, Items)) else UNKNOWN


def _list_kind(call: Call) -> Kind:
    kind = call.kinds["x"]
    return Items(list, kind.items) if isinstance(kind, Items) else Many(list, element(kind))


def _list(call: Call) -> Templates:
    return {"x": "np.array(g)" if isinstance(call.kinds["x"], Array) else "g"}


def _sum(call: Call) -> Templates:
    if isinstance(call.kinds["x"], Many):
        return {"x": "[g] * len(x)"}
    if not isinstance(call.kinds["x"], Array):
        return {}
    return {"x": "np.broadcast_to(g, np.shape(x))"}


def _extremum_kind(call: Call) -> Kind:
    kinds = [call.kinds["a"], call.kinds["b"]]
    if all(isinstance(kind, Scalar) for kind in kinds):
        types = {kind.type for kind in kinds if isinstance(kind, Scalar)}
        return FLOAT if float in types else INT
    return Array(None, ()) if all(dims(kind) == () for kind in kinds) else UNKNOWN


# Ties share equally.
_TIE = "(0.5 * g if a == b else 0.0)"
_MAX = {"a": f"g if a > b else {_TIE}", "b": f"g if b > a else {_TIE}"}
_MIN = {"a": f"g if a < b else {_TIE}", "b": f"g if b < a else {_TIE}"}

RULES: tuple[Rule, ...] = (
    Rule("builtins.abs", "x", _abs_kind, absolute, elementwise=True, cost=1),
    Rule(
        "builtins.complex",
        "real=0, imag=0",
        constant(COMPLEX),
        {"real": "g", "imag": "1j * g"},
        linear=("real", "imag"),
        jointly=True,
        cost=1,
    ),
    Rule("builtins.float", "x=0.0", constant(FLOAT), {"x": "g"}, linear=("x",), cost=1),
    Rule("builtins.int", "x=0, base=!", constant(INT), {}, cost=1),
    Rule("builtins.bool", "x=False", constant(BOOL), {}, cost=1),
    Rule("builtins.round", "x, ndigits=None", _round_kind, {}, cost=1),
    Rule("builtins.str", "x=''", constant(Text()), {}, cost=1),
    Rule("builtins.len", "x", _len_kind, {}, cost=0),
    Rule("builtins.isinstance", "x, type", constant(BOOL), {}, cost=1),
    Rule("builtins.sum", "x", _sum_kind, _sum, cost=3, linear=("x",)),
    Rule("builtins.max", "a, b", _extremum_kind, _MAX, pushforward=_MAX, cost=1),
    Rule("builtins.min", "a, b", _extremum_kind, _MIN, pushforward=_MIN, cost=1),
    Rule("builtins.list", "x", _list_kind, _list, linear=("x",), cost=1),
    Rule("builtins.range", "*bounds", constant(Many(range, INT)), {}, cost=1),
    Rule("builtins.any", "x", constant(BOOL), {}, cost=1),
    Rule("builtins.all", "x", constant(BOOL), {}, cost=1),
)
