"""Functions of matrices that are others in turn (NumPy manual: "Linear algebra")."""

from __future__ import annotations

import numpy as np

from adcompile.kinds import Array, Items
from adcompile.rules.definitions import defined, is_given, refusal, shape_known, shape_of
from adcompile.rules.registry import Call, Rule
from adcompile.rules.texts import product_text

# ----- norms -----


def norm(call: Call) -> str | None:
    """The norms that have no rule of their own; of numbers that are no floats they are floats."""
    shape, kind = shape_of(call, "x"), call.kinds["x"]
    if isinstance(kind, Array) and kind.dtype is not None and kind.dtype.kind in "iub":
        return None
    if shape is None or not call.is_static("ord") or call.static("ord") is None:
        return None
    order, axis = call.static("ord"), call.static("axis")
    if axis is None:
        axis = tuple(range(len(shape)))
    axes = [k % len(shape) for k in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    if len(axes) == 1:
        return _vector_norm(call, order)
    return _matrix_norm(call, order, axes, len(shape)) if len(axes) == 2 else None


def _vector_norm(call: Call, order: object) -> str | None:
    rest = "".join(f", {n}={n}" for n in ("axis", "keepdims") if n in call.given)
    if order == -np.inf:
        return f"np.min(np.abs(x){rest})"
    if order == 0:
        kind = call.kinds["x"]
        single = isinstance(kind, Array) and kind.dtype == np.float32
        return f"np.sum(x != 0{rest}, dtype={'np.float32' if single else 'np.float64'})"
    if isinstance(order, (int, float)) and order < 1:
        return f"np.sum(np.abs(x) ** ord{rest}) ** (1 / ord)"
    return None


_EXTREMES = {1: "max", -1: "min", np.inf: "max", -np.inf: "min", 2: "max", -2: "min", "nuc": "sum"}


def _matrix_norm(call: Call, order: object, axes: list[int], rank: int) -> str | None:
    if order not in _EXTREMES:
        return None
    rows, columns = axes
    function = _EXTREMES[order]
    if order in (2, -2, "nuc"):
        last = [rank - 2, rank - 1]
        stack = "x" if axes == last else f"np.moveaxis(x, ({rows}, {columns}), (-2, -1))"
        text = f"np.{function}(np.linalg.svdvals({stack}), axis=-1)"
    else:
        summed, left = (rows, columns) if order in (1, -1) else (columns, rows)
        text = f"np.{function}(np.sum(np.abs(x), axis={summed}), axis={left - (left > summed)})"
    if call.static("keepdims"):
        return f"np.expand_dims({text}, ({min(axes)}, {max(axes)}))"
    return text


def _any_norm(call: Call) -> str:
    """`vector_norm` takes all elements of an array for one vector."""
    axis = call.static("axis")
    if axis is None:
        if call.static("keepdims"):
            raise refusal(call, "of all elements with `keepdims`", "use `np.reshape`")
        flat = "x" if len(shape_known(call, "x")) == 1 else "np.ravel(x)"
        return f"np.linalg.norm({flat}, ord)"
    if not isinstance(axis, int):
        raise refusal(call, "over several axes", "make them one with `np.reshape`")
    return "np.linalg.norm(x, ord, axis, keepdims)"


def _cond(call: Call) -> str:
    order = call.static("p")
    values = "np.linalg.svdvals(x)"
    if order in (None, 2, -2):
        ends = ("0", "-1") if order != -2 else ("-1", "0")
        first = "" if len(shape_known(call, "x")) == 2 else "..., "
        return " / ".join(f"{values}[{first}{end}]" for end in ends)
    parts = (f"np.linalg.norm({m}, p, axis=(-2, -1))" for m in ("x", "np.linalg.inv(x)"))
    return " * ".join(parts)


# ----- powers and products -----

_FACTORS = 8


def power(call: Call) -> str | None:
    """Powers that have no rule of their own, by those that have."""
    if not call.is_static("n") or 1 <= call.static("n") <= _FACTORS:
        return None
    n = call.static("n")
    if n == 0:
        return "np.zeros_like(a) + np.eye(a.shape[-1], dtype=a.dtype)"
    if n < 0:
        return f"np.linalg.matrix_power(np.linalg.inv(a), {-n})"
    half = f"np.linalg.matrix_power(a, {n // 2})"
    return f"{half} @ {half}" if n % 2 == 0 else f"a @ np.linalg.matrix_power(a, {n - 1})"


def _multi_dot(call: Call) -> str:
    kind = call.kinds["arrays"]
    if not isinstance(kind, Items):
        raise refusal(call, "of a list of unknown length", "multiply with `@` in a loop")
    factors = [f"arrays[{i}]" for i in range(len(kind.items))]
    last = getattr(kind.items[-1], "dims", None)
    if last is not None and len(last) == 1:
        # A vector goes through the matrices one by one.
        text = factors[-1]
        for factor in reversed(factors[:-1]):
            text = f"{factor} @ {text}" if text == factors[-1] else f"{factor} @ ({text})"
        return text
    return " @ ".join(factors)


# ----- tensors -----


def _tensorinv(call: Call) -> str:
    shape_known(call, "a")
    count = call.static("ind")
    rows = product_text(f"a.shape[{i}]" for i in range(count))
    inverse = f"np.linalg.inv(np.reshape(a, ({rows}, -1)))"
    return f"np.reshape({inverse}, a.shape[{count}:] + a.shape[:{count}])"


def _tensorsolve(call: Call) -> str:
    if is_given(call, "axes"):
        raise refusal(call, "with `axes`", "move the axes with `np.moveaxis`")
    rank = len(shape_known(call, "b"))
    matrix = "np.reshape(a, (np.size(b), np.size(b)))"
    return f"np.reshape(np.linalg.solve({matrix}, np.ravel(b)), a.shape[{rank}:])"


def _vecdot(call: Call) -> str:
    return f"np.sum({_conjugated(call)} * x2, axis=axis)"


def _vecmat(call: Call) -> str:
    return f"({_conjugated(call)}[..., None, :] @ x2)[..., 0, :]"


def _conjugated(call: Call) -> str:
    """The first vector of a product."""
    return "np.conj(x1)" if call.is_complex() else "x1"


_UFUNC = "out=!, *, casting=!, order=!, dtype=!, subok=!, signature=!"

RULES: tuple[Rule, ...] = (
    defined(
        "numpy.linalg.matrix_norm",
        "x, *, keepdims=False, ord='fro'",
        "np.linalg.norm(x, ord, (-2, -1), keepdims)",
    ),
    defined("numpy.linalg.vector_norm", "x, *, axis=None, keepdims=False, ord=2", _any_norm),
    defined("numpy.linalg.cond", "x, p=None", _cond),
    defined("numpy.linalg.multi_dot", "arrays, *, out=!", _multi_dot, ""),
    defined("numpy.linalg.tensorinv", "a, ind=2", _tensorinv),
    defined("numpy.linalg.tensorsolve", "a, b, axes=None", _tensorsolve, "a b"),
    # The array API's names
    defined("numpy.linalg.matmul", "x1, x2", "x1 @ x2", "x1 x2"),
    defined("numpy.linalg.outer", "x1, x2", "np.outer(x1, x2)", "x1 x2"),
    defined("numpy.linalg.cross", "x1, x2, *, axis=-1", "np.cross(x1, x2, axis=axis)", "x1 x2"),
    defined("numpy.linalg.tensordot", "x1, x2, *, axes=2", "np.tensordot(x1, x2, axes)", "x1 x2"),
    defined("numpy.linalg.trace", "x, *, offset=0, dtype=!", "np.trace(x, offset, -2, -1)"),
    defined(
        "numpy.linalg.diagonal",
        "x, *, offset=0",
        "np.diagonal(x, offset, -2, -1)",
        fresh=False,
    ),
    *(
        defined(f"{space}.vecdot", params, _vecdot, "x1 x2")
        for space, params in (
            ("numpy.linalg", "x1, x2, *, axis=-1"),
            ("numpy", f"x1, x2, {_UFUNC}, axes=!, axis=-1, keepdims=!"),
        )
    ),
    defined(
        "numpy.matvec",
        f"x1, x2, {_UFUNC}, axes=!, axis=!, keepdims=!",
        "(x1 @ x2[..., None])[..., 0]",
        "x1 x2",
    ),
    defined(
        "numpy.vecmat",
        f"x1, x2, {_UFUNC}, axes=!, axis=!, keepdims=!",
        _vecmat,
        "x1 x2",
    ),
)
