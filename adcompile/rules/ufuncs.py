"""Methods of ufuncs (NumPy manual: "Universal functions"): they are other functions."""

from __future__ import annotations

from collections.abc import Callable

from adcompile.kinds import Scalar
from adcompile.rules.definitions import defined, refusal, shape_of
from adcompile.rules.registry import Call, Rule

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
    *(defined(f"numpy.{name}.outer", "a, b", _outer(name), "a b") for name in _OUTER),
)
