"""A sum of products along the last axis, without the array of the products: `np.vecdot(a, b)` for
`np.sum(a * b, axis=-1)`, and `np.vecdot(a, a)` for `np.sum(a**2, axis=-1)`.

NumPy takes a third of the time for it.
"""

from __future__ import annotations

import numpy as np

from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import Array, Dim, Dims, may_be_one

_DOUBLE = np.dtype(float)
_SUMS = frozenset({"numpy.sum", "ndarray.sum"})
_PRODUCTS = frozenset({"operator.mul", "numpy.multiply"})
_POWERS = frozenset({"operator.pow", "numpy.power"})


def contracted(expr: Expr) -> Expr:
    """An expression; in its place the shorter one if it is such a sum."""
    if not isinstance(expr, Apply) or expr.op not in _SUMS or len(expr.args) != 1:
        return expr
    factors = _factors(expr.args[0])
    shapes = [_shape_of_doubles(factor) for factor in factors]
    if not shapes or not all(shapes) or not _agree([shape[-1] for shape in shapes]):
        return expr
    size = max(map(len, shapes))
    last = [(("axis", Const(axis)),) for axis in (-1, size - 1)]
    return Apply("numpy.vecdot", factors) if size > 1 and expr.kwargs in last else expr


def _factors(product: Expr) -> tuple[Var, ...]:
    """The two factors of a product or square of values; none of anything else."""
    match product:
        case Apply(op, (Var() as a, Var() as b), ()) if op in _PRODUCTS:
            return a, b
        case Apply(op, (Var() as a, Const(2)), ()) if op in _POWERS:
            return a, a
        case Apply("numpy.square", (Var() as a,), ()):
            return a, a
    return ()


def _shape_of_doubles(factor: Var) -> Dims:
    """The lengths of an array of double precision, none for other values: single precision is
    summed with more care than multiplied, and the sum of short integers is a longer one."""
    kind = factor.kind
    return kind.dims or () if isinstance(kind, Array) and kind.dtype == _DOUBLE else ()


def _agree(lengths: list[Dim]) -> bool:
    """Whether lengths that NumPy takes together are certainly equal."""
    return len(set(lengths)) == 1 or not any(map(may_be_one, lengths))
