"""Methods of ufuncs (NumPy manual: "Universal functions"): they are other functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.kinds import Array, Kind, Scalar
from adcompile.rules.definitions import defined, refusal, shape_known, shape_of
from adcompile.rules.infer import trial_dtype
from adcompile.rules.registry import Call, Rule, Templates

_REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
_ACCUMULATED = {"add": "cumsum", "multiply": "cumprod"}
_OUTER = (
    "add", "subtract", "multiply", "divide", "true_divide", "power", "float_power", "maximum",
    "minimum", "fmax", "fmin", "remainder", "mod", "fmod", "hypot", "arctan2", "copysign",
    "logaddexp", "logaddexp2",
)  # fmt: skip


def _outer(name: str) -> Callable[[Call], str]:
    """Each element of `a` with each element of `b`."""

    def text(call: Call) -> str:
        a, b = shape_of(call, "a"), shape_of(call, "b")
        if a is None or b is None:
            raise refusal(call, "of unknown numbers of axes", "add axes, as in `a[:, None] * b`")
        # Here a Python number is as good as an array.
        first, second = (
            f"np.asarray({p})" if isinstance(call.kinds[p], Scalar) else p for p in ("a", "b")
        )
        return f"np.{name}({_with_axes(first, len(a), len(b))}, {second})"

    return text


def _with_axes(text: str, rank: int, new: int) -> str:
    if not rank or not new:
        return text
    return f"{text}[{', '.join([':'] * rank + ['None'] * new)}]"


def _reduceat_kind(call: Call) -> Kind:
    array, places = shape_of(call, "array"), shape_of(call, "indices")
    dtype = trial_dtype(lambda a: np.add.reduceat(a, [0]), call.kinds["array"])
    if array is None or places is None or not call.is_static("axis") or call.static("axis") != 0:
        return Array(dtype, None)
    return Array(dtype, (*places, *array[1:]))


def _reduceat(call: Call) -> Templates:
    """Each sum goes up to where the next one begins, but is of one element at least."""
    if call.static("axis") != 0 or len(shape_known(call, "array")) > 2:
        raise refusal(call, "along another axis than the first", "use `np.moveaxis`")
    if len(shape_known(call, "indices")) != 1:
        raise refusal(call, "with such indices", "give it a list of positions")
    first = "np.asarray(indices)[:, None]"
    ends = "np.append(np.asarray(indices)[1:], len(array))[:, None]"
    places = "np.arange(len(array))"
    within = f"({places} >= {first}) & ({places} < np.maximum({ends}, {first} + 1))"
    return {"array": f"np.where({within}, 1.0, 0.0).T @ g"}


RULES: tuple[Rule, ...] = (
    *(
        defined(
            f"numpy.{name}.reduce",
            "array, axis=0, dtype=!, out=!, keepdims=False, initial=!, where=!",
            f"np.{function}(array, axis=axis, keepdims=keepdims)",
        )
        for name, function in _REDUCED.items()
    ),
    *(
        defined(
            f"numpy.{name}.accumulate",
            "array, axis=0, dtype=!, out=!",
            f"np.{function}(array, axis=axis)",
        )
        for name, function in _ACCUMULATED.items()
    ),
    Rule(
        "numpy.add.reduceat",
        "array, indices, axis=0, dtype=!, out=!",
        _reduceat_kind,
        _reduceat,
        linear=("array",),
        cost=3,
    ),
    *(defined(f"numpy.{name}.outer", "a, b", _outer(name), "a b") for name in _OUTER),
)
