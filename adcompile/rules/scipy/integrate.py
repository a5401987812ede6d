"""Integrals of samples (SciPy manual: `scipy.integrate`)."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import integrate

from adcompile.kinds import Nothing, exact_length
from adcompile.rules.definitions import axis_number, cut, defined, refusal, shape_known
from adcompile.rules.registry import Call, Rule


def _cumulative(call: Call) -> str:
    axis = axis_number(call, "y")
    ends = cut("y", axis, "1:"), cut("y", axis, ":-1")
    step = "dx"
    if call.kinds["x"] != Nothing():
        rank = len(shape_known(call, "x"))
        step = "np.diff(x, axis=axis)" if rank > 1 else "np.diff(x)"
        if rank == 1 and axis not in (-1, len(shape_known(call, "y")) - 1):
            raise refusal(call, "along another axis than the last", "use `np.moveaxis`")
    text = f"np.cumsum({step} * ({ends[0]} + {ends[1]}) / 2.0, axis=axis)"
    if call.kinds["initial"] == Nothing():
        return text
    if call.static("initial") != 0:
        raise refusal(call, "with such an `initial`", "use `initial=0`")
    return f"np.concatenate((np.zeros_like({cut('y', axis, ':1')}), {text}), axis=axis)"


@cache
def _is_double() -> bool:
    """Whether the installed SciPy integrates single precision in double."""
    return bool(integrate.simpson(np.ones(4, np.float32)).dtype == np.float64)


def _simpson(call: Call) -> str:
    """As SciPy has it; for an even number of samples the last interval is integrated over the
    parabola through the last three samples (Cartwright)."""
    axis = axis_number(call, "y")
    length = exact_length(shape_known(call, "y")[axis])
    if length is None:
        raise refusal(call, "of an unknown number of samples", "pass them as an argument")
    spaced = call.kinds["x"] != Nothing()
    if spaced and axis not in (-1, len(shape_known(call, "y")) - 1):
        raise refusal(call, "along another axis than the last", "use `np.moveaxis`")

    def y(part: str) -> str:
        return cut("y", axis, part)

    width = "dx"
    widths = "np.diff(x)"
    if _is_double():
        widths = f"np.asarray({widths}, np.float64)"
        # It adds up in double precision, but into an array of sums.
        width = "np.float64(dx)" if len(shape_known(call, "y")) == 1 else "dx"

    def step(part: str) -> str:
        return cut(widths, -1, part) if spaced else width

    if length == 2:
        last = cut("np.diff(x)", -1, "-1") if spaced else "dx"
        return f"0.5 * {last} * ({y('-1')} + {y('-2')})"
    stop = length - 1 if length % 2 == 0 else length
    first, middle, last = (y(f"{k}:{stop - 2 + k}:2") for k in range(3))
    if spaced:
        h0, h1 = step(f"0:{stop - 2}:2"), step(f"1:{stop - 1}:2")
        whole, ratio = f"({h0} + {h1})", f"({h0} / {h1})"
        terms = (
            f"{whole} / 6.0 * ({first} * (2.0 - 1.0 / {ratio}) "
            f"+ {middle} * ({whole} * ({whole} / ({h0} * {h1}))) + {last} * (2.0 - {ratio}))"
        )
        text = f"np.sum({terms}, axis=axis)"
    else:
        text = f"np.sum({first} + 4.0 * {middle} + {last}, axis=axis) * (dx / 3.0)"
    if length % 2:
        return text
    h0, h1 = step("-2"), step("-1")
    alpha = f"(2 * {h1} ** 2 + 3 * {h0} * {h1}) / (6 * ({h1} + {h0}))"
    beta = f"({h1} ** 2 + 3.0 * {h0} * {h1}) / (6 * {h0})"
    eta = f"{h1} ** 3 / (6 * {h0} * ({h0} + {h1}))"
    return f"{text} + ({alpha} * {y('-1')} + {beta} * {y('-2')} - {eta} * {y('-3')})"


RULES: tuple[Rule, ...] = (
    defined(
        "scipy.integrate.trapezoid",
        "y, x=None, dx=1.0, axis=-1",
        lambda call: "np.trapezoid(y, x, dx, axis)",
    ),
    defined(
        "scipy.integrate.cumulative_trapezoid",
        "y, x=None, dx=1.0, axis=-1, initial=None",
        _cumulative,
    ),
    defined("scipy.integrate.simpson", "y, x=None, *, dx=1.0, axis=-1", _simpson),
)
