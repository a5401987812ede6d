"""Functions of single numbers, and sequences of such."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from adcompile.kinds import Array, Items, Scalar, is_complex
from adcompile.rules.definitions import (
    is_given,
    is_scalar,
    shape_known,
)
from adcompile.rules.differences import gradient_axes, slope
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import Call
from adcompile.rules.texts import tuple_text


def _truths(text: str) -> Callable[[Call], str | None]:
    """Of bools, and of numbers that count as such."""

    def made(call: Call) -> str | None:
        kinds = [array_kind(call.kinds[name]) for name in "ab"]
        given = [
            name if kind is not None and kind.dtype == np.bool_ else f"({name} != 0)"
            for name, kind in zip("ab", kinds, strict=True)
        ]
        return text.format(*given)

    return made


def _rounded(call: Call) -> str | None:
    array, decimals = array_kind(call.kinds["a"]), call.static("decimals")
    if array is None or array.dtype is None or array.dtype.kind != "f":
        return None
    if decimals == 0:
        return "np.rint(a)"
    scale = 10.0 ** abs(decimals)
    return f"np.rint(a * {scale}) / {scale}" if decimals > 0 else f"np.rint(a / {scale}) * {scale}"


def _angle(call: Call) -> str | None:
    text = (
        "np.arctan2(np.imag(a), np.real(a))"
        if is_complex(call.kinds["a"])
        else "np.arctan2(0.0, a)"
    )
    return f"{text} * (180 / np.pi)" if call.static("deg") else text


def _without_nan(call: Call) -> str | None:
    array = array_kind(call.kinds["x"])
    if array is None or array.dtype != np.float64:
        return None
    largest = float(np.finfo(np.float64).max)
    high = "posinf" if is_given(call, "posinf") else repr(largest)
    low = "neginf" if is_given(call, "neginf") else repr(-largest)
    infinite = f"np.where(x == np.inf, {high}, np.where(x == -np.inf, {low}, x))"
    return f"np.where(np.isnan(x), nan, {infinite})"


def _polygamma(call: Call) -> str | None:
    n = call.static("n")
    if not isinstance(n, int) or n < 0 or n > 20:
        return None
    if n == 0:
        return "special.psi(x)"
    return f"{float((-1) ** (n + 1) * math.factorial(n))} * special.zeta({n + 1}, x)"


def _frequencies(call: Call) -> str:
    return "np.where(np.arange(n) < (n + 1) // 2, np.arange(n), np.arange(n) - n) / (n * d)"


def _linspace(call: Call) -> str | None:
    if not all(is_scalar(call.kinds[name]) for name in ("start", "stop")):
        return None
    complex_ends = any(is_complex(call.kinds[name]) for name in ("start", "stop"))
    if call.static("endpoint"):
        if not complex_ends and "endpoint" not in call.given:
            return None
        if not complex_ends:
            return "np.linspace(start, stop, num)"
        return "start + np.arange(num) * ((stop - start) / max(num - 1, 1))"
    return "start + np.arange(num) * ((stop - start) / num)"


def _indices(call: Call) -> str | None:
    kind = call.kinds["dimensions"]
    wanted = call.rule.kind(call)
    if not isinstance(kind, Items) or not isinstance(wanted, Array) or wanted.dtype is None:
        return None
    count = len(kind.items)
    parts = []
    for axis in range(count):
        place = ", ".join(":" if i == axis else "None" for i in range(count))
        parts.append(f"np.broadcast_to(np.arange(dimensions[{axis}])[{place}], dimensions)")
    cast = "" if wanted.dtype == np.int64 else f".astype(np.{wanted.dtype.name})"
    return f"np.stack({tuple_text(parts)}){cast}"


def _vander(call: Call) -> str | None:
    count = "N" if is_given(call, "N") else "len(x)"
    powers = (
        f"np.arange({count})" if call.static("increasing") else f"np.arange({count} - 1, -1, -1)"
    )
    return f"x[:, None] ** {powers}"


def _polyval(call: Call) -> str | None:
    if isinstance(call.kinds["x"], Scalar) or not shape_known(call, "x"):
        return "np.sum(p * x ** np.arange(len(p) - 1, -1, -1))"
    return None


def _interpolated(call: Call) -> str | None:
    """Outside of the points what `left` and `right` say."""
    text = "np.interp(x, xp, fp)"
    if is_given(call, "right"):
        text = f"np.where(x > xp[-1], right, {text})"
    if is_given(call, "left"):
        text = f"np.where(x < xp[0], left, {text})"
    return text if call.given & {"left", "right"} else None


def _gradient(call: Call) -> str | None:
    axes, steps = gradient_axes(call), call.kinds["varargs"]
    if call.static("edge_order") != 1 or len(axes) != 1 or not isinstance(steps, Items):
        return None
    return slope(axes[0], "varargs[0]" if steps.items else "")


TEXTS: Mapping[str, str | Callable[[Call], str | None]] = {
    "numpy.logical_and": _truths("{} & {}"),
    "numpy.logical_or": _truths("{} | {}"),
    "numpy.logical_xor": _truths("{} != {}"),
    "numpy.bitwise_and": "a & b",
    "numpy.bitwise_or": "a | b",
    "numpy.bitwise_xor": "a ^ b",
    "numpy.round": _rounded,
    "numpy.fix": "np.trunc(x)",
    "numpy.isposinf": "a == np.inf",
    "numpy.isneginf": "a == -np.inf",
    "numpy.sinc": "np.where(x == 0, 1.0, np.sin(np.pi * x) / (np.pi * x))",
    "numpy.logaddexp2": "np.logaddexp(a * np.log(2.0), b * np.log(2.0)) / np.log(2.0)",
    "numpy.angle": _angle,
    "numpy.nan_to_num": _without_nan,
    "numpy.fft.fftfreq": _frequencies,
    "numpy.fft.rfftfreq": "np.arange(n // 2 + 1) / (n * d)",
    "numpy.linspace": _linspace,
    "numpy.vander": _vander,
    "numpy.indices": _indices,
    "numpy.polyval": _polyval,
    "numpy.gradient": _gradient,
    "numpy.interp": _interpolated,
    "scipy.special.polygamma": _polygamma,
    "scipy.special.log1p": "np.log1p(x)",
    "scipy.special.expm1": "np.expm1(x)",
    "scipy.special.exp2": "np.exp2(x)",
    "scipy.special.cbrt": "np.cbrt(x)",
}
