"""What the compiler refuses of `match`, `with` and `try`: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

MATCHES = [
    Row(
        "class pattern",
        """
def f(model, a):
    match model:
        case object(scale=s):
             ^^^^^^^^^^^^^^^
            return s * a
    return a
""",
        "a class pattern cannot be differentiated yet",
        "write `if` and `elif`",
    ),
    Row(
        "alternative that captures",
        """
def f(pair, a):
    match pair:
        case (0.0, z) | (z, _):
             ^^^^^^^^^^^^^^^^^
            return z * a
    return a
""",
        "an alternative that captures cannot be differentiated yet",
        "write `if` and `elif`",
    ),
    Row(
        "capture that outlives its guard",
        """
def f(pair, a):
    y = a
    match pair:
        case (x, y) if x > a:
             ^^^^^^
            return x * a
    return a * y
""",
        "a pattern with a guard that captures `y`, used elsewhere, cannot be differentiated yet",
        "write `if` and `elif`",
    ),
    Row(
        "rest of a mapping",
        """
def f(table, a):
    match table:
        case {"p": p, **rest}:
             ^^^^^^^^^^^^^^^^
            return p * a
    return a
""",
        "this pattern cannot be differentiated yet",
        "write `if` and `elif`",
    ),
    Row(
        "sequence of unknown length",
        """
def f(points, n):
    match points[n - 3:]:
        case [p, *_]:
             ^^^^^^^
            return np.sum(p)
    return np.sum(points[0])
""",
        "the structure of this value is not known while compiling",
        "ask with `if`",
    ),
    Row(
        "key that is no literal",
        """
class Keys:
    first = "p"
def f(table):
    match table:
        case {Keys.first: z}:
             ^^^^^^^^^^^^^^^
            return z * z
    return table["q"]
""",
        "the keys of this pattern are not known while compiling",
    ),
]

CONTEXTS = [
    Row(
        "another context",
        """
import contextlib
def f(a):
    with contextlib.suppress(ValueError):
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        z = a * a
    return z
""",
        "this context may change what its body computes",
        "move it around the call; `np.errstate` is known",
    ),
    Row(
        "errors that raise",
        """
def f(a):
    with np.errstate(divide="raise"):
                            ^^^^^^^
        z = 1.0 / a
    return z
""",
        "inside a differentiated function, `np.errstate` can only ignore and warn",
        'write "ignore" or "warn"',
    ),
    Row(
        "settings that are not literals",
        """
QUIET = "ignore"
def f(a):
    with np.errstate(all=QUIET):
                         ^^^^^
        z = 1.0 / a
    return z
""",
        "inside a differentiated function, `np.errstate` can only ignore and warn",
        'write "ignore" or "warn"',
    ),
    Row(
        "context with a name",
        """
def f(a):
    with np.errstate(all="ignore") as state:
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        z = 1.0 / a
    return z
""",
        "this `with` does more than print and the like, so it cannot be differentiated yet",
        "move it around the call",
    ),
    Row(
        "context whose name lives on",
        """
import contextlib, io
def f(a):
    with contextlib.redirect_stdout(io.StringIO()) as out:
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        print("hello")
    return a * len(out.getvalue())
""",
        "`out` is used outside this statement as well",
    ),
    Row(
        "context that changes a value",
        """
class Timer:
    def __init__(self, x):
        self.x = x
    def __enter__(self):
        self.x[0] = 0.0
    def __exit__(self, *args):
        pass
def f(x):
    with Timer(x):
         ^^^^^^^^
        print("timed")
    return np.sum(x)
""",
        "this call may change a value, in a statement that is kept as it is",
        "call it on a line of its own and keep its result in a variable",
    ),
    Row(
        "call in a context that changes a value",
        """
import contextlib
def fill(x):
    return x.fill(3.0)
def f(x):
    with contextlib.suppress(ValueError):
        fill(x)
        ^^^^^^^
    return np.sum(x)
""",
        "a call inside a statement that is kept writes into an array",
        "call it on a line of its own, outside",
    ),
    Row(
        "try with another value",
        """
def f(a):
    try:
    ^^^^
        z = 1.0 / a
    except ZeroDivisionError:
        z = 0.0
    return z
""",
        "this `try` does more than print and the like, so it cannot be differentiated yet",
        "move it around the call",
    ),
    Row(
        "try with finally",
        """
def f(a):
    try:
    ^^^^
        z = 1.0 / a
    finally:
        print("done")
    return z
""",
        "this `try` does more than print and the like, so it cannot be differentiated yet",
        "move it around the call",
    ),
    Row(
        "try that returns",
        """
def f(a):
    try:
    ^^^^
        return 1.0 / a
    except ZeroDivisionError:
        return a
""",
        "this `try` does more than print and the like, so it cannot be differentiated yet",
        "move it around the call",
    ),
    Row(
        "try that prints and goes on",
        """
def f(a):
    try:
    ^^^^
        z = a * a
    except ValueError:
        print("bad")
        raise
    return z
""",
        "this `try` does more than print and the like, so it cannot be differentiated yet",
        "move it around the call",
    ),
    Row(
        "call in a try that changes a value",
        """
def fill(x):
    return x.fill(3.0)
def f(x):
    try:
        fill(x)
        ^^^^^^^
    except ValueError:
        pass
    return np.sum(x)
""",
        "a call inside a statement that is kept writes into an array",
        "call it on a line of its own, outside",
    ),
    Row(
        "global that is deleted",
        """
count = 3
def f(a):
    global count
    ^^^^^^^^^^^^
    del count
    return a
""",
        "writing the global `count` is a write that outlives the call",
        "pass the value in and return it",
    ),
    Row(
        "call in a context with an array",
        """
def note(z):
    return z.sum()
def f(x, idx):
    with np.errstate(all="ignore"):
        note(idx)
             ^^^
    return np.sum(x)
""",
        "a call inside a statement that is kept might change this",
        "call it on a line of its own, outside",
    ),
]
