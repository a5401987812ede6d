"""What the compiler refuses to compute again: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

_AGAIN = (
    "is computed again in the backward sweep, and this draws a random number, prints, changes a "
    "list, or calls what cannot be looked into"
)
_MOVE = "move it out, or leave `checkpoint` out"
_PLACE = (
    "`checkpoint` stands around what a `for` runs over, around the whole test of a `while`, or "
    "above a function that is defined outside"
)

CHECKPOINTS = [
    Row(
        "draw in a step",
        """
from adcompile import checkpoint
def f(a, n):
    for t in checkpoint(range(n)):
        a = np.sin(a) + np.random.normal()
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return a
""",
        f"a step of this loop {_AGAIN}",
        _MOVE,
    ),
    Row(
        "draw in a function that a step calls",
        """
from adcompile import checkpoint
def drawn(a, rng):
    b = a * a
    if b > 1:
        b = b * rng.normal()
    return b
def f(a, n):
    rng = np.random.default_rng(0)
    while checkpoint(a < n):
        a = np.sin(a) + 1
        for k in range(2):
            a = drawn(a, rng)
            ^^^^^^^^^^^^^^^^^
    return a
""",
        f"a step of this loop {_AGAIN}",
        _MOVE,
    ),
    Row(
        "print in a function that a step calls",
        """
from adcompile import checkpoint
def shown(a):
    b = a * a
    print(b)
    return b * a
def f(a, n):
    for t in checkpoint(range(n)):
        a = np.sin(a) * shown(a)
        ^^^^^^^^^^^^^^^^^^^^^^^^
    return a
""",
        f"a step of this loop {_AGAIN}",
        _MOVE,
    ),
    Row(
        "draw in a function that is computed again",
        """
from adcompile import checkpoint
@checkpoint
def drawn(a):
    b = a * np.random.normal()
    ^^^^^^^^^^^^^^^^^^^^^^^^^^
    return np.sin(b)
def f(a):
    return drawn(a) * a
""",
        f"`drawn` {_AGAIN}",
        _MOVE,
    ),
    Row(
        "iterations with code of their own",
        """
from adcompile import checkpoint
def f(a, x, p):
    for part in checkpoint((a, x, p)):
                ^^^^^^^^^^^^^^^^^^^^^
        a = a * np.sum(part)
    return a
""",
        "each iteration of this loop needs code of its own, so that none can be computed again",
        "leave `checkpoint` out",
    ),
    Row(
        "checkpoint in an expression",
        """
from adcompile import checkpoint
def f(a):
    return checkpoint(a) * a
           ^^^^^^^^^^^^^
""",
        _PLACE,
        "for t in checkpoint(range(n)): ...",
    ),
    Row(
        "checkpoint on a nested function",
        """
from adcompile import checkpoint
def f(a):
    @checkpoint
     ^^^^^^^^^^
    def g(b):
        return b * a
    return g(a)
""",
        _PLACE,
        "for t in checkpoint(range(n)): ...",
    ),
    Row(
        "part of a test",
        """
from adcompile import checkpoint
def f(a):
    while checkpoint(a < 10) and a > 0:
          ^^^^^^^^^^^^^^^^^^
        a = a * a + 1
    return a
""",
        _PLACE,
        "for t in checkpoint(range(n)): ...",
    ),
    Row(
        "no snapshots",
        """
from adcompile import checkpoint
def f(a, n):
    for t in checkpoint(range(n), snapshots=0):
                                            ^
        a = np.sin(a)
    return a
""",
        "the number of snapshots must be a positive integer",
    ),
    Row(
        "unknown option",
        """
from adcompile import checkpoint
def f(a, n):
    for t in checkpoint(range(n), every=3):
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        a = np.sin(a)
    return a
""",
        "this call of `checkpoint` does not fit",
        "checkpoint(range(n), snapshots=10)",
    ),
    Row(
        "function that writes into its argument",
        """
from adcompile import checkpoint
@checkpoint
def scaled(x):
    x[0] = x[0] * x[1]
    return np.sum(x * x)
def f(x):
    y = x * 2.0
    return scaled(y) * y[0]
           ^^^^^^^^^
""",
        "`scaled` is to be computed again, but its body must stand in the place of this call: it "
        "takes or returns a function or writes into its argument",
        "leave `@checkpoint` out",
    ),
    Row(
        "function that takes a function",
        """
from adcompile import checkpoint
@checkpoint
def applied(g, a):
    return g(a) * a
def f(a):
    return applied(lambda b: b * a, a)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`applied` is to be computed again, but its body must stand in the place of this call: it "
        "takes or returns a function or writes into its argument",
        "leave `@checkpoint` out",
    ),
]
