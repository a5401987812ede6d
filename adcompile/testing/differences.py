"""Derivatives of functions of one number, estimated from values.

Central differences at many step sizes, of which the ones that agree best decide; and the complex
step, which is accurate to rounding but right only for analytic functions: it counts where the
differences confirm it. At a kink, central differences give the middle between the two slopes, which
is the convention of this package.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from numpy.exceptions import ComplexWarning

_COMPLEX_STEP = 1e-30
# Rounding in the function's value, in units of epsilon times the value or times one if that is
# larger: small values are often differences of numbers of about one.
_ROUNDING = 16.0
# How many of its estimated errors an estimate may be off.
ERRORS_ALLOWED = 4.0
# Each step of the central differences is so many times the one before. Not a power of two: with
# such steps, values rounded to a coarse grid give quotients that agree and are wrong.
_STEP_RATIO = 3.7
# Quotients at neighbouring step sizes that differ by less than this part belong together.
_AGREEMENT = 1e-3
# So many quotients in a row do not agree by chance.
_ENOUGH_IN_AGREEMENT = 4


class Estimate(NamedTuple):
    """A number known up to an error."""

    value: float
    error: float


def central_difference(
    f: Callable[[float], float], x: float, epsilon: float = sys.float_info.epsilon
) -> Estimate:
    """Estimate the derivative of a function of one number by central differences.

    Args:
        f: the function. Where it raises ArithmeticError, AssertionError or ValueError it counts as
            undefined.
        x: the place.
        epsilon: the relative precision in which `f` computes.

    Returns:
        The derivative and an estimate of its error: nan and infinity where no two step sizes give a
        number.
    """
    quotients = [_quotient(f, x, step, epsilon) for step in _steps(x, epsilon)]
    # The error's leading term goes with the square of the step, so this cancels it.
    gain = _STEP_RATIO**2
    extrapolated = [
        Estimate((gain * fine.value - coarse.value) / (gain - 1.0), fine.error)
        for fine, coarse in pairwise(quotients)
    ]
    usable = [e for e in extrapolated if math.isfinite(e.value) and math.isfinite(e.error)]
    choice = _with_noise(usable)[_decisive(usable)]
    return min(choice, key=lambda e: e.error, default=Estimate(math.nan, math.inf))


def complex_step(f: Callable[[complex], complex], x: float) -> float | None:
    """Compute the derivative of an analytic function from its value beside the real axis.

    Args:
        f: the function. It need not accept complex numbers.
        x: the place.

    Returns:
        The derivative, wrong if `f` is not analytic; None if `f` raises an error, drops an
        imaginary part with NumPy's warning, or gives no finite number.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ComplexWarning)
            derivative = f(complex(x, _COMPLEX_STEP)).imag / _COMPLEX_STEP
    except Exception:  # anything may come of complex numbers in a function for real ones
        return None
    return derivative if math.isfinite(derivative) else None


def estimated(f: Callable[[Any], Any], x: float, epsilon: float) -> Estimate:
    """The derivative by the complex step where central differences confirm it, else by these."""
    differences = central_difference(f, x, epsilon)
    exact = complex_step(f, x)
    uncertainty = ERRORS_ALLOWED * differences.error
    is_telling = uncertainty <= _AGREEMENT * abs(differences.value)
    if exact is not None and is_telling and abs(exact - differences.value) <= uncertainty:
        return Estimate(exact, 0.0)
    return differences


def _steps(x: float, epsilon: float) -> list[float]:
    """Step sizes in rising order.

    The longest is a small part of the number, or of one if that is larger. The shortest goes below
    the scale of one for large numbers and below the number for small ones, so that a kink or an end
    of the domain nearby is not stepped over, as far as rounding allows.
    """
    size = abs(x)
    shortest = max(min(1e-6, 1e-5 * size) or 1e-6, max(1e-10, 8.0 * epsilon) * size, 1e-30)
    steps = [0.05 * max(1.0, size)]
    while steps[-1] / _STEP_RATIO >= shortest:
        steps.append(steps[-1] / _STEP_RATIO)
    return steps[::-1]


def _quotient(f: Callable[[float], float], x: float, step: float, epsilon: float) -> Estimate:
    """The central difference quotient for one step size; the error is that of rounding alone."""
    above, below = x + step, x - step
    try:
        high, low = float(f(above)), float(f(below))
    except (ArithmeticError, AssertionError, ValueError):  # outside the domain
        return Estimate(math.nan, math.inf)
    width = above - below
    return Estimate((high - low) / width, rounding(max(abs(high), abs(low)), epsilon) / width)


def rounding(value: float, epsilon: float) -> float:
    """What rounding may do to a value of a function that computes with a precision."""
    return _ROUNDING * epsilon * max(1.0, abs(value))


def _decisive(estimates: list[Estimate]) -> slice:
    """The estimates from which to choose: the first ones in sufficient agreement, else all.

    Where short and long steps each agree among themselves only, the short ones tell the derivative.
    """
    start = 0
    for end in range(1, len(estimates) + 1):
        if end == len(estimates) or not _agree(estimates[end - 1], estimates[end]):
            if end - start >= _ENOUGH_IN_AGREEMENT:
                return slice(start, end)
            start = end
    return slice(None)


def _agree(a: Estimate, b: Estimate) -> bool:
    size = max(abs(a.value), abs(b.value))
    return abs(a.value - b.value) <= _AGREEMENT * size + ERRORS_ALLOWED * (a.error + b.error)


def _with_noise(estimates: list[Estimate]) -> list[Estimate]:
    """Add to the errors what the values differ by from their neighbours.

    Noise in the function shows at each step size in inverse proportion to it, so what was seen at
    the shorter steps counts too: neighbours may agree by luck. One estimate alone tells nothing.
    """
    if len(estimates) < 2:
        return []
    changes = [abs(fine.value - coarse.value) for fine, coarse in pairwise(estimates)]
    noise = 0.0
    result = []
    for (value, error), before, after in zip(estimates, [0, *changes], [*changes, 0], strict=True):
        noise = max(noise / _STEP_RATIO, before)
        result.append(Estimate(value, error + max(noise, after)))
    return result
