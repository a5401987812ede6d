"""`with` and `try`; statements that mean nothing to the derivative."""

import contextlib
import io
import logging
import sys
import typing
import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

DEBUG = False
COUNT = 3
SCALES = (0.5, 2.0)


def ignores_errors(p):
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(p > 0.5, np.log(p - 0.5), 0.0)
    return np.sum(z * p)


def returns_inside(x, p):
    with np.errstate(all="ignore"):
        z = np.log(p) * x
        return np.sum(z)


def contexts_in_branches(a, p):
    if a > 0:
        with np.errstate(all="ignore"):
            z = np.sum(p / (p + a))
    else:
        with np.errstate(divide="warn"), np.errstate(over="ignore"):
            z = np.sum(np.exp(p))
    return z * a


def context_in_a_loop(a, n):
    for _ in range(n):
        with np.errstate(over="ignore"):
            a = np.tanh(a) * 1.5
    return a


def _guarded(p, a):
    with np.errstate(invalid="ignore"):
        z = np.sqrt(p)
        z = z * a
    return z


def context_in_a_function_called(p, a):
    return np.sum(_guarded(p, a) * _guarded(p * 2.0, a))


def context_that_only_prints(a):
    with np.printoptions(precision=2):
        print(np.ones(2))
    with contextlib.redirect_stdout(io.StringIO()):
        print(a, "hidden")
    with contextlib.nullcontext(sys.stderr) as out:
        print(a, file=out)
    return a * a


def try_that_only_raises(a, b):
    try:
        z = a / b
    except ZeroDivisionError as error:
        raise ValueError("b is zero") from error
    return z * a


def try_with_return_and_else(a, b):
    try:
        z = a * b
    except (TypeError, ValueError):
        raise
    else:
        z = z * a
        return z * b


def try_in_a_loop(a, n):
    for i in range(n):
        try:
            a = a * (i + 0.5)
        except OverflowError:
            raise ValueError(i)  # noqa: B904
    return a


def try_that_only_prints(a):
    try:
        print(f"{a:.3f}")
    except ValueError as error:
        print(error)
    finally:
        print("done")
    return a * a


def type_checking(a):
    if TYPE_CHECKING:
        a = a * 5.0
    if typing.TYPE_CHECKING:
        a = a * 7.0
    if __debug__:
        a = a * a
    if DEBUG and a > 0:
        a = a * 3.0
    return a


def globals_are_read(a):
    global COUNT, SCALES
    return a * COUNT * SCALES[0]


def nothing_to_see(a):
    """Docstring."""
    """Another one."""
    ...
    pass
    1.0  # noqa: B018
    z: float = a * a
    unused: "Sequence[float]"  # noqa: F842
    w: float
    w = z
    return w


def warns_and_logs(a):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn(f"a is {a}", stacklevel=1)
    log.debug("a is %s", a)
    logging.info("a is %s", a)
    return a * a


def raises_with_a_text(a, b):
    if b < 0:
        raise ValueError(f"b is {b:.2f}, not positive: {a!r}")
    assert b != 0, f"b is {b}"
    return a / b


def skips_under_errstate(a, b, n):
    with np.errstate(all="ignore"):
        for _ in range(n):
            a = a * b
            if a < 0.9:
                continue
            b = np.log(a) * b
    return a * b
