"""Names that are read or written by their text at run time: right, or refused.

The seventh pitfall: what flows through `eval`, `exec`, `locals` and the like cannot be seen.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.pitfalls.checks import Programs, X, right_or_refused

program = Programs()


@program("reflection", 0.7)
def _evaluated(a):
    return eval("a * a") + a


@program("reflection", 0.7)
def _evaluated_code(a):
    return eval(compile("a * a", "<text>", "eval")) * a


@program("reflection", X)
def _written_by_exec(x):
    z = x * 1.0
    exec("z[0] = 3.0")
    return np.sum(z * x)


@program("reflection", X)
def _written_by_eval(x):
    z = x * 1.0
    eval("z.fill(2.0)")
    return np.sum(z * x)


@program("reflection", 0.7)
def _by_locals(a):
    return locals()["a"] * a


@program("reflection", 0.7)
def _by_vars(a):
    return vars()["a"] * a


@program("reflection", 0.7)
def _by_frame(a):
    return sys._getframe().f_locals["a"] * a


class _Weight:
    scale = 2.0

    def __init__(self, value):
        self.value = value


class _Named:
    def __getattr__(self, name):
        if name == "made_up":
            return 1
        raise AttributeError(name)


_NAMED = _Named()


@program("what there is", 0.7)
def _of_modules(a):
    root = np.sqrt(a) if hasattr(np, "sqrt") else np.cbrt(a)
    return root * (math.sin(a) if hasattr(math, "no_such_function") else math.cos(a))


@program("what there is", 0.7)
def _of_classes(a):
    return a * (2 if hasattr(_Weight, "scale") else 3) * (5 if hasattr(_Weight, "__name__") else 7)


@program("what there is", 0.7)
def _of_objects(a):
    weight = _Weight(a)
    known = hasattr(weight, "value") and not hasattr(weight, "__name__")
    return weight.value * (2 if known else 3) * (5 if hasattr(_NAMED, "made_up") else 7)


@program("what there is", 0.7)
def _called(a):
    weight = _Weight(a)
    return weight.value * (2 if callable(weight) else 3) * (5 if callable(_Weight) else 7)


@program.each
def test_right_or_refused(function: Callable[..., Any], args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)
