"""Of which parameters of a function the values matter to its result, and not only the shapes."""

from __future__ import annotations

import types
from collections.abc import Sequence

import numpy as np

from adcompile import ir
from adcompile.ir import Apply, Assign, Do, Expr, For, Function, If, Ref, Var, While
from adcompile.kinds import Array
from adcompile.rules import aliases, registry


def values_needed(
    function: Function, params: Sequence[Var], others: Sequence[Function]
) -> tuple[str, ...] | None:
    """The names of the parameters whose values matter to the result.

    Args:
        function: the function, without writes to what it does not own.
        params: those of its parameters that are asked about.
        others: the functions that it calls.

    Returns:
        The names; None if the result may depend on something besides the parameters.
    """
    everything = [function, *others]
    if any(_reads_outside(expr) for f in everything for expr in _expressions(f)):
        return None
    needed = _Needed(function)
    return tuple(str(param.hint) for param in params if param in needed.values)


def _expressions(function: Function) -> list[Expr]:
    found = [e for statement in ir.walk(function.body) for e in ir.expressions(statement)]
    return [*found, function.result]


def _reads_outside(expr: Expr) -> bool:
    """Whether an expression reads what may change from one call to the next."""
    if isinstance(expr, Ref):
        return not _is_constant(expr.target)
    if not isinstance(expr, Apply):
        return False
    return expr.op in ("opaque", "effect") or any(map(_reads_outside, expr.operands()))


def _is_constant(target: object) -> bool:
    """Whether what a reference is to stays as it is: literals, functions of the text, types."""
    if isinstance(target, tuple):
        return hasattr(target[0] if target else None, "sides") or all(map(_is_constant, target))
    return target is Ellipsis or isinstance(target, _CONSTANT)


_CONSTANT = (
    str, bool, int, float, type, type(None), types.BuiltinFunctionType, np.ufunc, np.dtype,
)  # fmt: skip

# Their results have shapes that follow from those of their first arguments.
_FIRST = frozenset(
    {f"numpy.{name}" for name in (
        "sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod", "ravel", "copy",
        "transpose", "squeeze", "expand_dims", "reshape", "broadcast_to", "roll", "flip", "sort",
        "swapaxes", "moveaxis", "zeros_like", "ones_like", "full_like", "empty_like", "astype",
    )}
    | {"index", "ndarray.flatten", "attribute.T", "sets.everywhere"}
)  # fmt: skip
_ALL = frozenset({"tuple", "list", "dict", "record", "numpy.matmul", "numpy.dot", "numpy.outer"})
# They read no more than the shape of what holds no sets.
_OF_SHAPES = frozenset(
    {"numpy.shape", "attribute.shape", "builtins.len", "numpy.size", "attribute.size"}
    | {"numpy.ndim", "attribute.ndim", "attribute.dtype"}
    | {f"numpy.{name}_like" for name in ("zeros", "ones", "empty")}
    | {f"sets.{name}" for name in ("blank", "contracted", "nothing", "product", "spread")}
    | {"sets.unbroadcast", "sets.everywhere", "sets.numbered"}
)


class _Needed:
    """Finds the values that matter.

    Attributes:
        values: they; of all others only the shape does.
    """

    def __init__(self, function: Function) -> None:
        self.values: set[Var] = set()
        self._expr(function.result, True)
        size = -1
        while size != len(self.values):
            size = len(self.values)
            for statement in ir.walk(function.body):
                self._statement(statement)

    def _statement(self, statement: ir.Statement) -> None:
        match statement:
            case Assign(targets, value):
                self._assigned(any(target in self.values for target in targets), value)
            case Do():
                self._expr(statement.value, True)
            case If():
                self._expr(statement.test, True)
                for merge in statement.merges:
                    self._expr(merge.then, merge.out in self.values)
                    self._expr(merge.orelse, merge.out in self.values)
            case For() | While():
                for control in ir.controls(statement):
                    self._expr(control, True)
        for carry in ir.carries(statement):
            whole = carry.inner in self.values or carry.out in self.values
            if whole:
                self.values.add(carry.inner)
            self._expr(carry.init, whole)
            self._expr(carry.next, whole)

    def _assigned(self, whole: bool, value: Expr) -> None:
        if isinstance(value, Apply) and value.op.startswith("scatter.") and not whole:
            self._expr(value.args[0], False)
        else:
            self._expr(value, whole)

    def _expr(self, expr: Expr, whole: bool) -> None:
        """Note what matters of an expression: its value, or its shape only."""
        if isinstance(expr, Var):
            if whole or _holds_sets(expr):
                self.values.add(expr)
        elif isinstance(expr, Apply):
            for operand, matters in zip(expr.operands(), _matter(expr, whole), strict=True):
                self._expr(operand, matters)


def _holds_sets(var: Var) -> bool:
    return isinstance(var.kind, Array) and var.kind.dtype == object


def _matter(expr: Apply, whole: bool) -> list[bool]:
    """Of which operands the value matters, if that of the expression does, or only the shape."""
    count = len(list(expr.operands()))
    name = aliases.canonical(expr.op)
    if name in _OF_SHAPES or expr.op in _OF_SHAPES:
        return [False] * count
    if whole:
        return [True] * count
    rule = registry.find(expr.op)
    if name in _ALL or expr.op in _ALL or (rule is not None and rule.elementwise):
        return [False] * count
    if name in _FIRST or expr.op in _FIRST or expr.op.startswith("attribute."):
        return [False, *[True] * (count - 1)]
    return [True] * count
