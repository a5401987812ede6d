"""Other names of the same operation: array methods, `math`, older NumPy names."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.ir import Apply, Expr
from adcompile.kinds import Scalar

_NUMPY_NAMES = {
    "abs": "absolute",
    "true_divide": "divide",
    "mod": "remainder",
    "amax": "max",
    "amin": "min",
    "round_": "round",
    "around": "round",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "pow": "power",
    "conj": "conjugate",
    "asanyarray": "asarray",
    "row_stack": "vstack",
    "concat": "concatenate",
    "permute_dims": "transpose",
    "matrix_transpose": "linalg.matrix_transpose",
    "deg2rad": "radians",
    "rad2deg": "degrees",
}

_MATH_NAMES = {
    "fabs": "absolute",
    "pow": "power",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "copysign": "copysign",
}

_SCIPY_NAMES = {
    "scipy.special.digamma": "scipy.special.psi",
    "scipy.special.jn": "scipy.special.jv",
    "scipy.special.sinc": "numpy.sinc",
}

OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "matmul": "matmul",
    "neg": "negative",
    "pos": "positive",
}

# Methods that take their last argument either as a tuple or spread out: `x.reshape(2, 3)`.
_SPREAD = {"reshape", "transpose"}


def canonical(op: str) -> str:
    """The dotted name under which the rule of `op` stands in the table."""
    space, _, name = op.rpartition(".")
    if space.startswith("scipy."):
        return _SCIPY_NAMES.get(op, op)
    if space == "operator" and name in OPERATORS:
        return f"numpy.{OPERATORS[name]}"
    if space == "math":
        return f"numpy.{_MATH_NAMES.get(name, name)}"
    if space == "ndarray" and not hasattr(np.ndarray, name):
        return op  # `append` is a list's
    if space in ("ndarray", "numpy"):
        return f"numpy.{_NUMPY_NAMES.get(name, name)}"
    return op


def adapt(
    op: str, args: tuple[Expr, ...], kwargs: tuple[tuple[str, Expr], ...], kind_of: Any
) -> tuple[tuple[Expr, ...], tuple[tuple[str, Expr], ...]]:
    """The arguments of a call as the canonical function takes them."""
    space, _, name = op.rpartition(".")
    if space != "ndarray":
        return args, kwargs
    if name in _SPREAD and len(args) > 1:
        kind = kind_of(args[1])
        if isinstance(kind, Scalar) or len(args) > 2:
            args = (args[0], Apply("tuple", args[1:]))
    if name == "reshape":
        kwargs = tuple(("shape", v) if k == "newshape" else (k, v) for k, v in kwargs)
    if name == "clip":
        kwargs = tuple(({"min": "a_min", "max": "a_max"}.get(k, k), v) for k, v in kwargs)
    return args, kwargs
