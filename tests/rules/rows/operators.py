import numpy as np

from tests.rules.contract import (
    array,
    combinations,
    each,
    integers,
    mask,
    number,
    positive,
    refused,
    row,
    table,
    value,
)

_PAIRS = tuple(combinations((), (1,), (3,), (2, 3), (1, 3), (2, 1)))
_OPERATORS = ("a + b", "a - b", "a * b", "a / b", "a ** b")

ROWS = [
    *(row(f, a=positive(*x), b=positive(*y)) for f in _OPERATORS for x, y in _PAIRS),
    *(row(f, a=number(0.3, 2.0), b=positive(*y)) for f in _OPERATORS for y in ((), (3,), (2, 1))),
    *(row(f, a=positive(*x), b=number(0.3, 2.0)) for f in _OPERATORS for x in ((), (3,), (2, 1))),
    *each(_OPERATORS, a=number(0.3, 2.0), b=number(0.3, 2.0)),
    *(
        r
        for a in (array(), array(3), number())
        for r in each(("-a", "+a", "abs(a)", "a * a", "a - a * 2"), a=a)
    ),
    # Constants and integers on either side
    *table(
        "{}",
        ("a + 1", "1 - a", "2 * a", "a / 3", "1 / a", "2.0 / a", "a - 0.5", "3 * a / 2"),
        a=array(3),
    ),
    *table("{}", ("a + 1", "1 - a", "2 * a", "a / 3", "1 / a", "2.0 / a"), a=number()),
    *table("a ** {}", ("0", "1", "2", "3", "-1", "-2", "2.0", "0.5", "1.5"), a=positive(3)),
    *table("a ** {}", ("0", "1", "2", "3", "-1", "2.0", "0.5"), a=number(0.5, 2.0)),
    *table("a ** {}", ("2", "3", "-1"), a=array(3)),
    *table("{} ** a", ("2", "2.0", "0.5"), a=array(3)),
    row("2.0 ** a", a=number()),
    row("a ** b", a=value(np.array([0.0, 2.0])), b=value(np.array([2, 3]))),
    row("a ** 2", a=value(np.array([0.0, 2.0]))),
    *table("a {} n", ("+", "-", "*"), a=array(3), n=integers(3)),
    *table("n {} a", ("+", "-", "*", "/"), a=positive(3), n=integers(3)),
    *table("a {} m", ("+", "*"), a=array(3), m=mask(3)),
    *table("a {} n", ("*", "/", "**"), a=positive(3), n=value(2)),
    *table("{}", ("a % 0.7", "a // 0.7 + a"), a=value(np.array([1.0, 2.0, -1.0]))),
    row("a % b", a=number(1.0, 1.2), b=number(0.3, 0.35)),
    # Compositions
    *each(
        (
            "a * b + a / b - b",
            "(a + b) * (a - b)",
            "-(a * b) ** 2",
            "1 / (1 + np.exp(-a * b))",
            "a if n > 0 else b",
            "a * 2 if n < 0 else a * b",
            "(a > b) * a + (a <= b) * b",
        ),
        a=array(3),
        b=positive(3),
        n=value(1),
    )[:4],
    row("a if n > 0 else 2 * a", a=array(3), n=value(1)),
    row("a if n > 0 else 2 * a", a=array(3), n=value(-1)),
    row("a if a > 0 else -2 * a", a=number()),
    row("(a > 0.1) * a * a", a=array(4)),
    *table("{}(a, b)", ("max", "min"), a=number(1.0, 2.0), b=number(0.0, 0.5)),
    row("max(a, 0.0)", a=number(1.0, 2.0)),
    row("float(a) * 2", a=number()),
    row("abs(a)", a=value(np.array([0.0, 1.0]))),
    row("sum(a)", a=array(3)),
    row("a * len(a)", a=array(3)),
    row("a / a.size + a.ndim", a=array(2, 3)),
    row("a @ a.T", a=array(2, 3)),
    refused("a and b", "and", a=number(), b=number()),
]
