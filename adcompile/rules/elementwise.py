"""Elementwise NumPy functions: one line each, from the calculus book."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.kinds import BOOL, FLOAT, INT, NONE, Array, Kind, broadcast, dims
from adcompile.rules import aliases
from adcompile.rules.infer import constant, dtype_of, elementwise
from adcompile.rules.operators import power
from adcompile.rules.registry import Call, Rule, Templates

# name: the pullback of x, where y is the result
_UNARY: dict[str, str] = {
    "exp": "g * y",
    "exp2": "g * y * np.log(2.0)",
    "expm1": "g * (y + 1)",
    "log": "g / x",
    "log2": "g / (x * np.log(2.0))",
    "log10": "g / (x * np.log(10.0))",
    "log1p": "g / (1 + x)",
    "sqrt": "g / (2 * y)",
    "cbrt": "g / (3 * y * y)",
    "square": "2 * g * x",
    "reciprocal": "-g * y * y",
    "absolute": "g * np.sign(x)",
    "fabs": "g * np.sign(x)",
    "sin": "g * np.cos(x)",
    "cos": "-g * np.sin(x)",
    "tan": "g * (1 + y * y)",
    "arcsin": "g / np.sqrt(1 - x * x)",
    "arccos": "-g / np.sqrt(1 - x * x)",
    "arctan": "g / (1 + x * x)",
    "sinh": "g * np.cosh(x)",
    "cosh": "g * np.sinh(x)",
    "tanh": "g * (1 - y * y)",
    "arcsinh": "g / np.sqrt(x * x + 1)",
    "arccosh": "g / np.sqrt(x * x - 1)",
    "arctanh": "g / (1 - x * x)",
    "degrees": "g * (180.0 / np.pi)",
    "radians": "g * (np.pi / 180.0)",
}

# name: the pullbacks of a and b
_BINARY: dict[str, tuple[str, str]] = {
    "arctan2": ("g * b / (a * a + b * b)", "-g * a / (a * a + b * b)"),
    "hypot": ("g * a / np.where(y == 0, 1, y)", "g * b / np.where(y == 0, 1, y)"),
    "logaddexp": ("g / (1 + np.exp(b - a))", "g / (1 + np.exp(a - b))"),
    "copysign": ("g * np.sign(a) * np.copysign(1.0, b)", "0"),
}

# Ties share equally: heaviside(0, 0.5) is one half.
_EXTREMA: dict[str, tuple[str, str]] = {
    "maximum": ("g * np.heaviside({a} - {b}, 0.5)", "g * np.heaviside({b} - {a}, 0.5)"),
    "minimum": ("g * np.heaviside({b} - {a}, 0.5)", "g * np.heaviside({a} - {b}, 0.5)"),
}
_EXTREMA["fmax"], _EXTREMA["fmin"] = _EXTREMA["maximum"], _EXTREMA["minimum"]

# Piecewise constant: the derivative is zero wherever it exists.
_STEPS = ("sign", "floor", "ceil", "trunc", "rint", "heaviside", "isnan", "isinf", "isfinite")
_STEPS_OF_TWO = ("heaviside",)

_UFUNC_KEYWORDS = "out=!, *, where=!, dtype=!, casting=!"


def _extremum(name: str) -> Callable[[Call], Templates]:
    """Pullbacks of maximum and minimum; `maximum(x, 0)` needs the sign of x only."""

    def pullback(call: Call) -> Templates:
        zero = {p: call.is_static(p) and call.static(p) == 0 for p in ("a", "b")}
        texts = {}
        for param, text in zip(("a", "b"), _EXTREMA[name], strict=True):
            written = text.format(a="a", b="b")
            if zero["b"]:
                written = written.replace("a - b", "a").replace("b - a", "-a")
            elif zero["a"]:
                written = written.replace("a - b", "-b").replace("b - a", "b")
            texts[param] = written
        return texts

    return pullback


def _where_kind(call: Call) -> Kind:
    kinds = [call.kinds[name] for name in ("condition", "x", "y_")]
    shape = broadcast(*map(dims, kinds))
    joined = np.result_type(*_dtypes(kinds[1:])) if all(map(dtype_of, kinds[1:])) else None
    return Array(joined, shape)


def _dtypes(kinds: list[Kind]) -> list[Any]:
    """What `np.result_type` takes for dtypes and for weak Python numbers."""
    return [d() if isinstance(d, type) else d for d in map(dtype_of, kinds) if d is not None]


def _clip_kind(call: Call) -> Kind:
    present = [call.kinds[n] for n in ("a", "a_min", "a_max") if call.kinds[n] != NONE]
    shape = broadcast(*map(dims, present))
    if any(dtype_of(kind) is None for kind in present):
        return Array(None, shape)
    return Array(np.result_type(*_dtypes(present)), shape)


def _clip(call: Call) -> Templates:
    """Inside the bounds the adjoint passes; on a bound both sides share it equally."""
    bounds = [n for n in ("a_min", "a_max") if not _absent(call, n)]
    inside = {"a_min": "np.heaviside(a - a_min, 0.5)", "a_max": "np.heaviside(a_max - a, 0.5)"}
    texts = {"a": " * ".join(["g", *(inside[n] for n in bounds)])}
    outside = {"a_min": "np.heaviside(a_min - a, 0.5)", "a_max": "np.heaviside(a - a_max, 0.5)"}
    texts.update({n: f"g * {outside[n]}" for n in bounds})
    return texts


def _absent(call: Call, name: str) -> bool:
    return call.is_static(name) and call.static(name) is None


def _unary(name: str, pullback: str | None) -> Rule:
    kind = elementwise(getattr(np, name))
    templates = {"x": pullback} if pullback is not None else {}
    hint = "e" if name == "exp" else None
    return Rule(f"numpy.{name}", f"x, {_UFUNC_KEYWORDS}", kind, templates, True, hint=hint)


def _binary(name: str, pullback: Callable[[Call], Templates] | Templates) -> Rule:
    kind = elementwise(getattr(np, name))
    return Rule(f"numpy.{name}", f"a, b, {_UFUNC_KEYWORDS}", kind, pullback, True)


# What `math` has that is piecewise constant, and the kind of its result.
_MATH_STEPS: dict[str, Kind] = {
    "floor": INT,
    "ceil": INT,
    "trunc": INT,
    "isnan": BOOL,
    "isinf": BOOL,
    "isfinite": BOOL,
}


def _math_rules() -> list[Rule]:
    """The functions of `math` that NumPy has too, with the same pullbacks."""
    rules = []
    for name in dir(math):
        numpy_name = aliases.canonical(f"math.{name}").removeprefix("numpy.")
        if numpy_name in _UNARY and name != "log":
            rules.append(
                Rule(f"math.{name}", "x", constant(FLOAT), {"x": _UNARY[numpy_name]}, True)
            )
        elif numpy_name in _BINARY:
            a, b = _BINARY[numpy_name]
            rules.append(Rule(f"math.{name}", "a, b", constant(FLOAT), {"a": a, "b": b}, True))
    return rules


def _log(call: Call) -> Templates:
    if call.is_static("base") and call.static("base") is None:
        return {"x": "g / x"}
    return {"x": "g / (x * np.log(base))", "base": "-g * y / (base * np.log(base))"}


_ERF = "g * (2.0 / np.sqrt(np.pi)) * np.exp(-x * x)"

RULES: tuple[Rule, ...] = (
    *(_unary(name, text) for name, text in _UNARY.items()),
    *(_binary(name, {"a": a, "b": b}) for name, (a, b) in _BINARY.items()),
    *(_binary(name, _extremum(name)) for name in _EXTREMA),
    *(_unary(name, None) for name in _STEPS if name not in _STEPS_OF_TWO),
    *(_binary(name, {}) for name in _STEPS_OF_TWO),
    *_math_rules(),
    *(Rule(f"math.{name}", "x", constant(kind), {}, True) for name, kind in _MATH_STEPS.items()),
    Rule("math.pow", "a, b", constant(FLOAT), power, True),
    Rule("math.log", "x, base=None", constant(FLOAT), _log, True),
    Rule("math.erf", "x", constant(FLOAT), {"x": _ERF}, True),
    Rule(
        "numpy.where",
        "condition, x, y_",
        _where_kind,
        {"x": "np.where(condition, g, 0.0)", "y_": "np.where(condition, 0.0, g)"},
        elementwise=True,
        linear=("x", "y_"),
        jointly=True,
        cost=1,
    ),
    Rule(
        "numpy.clip",
        f"a, a_min=None, a_max=None, {_UFUNC_KEYWORDS}",
        _clip_kind,
        _clip,
        elementwise=True,
        cost=1,
    ),
)
