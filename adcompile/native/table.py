"""The operations that native code knows, by what becomes of them."""

from __future__ import annotations

import math

import numpy as np

from adcompile.errors import RefusedError
from adcompile.ir import Apply, Ref, kind_of
from adcompile.kinds import Array, Items, Kind, Many, Nothing, Resolved, Scalar, Text, Unknown
from adcompile.rules import aliases

# The function of NumPy, and the operator that is it.
_OPERATORS = {f"numpy.{name}": f"operator.{op}" for op, name in aliases.OPERATORS.items()} | {
    "numpy.less": "operator.lt",
    "numpy.less_equal": "operator.le",
    "numpy.greater": "operator.gt",
    "numpy.greater_equal": "operator.ge",
    "numpy.equal": "operator.eq",
    "numpy.not_equal": "operator.ne",
    "numpy.where": "ifexp",
    "numpy.heaviside": "native.heaviside",
    "numpy.logical_not": "operator.not_",
    "builtins.abs": "builtins.abs",
    "numpy.absolute": "builtins.abs",
    "numpy.fabs": "builtins.abs",
    "numpy.float64": "builtins.float",
    "numpy.complex128": "builtins.complex",
    "numpy.float_power": "operator.pow",
    "numpy.real": "attribute.real",
    "numpy.imag": "attribute.imag",
}
del _OPERATORS["numpy.matmul"]

_FUNCTIONS = frozenset(
    f"numpy.{name}"
    for name in (
        "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cbrt", "ceil",
        "copysign", "cos", "cosh", "degrees", "exp", "exp2", "expm1", "floor", "fmax", "fmin",
        "hypot", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "logaddexp",
        "maximum", "minimum", "radians", "reciprocal", "rint", "sign", "sin", "sinh", "sqrt",
        "square", "tan", "tanh", "trunc", "float32", "conjugate",
        "fmod", "ldexp", "nextafter", "spacing", "signbit", "gcd", "lcm",
    )
) | {"math.erf"}  # fmt: skip

_PLAIN = frozenset(
    f"operator.{name}"
    for name in ("lt", "le", "gt", "ge", "eq", "ne", "and_", "or_", "xor", "and", "or", "not_")
) | {"ifexp", "builtins.float", "builtins.complex", "native.heaviside"}
_PLAIN |= {"attribute.real", "attribute.imag"}

# What an elementwise operation is where a number in it is complex. Where numba's own have other
# limits than NumPy's, there are helpers.
OF_COMPLEX = {
    name: name
    for name in (
        *(f"operator.{name}" for name in ("add", "sub", "mul", "truediv", "neg", "pos")),
        *("operator.eq", "operator.ne"),
        *(f"numpy.{name}" for name in ("exp", "expm1", "exp2", "log", "log10", "log2", "log1p")),
        *(f"numpy.{name}" for name in ("sqrt", "square", "reciprocal", "sin", "cos", "tan")),
        *(f"numpy.{name}" for name in ("arcsin", "arccos", "arctan", "arcsinh", "arctanh")),
        *(f"numpy.{name}" for name in ("conjugate", "isfinite", "isinf", "isnan")),
        "builtins.abs", "builtins.complex", "attribute.real", "attribute.imag", "ifexp", "same",
        "outer", "cross", "gather", "native.truth",
    )
} | {
    "operator.pow": "complexes.power",
    "numpy.sinh": "complexes.sinh",
    "numpy.cosh": "complexes.cosh",
    "numpy.tanh": "complexes.tanh",
    "numpy.sign": "complexes.sign",
}  # fmt: skip

# What loops over arrays of double precision call instead.
VECTOR = {f"numpy.{name}": f"elementary.{name}" for name in ("exp", "tanh", "log")}
EXTREMES = {"numpy.max": "elementary.largest", "numpy.min": "elementary.smallest"}

# What arrays are filled with.
FILLED = {"numpy.zeros": 0.0, "numpy.ones": 1.0, "numpy.empty": 0.0}

# Of single numbers only.
NUMBERS = frozenset(
    {"builtins.max", "builtins.min", "builtins.bool", "operator.rshift", "operator.invert"}
    | {"operator.is_", "operator.is_not", "math.floor", "math.ceil", "math.trunc"}
)

# Functions of Python's that are called where nothing is differentiated, and what stands for them.
OUTSIDE = {
    "lgamma": "native.log_gamma",
    "gamma": "native.gamma",
    "erf": "math.erf",
    "erfc": "math.erfc",
}

# Views: they stay as they are, and elements are read through them.
VIEWS = frozenset({"attribute.T", "attribute.real", "attribute.imag", "numpy.expand_dims"})

