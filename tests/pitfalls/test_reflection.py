"""Names that are read or written by their text at run time: right, or refused.

The seventh pitfall: what flows through `eval`, `exec`, `locals` and the like cannot be seen.
"""

from __future__ import annotations

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


@program.each
def test_right_or_refused(function: Callable[..., Any], args: tuple[Any, ...], wrt: Any) -> None:
    right_or_refused(function, *args, wrt=wrt)
