"""What the compiler refuses of functions that yield: rows as in `tests.refusals.table`."""

from __future__ import annotations

from tests.refusals.rows import Row

_HALVES = """
def halves(z):
    yield z / 2
    yield z / 4

"""

GENERATORS = [
    Row(
        "run over twice",
        _HALVES
        + """
def f(a):
    both = halves(a)
    total = sum(both)
    for z in both:
             ^^^^
        total += z
    return total
""",
        "`halves` may have been run over before, and is empty then",
        "call it where it is run over",
    ),
    Row(
        "run over in a loop",
        _HALVES
        + """
def f(a, n):
    total = a
    both = halves(a)
    for i in range(n):
        for z in both:
                 ^^^^
            total += z
    return total
""",
        "`halves` may have been run over before, and is empty then",
        "call it where it is run over",
    ),
    Row(
        "in step with something else",
        _HALVES
        + """
def f(a, x):
    return sum(z * v for z, v in zip(halves(a), x))
                                     ^^^^^^^^^
""",
        "`halves` yields in step with something else, which cannot be differentiated yet",
        "make a list of it: `list(halves(...))`",
    ),
    Row(
        "counted twice",
        _HALVES
        + """
def f(a):
    total = a
    for i, (j, z) in enumerate(enumerate(halves(a))):
                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        total += i * z
    return total
""",
        "`enumerate` of `enumerate` cannot be differentiated yet",
    ),
    Row(
        "runs over itself",
        """
def walk(z):
    yield z
    yield from walk(z / 2)
               ^^^^^^^^^^^


def f(a):
    for z in walk(a):
        if z < 0.1:
            break
    return z
""",
        "`walk` runs over itself, and its body stands in the place of the loop",
        "let it return a list",
    ),
    Row(
        "value of a yield",
        """
def echo(z):
    y = yield z
        ^^^^^^^


def f(a):
    return sum(echo(a))
""",
        "a `yield` whose value is used cannot be differentiated yet",
        "yield in a statement of its own",
    ),
    Row(
        "yield inside with",
        """
def quiet(z):
    with np.errstate(all="ignore"):
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        yield np.log(z)


def f(a):
    return sum(quiet(a))
""",
        "a `yield` inside `with` or `try` cannot be differentiated yet",
        "yield outside of it",
    ),
    Row(
        "nested function in a generator",
        """
def squares(x):
    def square(z):
    ^^^^^^^^^^^^^^
        return z * z

    for v in x:
        yield square(v)


def f(x):
    return sum(squares(x))
""",
        "`squares` yields, and in such functions this cannot be differentiated yet",
        "write it outside of the function",
    ),
    Row(
        "else after a generator that returns",
        """
def some(x):
    for v in x:
        if v < 0:
            return
            ^^^^^^
        yield v


def f(x):
    total = x[0]
    for v in some(x):
        if v > 2:
            break
        total += v
    else:
        total *= 2
    return total
""",
        "`some` may return early, and the loop over it has an `else`",
        "leave out the `else`",
    ),
    Row(
        "break inside try",
        _HALVES
        + """
def f(a):
    total = a
    for z in halves(a):
        try:
        ^^^^
            if z < 0.1:
                break
        finally:
            print(z)
        total += z
    return total
""",
        "a `break` here, in a loop over a generator, cannot be differentiated yet",
    ),
    Row(
        "captured name that may change",
        """
def f(a, x):
    def scaled():
        for v in x:
            yield v * a
                      ^

    def total_of(values):
        total = 0.0
        for v in values():
            total += v
        return total

    a = a * 2
    return total_of(scaled)
""",
        "`a` of `f`, which `scaled` reads, may change while it is run over",
        "pass `a` in",
    ),
    Row(
        "checkpoint of a generator",
        """
from adcompile import checkpoint


def terms(x):
    for v in x:
        yield v * v


def f(x):
    total = 0.0
    for v in checkpoint(terms(x)):
             ^^^^^^^^^^^^^^^^^^^^
        total = total * v + v
    return total
""",
        "`terms` yields in turn, so that none can be computed again",
        "leave `checkpoint` out",
    ),
    Row(
        "next of several loops",
        """
def f(x, y):
    return next(u * v for u in x for v in y if u > v)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
        "`next` of a generator with several loops cannot be differentiated yet",
        "write a `for` loop",
    ),
]