# They stay as they are; their operands are arrays in memory.
ARRAYS = frozenset(
    {f"numpy.{name}" for name in ("zeros", "ones", "empty", "full", "arange", "linspace", "eye")}
    | {f"numpy.{name}_like" for name in ("zeros", "ones", "empty")}
    | {f"numpy.{name}" for name in ("identity", "diag", "trace", "argmax", "argmin", "cumsum")}
    | {f"numpy.{name}" for name in ("flip", "ascontiguousarray", "count_nonzero", "searchsorted")}
    | {"numpy.tril", "numpy.triu", "numpy.ravel", "ndarray.flatten"}
    | {f"numpy.{name}" for name in ("convolve", "correlate", "bincount", "interp", "flatnonzero")}
    | {f"numpy.{name}" for name in ("setdiff1d", "repeat", "broadcast_shapes")}
)

# They have two axes, and the results several parts or one.
MATRICES = frozenset(
    f"numpy.linalg.{name}"
    for name in ("inv", "det", "cholesky", "solve", "slogdet", "svd", "qr", "eigh", "eig", "pinv")
)

SHAPES = frozenset(
    {"attribute.shape", "attribute.size", "attribute.ndim", "builtins.len"}
    | {"numpy.shape", "numpy.size", "numpy.ndim"}
)

JOINS = frozenset(
    {"numpy.stack", "numpy.concatenate", "numpy.hstack", "numpy.vstack", "numpy.column_stack"}
)

# What they give numba finds out by itself.
OPEN = frozenset(
    {"list", "list.pop", "call", "unpack", "index", "tuple", "runtime.add", "runtime.copied"}
)

LISTS = frozenset(
    {"list.pop", "list", "tuple", "scatter.append", "scatter.pop", "builtins.list", "unpack"}
)


def pointwise(op: str) -> str | None:
    """How an elementwise operation is written for single numbers, None for other operations."""
    if op in _PLAIN or op in _FUNCTIONS:
        return op
    name = op if op == "builtins.abs" else aliases.canonical(op)
    if name.startswith("scipy.special."):
        from adcompile.native import special

        return name if name.rpartition(".")[2] in special.NAMES else None
    return _OPERATORS.get(name) or (name if name in _FUNCTIONS else None)


_DTYPES = tuple(map(np.dtype, (np.float64, np.float32, np.int64, np.bool_, np.complex128)))


def outside(expr: Apply) -> Apply:
    """A call of a function of Python's, as native code calls it.

    Raises:
        RefusedError: it has no such function.
    """
    callee = expr.args[0]
    target = callee.target if isinstance(callee, Ref) else None
    if target in (max, min) and len(expr.args) == 2 and isinstance(kind_of(expr.args[1]), Many):
        return Apply("native.greatest" if target is max else "native.least", expr.args[1:])
    name = getattr(target, "__name__", None)
    if target is None or target is not getattr(math, str(name), None) or name not in OUTSIDE:
        raise refused_operation(expr)
    return Apply(OUTSIDE[name], expr.args[1:])


def require(kind: Kind, what: str) -> None:
    """
    Raises:
        RefusedError: native code has no values of this kind.
    """
    match kind:
        case Scalar() | Text() | Resolved(np.dtype()):
            return
        case Array(dtype, dims) if dtype is not None and dims is not None and dtype in _DTYPES:
            return
        case Array(dtype, dims) if dtype is not None and dims is not None:
            raise RefusedError(f"{what} is an array of {dtype}, which native code does not know")
        case Many(_, element) if isinstance(element, Unknown):
            return  # numba finds out
        case Many(_, element):
            require(element, what)
            return
        case Items(_, items):
            for item in items:
                if not isinstance(item, Nothing):
                    require(item, what)
            return
        case Array(dtype, None):
            raise refused(f"how many axes {what} has is not known, which native code asks for")
        case Array():
            raise refused(f"the dtype of {what} is not known, which native code asks for")
        case Unknown(why) if why.startswith("it has"):
            raise refused(f"{what} {why.removeprefix('it ')}, which native code cannot have")
    raise refused(f"what {what} holds is not known well enough for native code")


def refused(reason: str) -> RefusedError:
    """A refusal by the native backend."""
    return RefusedError(reason, 'leave out backend="numba", or give fallback=True')


EFFECTS = "native code prints nothing and draws nothing: NumPy may have to run it again"
_SAID = {
    "runtime.enough_snapshots": "native code has no checkpoints",
    "runtime.snapshots": "native code has no checkpoints",
    "runtime.last_written": "native code has no index that may name an element twice",
    "runtime.products_of_others": "native code has no derivative of `np.prod`",
    "runtime.from_diagonal": "native code has no derivative of `np.diagonal`",
}


def refused_operation(expr: Apply) -> RefusedError:
    """The refusal of an operation."""
    if expr.op in _SAID:
        return refused(_SAID[expr.op])
    if expr.op.startswith(("numpy.random.", "generator.")):
        return refused(EFFECTS)
    callee = expr.args[0] if expr.args else None
    if expr.op in ("opaque", "effect") and isinstance(callee, Ref):
        return refused(f"native code cannot call `{callee.name}`")
    name = expr.op.removeprefix("builtins.").removeprefix("attribute.").replace("numpy.", "np.")
    return refused(f"native code has no `{name}` of such operands")
