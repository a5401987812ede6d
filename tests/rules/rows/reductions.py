import numpy as np

from tests.rules.contract import (
    apart,
    array,
    each,
    number,
    positive,
    refused,
    row,
    table,
    value,
)

_AXES = (
    "",
    ", axis=0",
    ", axis=1",
    ", axis=-1",
    ", 1",
    ", axis=(0, 1)",
    ", axis=(0, -1)",
    ", axis=(1, 2)",
    ", axis=(2, 0)",
    ", axis=(0, 1, 2)",
    ", axis=0, keepdims=True",
    ", axis=(0, -1), keepdims=True",
    ", keepdims=True",
    ", axis=None",
)
_METHODS = ("a.{}()", "a.{}(0)", "a.{}(axis=1)", "a.{}(axis=-1, keepdims=True)")
_SMOOTH = ("sum", "mean", "prod", "var", "std")
_EXTREMA = ("max", "min", "ptp")

ROWS = [
    *(r for f in _SMOOTH for r in table(f"np.{f}(a{{}})", _AXES, a=array(2, 3, 4))),
    *(r for f in _EXTREMA for r in table(f"np.{f}(a{{}})", _AXES, a=apart(2, 3, 4))),
    *(r for f in _SMOOTH for r in each([m.replace("{}", f) for m in _METHODS], a=array(3, 4))),
    *(
        r
        for f in ("max", "min")
        for r in each([m.replace("{}", f) for m in _METHODS], a=apart(3, 4))
    ),
    *(
        r
        for s in ((), (1,), (3,), (1, 1), (3, 1))
        for r in table("np.{}(a)", ("sum", "mean", "prod"), a=array(*s))
    ),
    *(r for s in ((), (1,), (4,), (3, 1)) for r in table("np.{}(a)", _EXTREMA, a=apart(*s))),
    *(r for s in ((3,), (3, 1)) for r in table("np.{}(a)", ("var", "std"), a=array(*s))),
    *table("np.{}(a)", ("sum", "mean", "prod", "max", "min"), a=number()),
    *table("np.{}(a)", ("amax", "amin"), a=apart(3, 4)),
    # An axis of length one, and one that is known only at run time
    *table("np.{}(a, axis=1)", ("sum", "mean", "prod", "max"), a=array(3, 1)),
    *table("np.{}(a, axis=k)", ("sum", "mean", "var", "cumsum"), a=array(3, 4), k=value(1)),
    *table("np.{}(a, axis=k)", ("max", "min"), a=apart(3, 4), k=value(0)),
    *table("np.{}(a, axis=k)", ("sum", "mean"), a=array(3, 4), k=value((0, 1))),
    # Zeros in a product
    row("np.prod(a)", a=value(np.array([2.0, 0.0, 3.0]))),
    row("np.prod(a)", a=value(np.array([2.0, 0.0, 0.0]))),
    row("np.prod(a, axis=1)", a=value(np.array([[2.0, 0.0, 3.0], [1.0, 2.0, 4.0]]))),
    row("np.prod(a, axis=(0, 2))", a=value(np.array([[[2.0, 0.0]], [[5.0, 3.0]]]))),
    # Deviations
    *table("np.{}(a, ddof=1)", ("var", "std"), a=array(5)),
    *table("np.{}(a, axis=0, ddof=1)", ("var", "std"), a=array(5, 2)),
    *table("np.{}(a, axis=0, ddof=k, keepdims=True)", ("var", "std"), a=array(5, 2), k=value(2)),
    row("np.std(a)", a=value(np.full(4, 2.0))),
    row("np.std(a, axis=0)", a=value(np.array([[1.0, 2.0], [1.0, 4.0]]))),
    # Ties share equally
    row("np.max(a)", a=value(np.array([1.0, 3.0, 3.0]))),
    row("np.min(a, axis=1)", a=value(np.array([[1.0, 3.0, 1.0], [2.0, 5.0, 2.0]]))),
    row("np.ptp(a)", a=value(np.array([1.0, 3.0, 3.0, 1.0]))),
    # Sums along the way
    *table("np.cumsum(a{})", ("", ", axis=0", ", axis=1", ", axis=-2", ", 2"), a=array(2, 3, 4)),
    *each(("np.cumsum(a)", "a.cumsum()", "a.cumsum(0)", "np.cumsum(a, axis=-1)"), a=array(4)),
    row("np.cumsum(a)", a=array()),
    # Of a dtype
    row("np.sum(a, dtype=np.float64)", a=array(3)),
    refused("np.sum(a, axis=0, keepdims=k)", "keepdims", a=array(3, 2), k=value(True)),
    row("np.sum(np.sqrt(a), axis=0)", a=positive(3, 2)),
]
