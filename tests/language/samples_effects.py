"""Statements that take no part in the derivative and are kept: print, assert, raise, logging."""

import logging
import warnings

import numpy as np

log = logging.getLogger(__name__)


def prints(a, x):
    print("a is", a)
    z = a * a
    print(f"{z:.2f}", x[0], sep=";", end="")
    print()
    return z * np.sum(x)


def prints_in_loop(a, n):
    for i in range(n):
        a = a * a
        print(i, a)
    return a


def logs(a):
    log.debug("a is %s", a)
    logging.info("squared")
    return a * a


def asserts(a, b):
    assert b > 0
    assert a != 0, f"a is {a}"
    return a * b


def raises(a, b):
    if b < 0:
        raise ValueError(b)
    if a == 0:
        raise ZeroDivisionError("a is zero") from None
    return a / b


def raises_in_else(a, b):
    if b > 0:
        z = a * b
    else:
        raise ValueError("b must be positive")
    return z * a


def raises_in_then(a, b):
    if b < 0:
        raise ValueError(f"bad {b:.2f} {b!r}")
    else:
        z = a * b
    return z * a


def raises_at_end(a):
    if a > -9:
        return a * a
    raise ValueError("too small")


def raises_between(a, b):
    if a < -9:
        raise ValueError("too small")
    elif a > 0:
        z = a * b
    else:
        z = b * b
    return z * a


def raises_deep(a, b):
    if a > -9:
        if a < 9:
            z = a * a
        else:
            raise ValueError("too large")
        z = z * b
    else:
        raise ValueError("too small")
    return z


def raises_in_loop(a, n):
    s = 0.0
    for i in range(n):
        if a > -9:
            t = a * i
        else:
            raise ValueError("too small")
        s = s + t * a
    return s


def asserts_in_loop(x):
    s = 0.0
    for e in x:
        assert e > -100
        s += e * e
        if s < 0:
            raise ValueError("negative")
    return s


def _checked(z):
    if z < -100:
        raise ValueError("small")
    return z * z


def raises_in_callee(a):
    return _checked(a) * a


def _say(z):
    print("hello", z)


def procedure(a):
    _say(a)
    return a * a


def _chosen(a, kind):
    if kind == "square":
        return a * a
    elif kind == "cube":
        return a**3
    else:
        raise ValueError(kind)


def chosen_in_callee(a):
    return _chosen(a, "cube") + _chosen(a, "square")


def warns(a):
    if a < -100:
        warnings.warn("small", stacklevel=2)
    return a * a
