"""The functions of the module `statistics`, in NumPy's terms."""

from __future__ import annotations

import ast
import sys
from typing import Any

from adcompile.ir import Expr, Ref
from adcompile.kinds import Array
from adcompile.lower import arguments, definitions
from adcompile.lower.frame import Frame

_TEXTS = {
    "mean": "np.mean(data)",
    "fmean": "np.mean(data)",
    "median": "np.median(data)",
    "geometric_mean": "np.exp(np.mean(np.log(data)))",
    "harmonic_mean": "1 / np.mean(1 / data)",
    "pvariance": "np.var(data)",
    "pstdev": "np.std(data)",
    "variance": "np.var(data, ddof=1)",
    "stdev": "np.std(data, ddof=1)",
}


def is_average(target: Any) -> bool:
    """Whether something is one of these functions."""
    module = sys.modules.get("statistics")
    name = getattr(target, "__name__", None)
    return module is not None and name in _TEXTS and getattr(module, name) is target


def lower(
    frame: Frame, node: ast.AST, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call of one of them; None of any other."""
    if not is_average(target):
        return None
    name = target.__name__
    if not arguments.varied(frame, args, kwargs):
        callee = Ref(f"statistics.{name}", target, Array(None, ()))
        return frame.apply(node, "opaque", callee, *args, **kwargs)
    if kwargs or len(args) != 1:
        raise frame.refuse(
            node,
            f"`statistics.{name}` with more than the data has no derivative rule",
            f"write it with NumPy: `{_TEXTS[name]}`",
        )
    data = args[0]
    if not isinstance(frame.kind(data), Array):
        data = frame.apply(node, "numpy.array", data)
    return definitions.value(frame, _TEXTS[name], {"data": data})
