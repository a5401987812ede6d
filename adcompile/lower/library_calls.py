"""Calls of functions of Python's, NumPy's and SciPy's, and of what cannot be looked into."""

from __future__ import annotations

import ast
import builtins
import math
from typing import Any

import numpy as np

from adcompile import libraries
from adcompile.builder import DRAWS
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Do, Expr, Ref
from adcompile.kinds import FLOAT, UNKNOWN, Kind
from adcompile.lower import (
    arguments,
    containers,
    definitions,
    effects,
    functions,
    inspection,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.rules import registry, unruled
from adcompile.rules.infer import elementwise_kind


def dotted(target: Any) -> str | None:
    """The dotted name of something of Python's, NumPy's or SciPy's (`numpy.linalg.norm`), else
    None."""
    return _numpy_name(target) or libraries.name_of(target)


def _numpy_name(target: Any) -> str | None:
    name = getattr(target, "__name__", None)
    if not isinstance(name, str):
        return None
    if isinstance(target, np.ufunc) and getattr(np, name, None) is target:
        return f"numpy.{name}"
    space = getattr(target, "__module__", None)
    if isinstance(getattr(target, "__self__", None), np.random.RandomState):
        space = "numpy.random"
    if space == "adcompile.runtime":
        return f"runtime.{name}"
    module = {"builtins": builtins, "math": math}.get(str(space))
    if module is None and str(space).partition(".")[0] == "numpy":
        for module in (np, np.linalg, np.random, np.fft, np.lib.stride_tricks):
            if getattr(module, name, None) is target:
                break
    if module is None or getattr(module, name, None) is not target:
        return None
    return f"{module.__name__}.{name}"


def call_of_ufunc(frame: Frame, node: ast.Call, ufunc: Ref, name: str) -> Expr:
    """`np.add.at(...)`."""
    args, kwargs = arguments.lowered(frame, node)
    op = f"{dotted(ufunc.target)}.{name}"
    written = writes.function(frame, node, op, args, kwargs)
    if written is not None:
        return written
    method = getattr(ufunc.target, name)
    defined = definitions.lower(frame, node, op, args, kwargs)
    if defined is not None:
        return defined
    if _has_rule(frame, op, args, kwargs):
        return frame.apply(node, op, *args, **kwargs)
    if arguments.varied(frame, args, kwargs):
        raise frame.refuse(node, *unruled.message(op))
    return opaque(frame, node, Ref(_spelled(op), method), args, kwargs)


def call(
    frame: Frame, node: ast.AST, op: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a function of NumPy's or Python's."""
    args, kwargs = _first_by_position(op, args, kwargs)
    effects.refuse_reflection(frame, node, op)
    if op in _MATRICES:
        raise frame.refuse(node, *unruled.message(op))
    if op == "runtime.apart":
        frame.build.block.append(Do(Apply(op, tuple(args), tuple(kwargs.items()))))
        return Const(None)
    without_rule = _without_rule(frame, node, op, args, kwargs)
    if without_rule is not None:
        return without_rule
    if _has_rule(frame, op, args, kwargs):
        is_ufunc = isinstance(target, np.ufunc)
        args, kwargs = containers.as_arrays(frame, node, op, args, kwargs, is_ufunc)
        return frame.apply(node, op, *args, **kwargs)
    if arguments.varied(frame, args, kwargs):
        raise frame.refuse(node, *unruled.message(op))
    kind = FLOAT if op.startswith("math.") and op not in _NOT_FLOAT else UNKNOWN
    return opaque(frame, node, Ref(_spelled(op), target, kind), args, kwargs)


def _first_by_position(
    op: str, args: list[Expr], kwargs: dict[str, Expr]
) -> tuple[list[Expr], dict[str, Expr]]:
    """The arguments of a call, of which the first one is not given by name: `np.sum(a=x)`."""
    rule = None if args or not kwargs else registry.find(op)
    first = registry.parameters(rule.params).positional[:1] if rule is not None else ()
    given = [kwargs[name] for name in first if name in kwargs]
    return [*args, *given], {k: v for k, v in kwargs.items() if not given or k not in first}


def _without_rule(
    frame: Frame, node: ast.AST, op: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call that is lowered to something else than an operation with a rule."""
    if op in inspection.BUILTINS:
        found = inspection.BUILTINS[op](frame, node, args)
        if found is not None:
            return found
    written = writes.function(frame, node, op, args, kwargs)
    if written is not None:
        return written
    special = None if frame.template else functions.SPECIAL.get(op)
    if special is not None:
        result: Expr | None = special(frame, node, args, kwargs)
        if result is not None:
            return result
    if op in _TEXTS and arguments.varied(frame, args, kwargs):
        raise frame.refuse(
            node,
            f"`{_spelled(op)}` makes a text of a value that is differentiated",
            "use the number",
        )
    return definitions.lower(frame, node, op, args, kwargs)


# They make arrays whose operators are not those of arrays.
_MATRICES = {"numpy.matrix", "numpy.asmatrix", "numpy.bmat"}


def _has_rule(frame: Frame, op: str, args: list[Expr], kwargs: dict[str, Expr]) -> bool:
    """Whether a call is one that a rule is for. Where nothing is differentiated, any other form of
    it is kept as it is."""
    rule = registry.find(op)
    if rule is None or frame.template or arguments.varied(frame, args, kwargs):
        return rule is not None
    if rule.definition is not None and rule.pullback is None:
        return False
    try:
        registry.bind(op, tuple(args), tuple(kwargs.items()), frame.kind)
    except RefusedError:
        return False
    return True


_NOT_FLOAT = {
    f"math.{name}"
    for name in ("floor", "ceil", "trunc", "gcd", "lcm", "comb", "perm", "factorial", "isqrt",
                 "isnan", "isinf", "isfinite", "isclose", "frexp", "modf", "prod")
}  # fmt: skip

_TEXTS = {"builtins.str", "builtins.repr", "builtins.format"}


def _spelled(op: str) -> str:
    return op.replace("numpy.", "np.", 1).removeprefix("builtins.")


def opaque(
    frame: Frame, node: ast.AST, callee: Ref, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of something that cannot be looked into: allowed where nothing is differentiated."""
    if arguments.varied(frame, args, kwargs):
        raise frame.refuse(
            node,
            f"`{callee.name}` cannot be looked into, and a differentiated value enters it",
            "write it as a Python function, or pass it values that are not differentiated",
        )
    if isinstance(callee.target, np.ufunc) and not kwargs and len(args) == callee.target.nin:
        kind = ufunc_kind(frame, callee.target, args)
        return frame.apply(node, "opaque", Ref(callee.name, callee.target, kind), *args)
    effects.refuse_writing(frame, node, callee, args, kwargs)
    known = dotted(callee.target)
    op = "opaque" if known is not None and not known.startswith(DRAWS) else "effect"
    return frame.apply(node, op, callee, *args, **kwargs)


def ufunc_kind(frame: Frame, ufunc: np.ufunc, args: list[Expr]) -> Kind:
    """The kind of the result of an elementwise function, of NumPy's or not."""
    if ufunc.nout != 1 or ufunc.signature is not None:
        return UNKNOWN
    return elementwise_kind(ufunc, [frame.kind(arg) for arg in args])
