"""Elementwise NumPy functions: one line each, from the calculus book."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.errors import RefusedError
from adcompile.kinds import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Scalar,
    broadcast,
    dims,
    forget_value,
    fresh,
    is_complex,
    is_real,
)
from adcompile.rules import aliases
from adcompile.rules.definitions import defined
from adcompile.rules.infer import array_kind, constant, dtype_of, elementwise, trial_dtype
from adcompile.rules.operators import power
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless

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
    # Nothing overflows here, in no derivative.
    "logaddexp": ("g * np.exp(-np.logaddexp(0, b - a))", "g * np.exp(-np.logaddexp(0, a - b))"),
    "logaddexp2": (
        "g * np.exp2(-np.logaddexp2(0, b - a))",
        "g * np.exp2(-np.logaddexp2(0, a - b))",
    ),
    # The quotient that belongs to the result, whatever `a / b` is rounded to
    "fmod": ("g", "-g * np.rint((a - y) / b)"),
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


# Near zero two equal terms are subtracted: there it is the beginning of the series.
_SINC = (
    "g * np.where(np.abs(x) < 1e-3, np.pi**2 * x * ((np.pi * x) ** 2 / 30 - 1 / 3), "
    "(np.cos(np.pi * x) - y) / np.where(x == 0, 1, x))"
)


def _for_each(function: Callable[..., Any], param: str) -> Callable[[Call], Kind]:
    """The kind of what is no ufunc but has a result for each element."""

    def infer(call: Call) -> Kind:
        kind = call.kinds[param]
        array = array_kind(kind) or Array(None, None)
        return Array(trial_dtype(function, kind), array.dims)

    return infer


def _conjugate_kind(call: Call) -> Kind:
    """Of booleans, what it is depends on whether it is the function or the method."""
    array = array_kind(call.kinds["x"]) or Array(None, None)
    return Array(None if array.dtype == bool else array.dtype, array.dims)


def _conjugate_method_kind(call: Call) -> Kind:
    kind = call.kinds["x"]
    number = isinstance(kind, Scalar) and kind.type in (float, complex)
    return forget_value(kind) if number else _conjugate_kind(call)


def absolute(call: Call) -> Templates:
    return {"x": "g * np.sign(x)" if is_real(call.kinds["x"]) else "g * np.conj(np.sign(x))"}


def _conjugate(call: Call) -> Templates:
    return {"x": "g" if is_real(call.kinds["x"]) else "np.conj(g)"}


def real_only(text: str) -> Callable[[Call], Templates]:
    """The pullback of a function that is another one for complex numbers."""

    def pullback(call: Call) -> Templates:
        (param,) = (p for p in ("x", "a") if p in call.kinds)
        if dtype_of(call.kinds[param]) is None:
            raise RefusedError(
                f"whether the argument of `{call.rule.name}` is complex is unknown while compiling",
                "leave it out for real numbers",
            )
        return {param: text}

    return pullback


def _real_kind(call: Call) -> Kind:
    """A real or imaginary part."""
    kind = call.kinds["a"]
    if isinstance(kind, Scalar):
        return FLOAT if kind.type is complex else forget_value(kind)
    if not isinstance(kind, Array) or kind.dtype is None:
        return Array(None, dims(kind)) if isinstance(kind, Array) else UNKNOWN
    return Array(np.empty(0, kind.dtype).real.dtype, kind.dims)


def _same_kind(call: Call) -> Kind:
    """What a complex number becomes depends on its imaginary part."""
    kind = call.kinds["a"]
    if is_complex(kind) or not isinstance(kind, (Array, Scalar)):
        return UNKNOWN
    return forget_value(kind)


def _nan_to_num(call: Call) -> Templates:
    refuse_unless(call, "copy", True)
    return {"x": "np.where(np.isfinite(x), g, 0.0)"}


def _unwrap_kind(call: Call) -> Kind:
    return Array(trial_dtype(np.unwrap, call.kinds["p"]), dims(call.kinds["p"]))


def _bincount_kind(call: Call) -> Kind:
    dtype = np.dtype(np.intp if call.kinds["weights"] == NONE else float)
    return Array(dtype, (fresh(),))


def _prod(call: Call) -> str:
    """`math.prod` of numbers in a list or tuple, or of an array."""
    kind = call.kinds["x"]
    factors = ["start"] if "start" in call.given else []
    if isinstance(kind, Items):
        factors += [f"x[{i}]" for i in range(len(kind.items))]
    else:
        factors.append("np.prod(x)" if isinstance(kind, Array) else "np.prod(np.array(x))")
    return " * ".join(factors or ["1"])


def _fsum(call: Call) -> Templates:
    match call.kinds["x"]:
        case Items(_, items):
            return {"x": ("g",) * len(items)}
        case Many():
            return {"x": "[g] * len(x)"}
    return {"x": "np.broadcast_to(g, np.shape(x))"}


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


_MATH_INTEGERS = ("isqrt", "comb", "perm", "factorial", "gcd", "lcm")


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


_ERFC = "-g * (2.0 / np.sqrt(np.pi)) * np.exp(-x * x)"
_ERF = "g * (2.0 / np.sqrt(np.pi)) * np.exp(-x * x)"

RULES: tuple[Rule, ...] = (
    *(_unary(name, text) for name, text in _UNARY.items() if name != "absolute"),
    *(_binary(name, {"a": a, "b": b}) for name, (a, b) in _BINARY.items()),
    Rule("numpy.absolute", f"x, {_UFUNC_KEYWORDS}", elementwise(np.absolute), absolute, True),
    *(_binary(name, _extremum(name)) for name in _EXTREMA),
    *(_unary(name, None) for name in _STEPS if name not in _STEPS_OF_TWO),
    *(_binary(name, {}) for name in _STEPS_OF_TWO),
    *_math_rules(),
    *(Rule(f"math.{name}", "x", constant(kind), {}, True) for name, kind in _MATH_STEPS.items()),
    Rule("math.pow", "a, b", constant(FLOAT), power, True),
    Rule("math.log", "x, base=None", constant(FLOAT), _log, True),
    Rule("math.erf", "x", constant(FLOAT), {"x": _ERF}, True),
    Rule("math.erfc", "x", constant(FLOAT), {"x": _ERFC}, True),
    Rule(
        "math.remainder",
        "a, b",
        constant(FLOAT),
        {"a": "g", "b": "-g * np.rint((a - y) / b)"},
        elementwise=True,
    ),
    Rule(
        "math.fma",
        "a, b, c",
        constant(FLOAT),
        {"a": "g * b", "b": "g * a", "c": "g"},
        elementwise=True,
    ),
    Rule("math.ldexp", "a, b", constant(FLOAT), {"a": "math.ldexp(g, b)"}, True),
    Rule("math.fsum", "x", constant(FLOAT), _fsum, linear=("x",), cost=3),
    Rule("math.isclose", "a, b, *, rel_tol=1e-09, abs_tol=0.0", constant(BOOL), {}, cost=1),
    *(Rule(f"math.{name}", "*n", constant(INT), {}, cost=1) for name in _MATH_INTEGERS),
    defined("math.prod", "x, *, start=1", _prod, ""),
    defined("math.dist", "p, q", "float(np.linalg.norm(p - q))", "p q"),
    defined("math.sumprod", "p, q", "float(np.dot(p, q))", "p q"),
    defined("math.modf", "x", "(math.fmod(x, 1.0), float(math.trunc(x)))", ""),
    # No ufuncs, or not of floats only
    Rule("numpy.sinc", "x", _for_each(np.sinc, "x"), {"x": _SINC}, True),
    Rule("numpy.fix", "x, out=!", _for_each(np.fix, "x"), {}, cost=1),
    _binary("float_power", power),
    Rule(
        "numpy.ldexp",
        f"a, b, {_UFUNC_KEYWORDS}",
        elementwise(np.ldexp),
        {"a": "np.ldexp(g, b)"},
        elementwise=True,
        linear=("a",),
    ),
    Rule(
        "numpy.conjugate",
        f"x, {_UFUNC_KEYWORDS}",
        _conjugate_kind,
        _conjugate,
        elementwise=True,
        linear=("x",),
        cost=1,
        fresh=False,  # `x.conj()` of real numbers is `x`
    ),
    # A method of Python's numbers, too, which gives such.
    Rule(
        "ndarray.conjugate",
        "x, out=!",
        _conjugate_method_kind,
        _conjugate,
        elementwise=True,
        linear=("x",),
        cost=1,
        fresh=False,
    ),
    *(
        Rule(name, "a", _real_kind, {"a": "g"}, linear=("a",), cost=0, fresh=False)
        for name in ("numpy.real", "attribute.real")
    ),
    Rule(
        "numpy.real_if_close",
        "a, tol=100",
        _same_kind,
        real_only("g"),
        linear=("a",),
        fresh=False,
    ),
    *(
        Rule(name, "a", _real_kind, real_only("0"), pushforward={"a": "0"}, cost=1, fresh=False)
        for name in ("numpy.imag", "attribute.imag")
    ),
    Rule(
        "numpy.angle",
        "a, deg=False",
        _for_each(np.angle, "a"),
        real_only("0"),
        pushforward={"a": "0"},
        cost=1,
    ),
    Rule(
        "numpy.nan_to_num",
        "x, copy=True, nan=0.0, posinf=None, neginf=None",
        _for_each(np.nan_to_num, "x"),
        _nan_to_num,
        elementwise=True,
        cost=1,
    ),
    Rule(
        "numpy.unwrap",
        "p, discont=None, axis=-1, *, period=6.283185307179586",
        _unwrap_kind,
        {"p": "g"},
        pushforward={"p": "g"},
        cost=3,
    ),
    defined(
        "numpy.divmod", "a, b, out=!, *, where=!", "(np.floor_divide(a, b), np.remainder(a, b))"
    ),
    defined(
        "numpy.modf",
        "x, out=!, *, where=!",
        "(np.where(np.isinf(x), np.copysign(0.0, x), np.fmod(x, 1.0)), np.trunc(x))",
    ),
    Rule(
        "numpy.bincount",
        "x, weights=None, minlength=0",
        _bincount_kind,
        {"weights": "g[x]"},
        linear=("weights",),
        cost=3,
    ),
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
