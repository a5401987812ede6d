"""Sums and extrema as loops."""

from __future__ import annotations

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Const, Expr, Ref, Var, kind_of
from adcompile.kinds import Array, dims, is_complex
from adcompile.native import loops, table
from adcompile.native.elements import Elements, Pointwise, is_single
from adcompile.rules import aliases
from adcompile.rules.registry import NotStaticError

_SUMS = ("numpy.sum", "numpy.mean", "numpy.prod", "numpy.max", "numpy.min")
_OTHERS = ("numpy.var", "numpy.std", "numpy.linalg.norm", "numpy.any", "numpy.all")
_INFINITY = Ref("np.inf", "numpy")
_COMBINED = {
    "numpy.sum": "operator.add",
    "numpy.mean": "operator.add",
    "numpy.prod": "operator.mul",
    "numpy.max": "numpy.maximum",
    "numpy.min": "numpy.minimum",
    "numpy.any": "operator.or",
    "numpy.all": "operator.and",
}


def is_reduction(expr: Apply) -> bool:
    """Whether an operation is one of a whole array, or along axes."""
    return aliases.canonical(expr.op) in _SUMS + _OTHERS


def of_number(build: Builder, expr: Apply) -> Expr:
    """A reduction of one number.

    Raises:
        RefusedError: it is of more than the number.
    """
    name, a = aliases.canonical(expr.op), expr.args[0]
    if len(expr.args) > 1 or {n for n, _ in expr.kwargs} - {"axis", "keepdims"}:
        raise table.refused_operation(expr)
    if name in ("numpy.var", "numpy.std"):
        return build.apply("operator.sub", a, a)
    if name == "numpy.linalg.norm":
        return build.apply("builtins.abs", a)
    return build.apply("native.truth", a) if name in ("numpy.any", "numpy.all") else a


class Reductions:
    """Writes reductions.

    Args:
        build: where they go.
        elements: the arrays that wait to be calculated.
    """

    def __init__(self, build: Builder, elements: Elements) -> None:
        self._build = build
        self._elements = elements

    def write(self, target: Var, expr: Apply) -> bool:
        """Write a reduction; whether it was one that can be."""
        name = aliases.canonical(expr.op)
        build = self._build
        if loops.rank_of(expr.args[0]) == 0:
            return False
        if name in ("numpy.var", "numpy.std", "numpy.linalg.norm"):
            return False
        try:
            call = build.bind(expr)
            axes = (
                _axes(call.static("axis"), loops.rank_of(expr.args[0]))
                if name not in ("numpy.any", "numpy.all") or expr.kwargs
                else None
            )
            keep = bool(call.static("keepdims")) if "keepdims" in call.kinds else False
        except NotStaticError as error:
            raise error.refusal(expr.op).at(build.span) from None
        kinds = [kind_of(expr.args[0]), target.kind]
        whole = [
            isinstance(k, Array) and k.dtype is not None and k.dtype.kind != "f" for k in kinds
        ]
        if "dtype" in call.given and whole[1] and not whole[0]:
            return False
        if name not in ("numpy.sum", "numpy.mean", "numpy.prod") and is_complex(kinds[0]):
            return False
        if name in ("numpy.max", "numpy.min") and whole[0]:
            return False
        if self._is_extreme_of_vector(target, expr.args[0], name, keep):
            value = Apply(table.EXTREMES[name], expr.args[:1])
            build.block.append(Assign((target,), value, build.span))
            return True
        self._reduce(target, expr.args[0], axes, keep, name)
        return True

    def _is_extreme_of_vector(self, target: Var, a: Expr, name: str, keep: bool) -> bool:
        """Whether this is the extremum of a vector of double precision, in memory."""
        kind = kind_of(a)
        is_double = isinstance(kind, Array) and kind.dtype == np.float64
        is_vector = loops.rank_of(a) == 1 and a not in self._elements.waiting and not keep
        return name in table.EXTREMES and is_double and is_vector and not is_single(target.kind)

    # ----- loops -----

    def _reduce(
        self, target: Var, a: Expr, axes: tuple[int, ...] | None, keep: bool, name: str
    ) -> Expr:
        """Write a reduction; the number of elements that make one of the result."""
        build = self._build
        sizes = dims(kind_of(a)) or ()
        axes = tuple(range(len(sizes))) if axes is None else axes
        item = Pointwise("same", (a,), sizes)
        lengths = self._elements.lengths(item)
        if name in ("numpy.max", "numpy.min"):
            lengths = [
                build.apply("native.nonempty", n) if axis in axes else n
                for axis, n in enumerate(lengths)
            ]
        count: Expr = Const(1)
        for axis in axes:
            whole = count == Const(1)
            count = lengths[axis] if whole else build.apply("operator.mul", count, lengths[axis])
        result = target
        if name == "numpy.mean":
            result = Var(target.hint, target.kind, named=target.named)
        if len(axes) == len(sizes) and not keep:
            self._to_number(result, item, lengths, name)
        else:
            self._to_array(result, item, lengths, axes, keep, name)
        if name == "numpy.mean":
            self._divide(target, result, count)
        return count

    def _to_number(self, target: Var, item: Pointwise, lengths: list[Expr], name: str) -> None:
        build = self._build

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            return [self._combined(name, values[0], self._elements.of(item, at))]

        total = target
        if is_single(target.kind):
            total = Var(target.hint, Array(np.dtype(np.float64), ()), named=target.named)
        loops.over(build, lengths, [(self._initial(name, target), total)], body)
        if total is not target:
            build.block.append(Assign((target,), Apply("numpy.float32", (total,)), build.span))

    def _to_array(
        self,
        target: Var,
        item: Pointwise,
        lengths: list[Expr],
        axes: tuple[int, ...],
        keep: bool,
        name: str,
    ) -> None:
        build = self._build
        kept = [n for axis, n in enumerate(lengths) if axis not in axes]
        if keep:
            kept = [Const(1) if axis in axes else n for axis, n in enumerate(lengths)]
        start = self._started(name, target, kept)

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            place = [i for axis, i in enumerate(at) if axis not in axes]
            if keep:
                place = [Const(0) if axis in axes else i for axis, i in enumerate(at)]
            element = self._elements.of(item, at)
            if name in ("numpy.sum", "numpy.mean"):
                return [loops.stored(build, "add", values[0], place, element)]
            old = loops.read(build, values[0], place)
            new = self._combined(name, old, element)
            return [loops.stored(build, "store", values[0], place, new)]

        loops.over(build, lengths, [(start, target)], body)

    def _started(self, name: str, target: Var, lengths: list[Expr]) -> Var:
        """A new array of what a reduction of nothing gives."""
        if name in ("numpy.sum", "numpy.mean"):
            return loops.allocated(self._build, target, lengths, "zeros")
        if name == "numpy.prod":
            return loops.allocated(self._build, target, lengths, "ones")
        if name in ("numpy.any", "numpy.all"):
            fill = "zeros" if name == "numpy.any" else "ones"
            return loops.allocated(self._build, target, lengths, fill)
        shape: Expr = lengths[0] if len(lengths) == 1 else Apply("tuple", tuple(lengths))
        var = Var(target.hint, target.kind, named=target.named)
        value = Apply("numpy.full", (shape, self._initial(name, target)))
        self._build.block.append(Assign((var,), value, self._build.span))
        return var

    def _divide(self, target: Var, total: Var, count: Expr) -> None:
        build = self._build
        if not (isinstance(target.kind, Array) and target.kind.dims):
            value = Apply("operator.truediv", (total, count))
            build.block.append(Assign((target,), value, build.span))
            return
        item = Pointwise("operator.truediv", (total, count), target.kind.dims)
        lengths = self._elements.lengths(item)

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            mean = self._elements.of(item, at)
            return [loops.stored(build, "store", values[0], at, mean)]

        loops.over(build, lengths, [(total, target)], body)

    def _initial(self, name: str, target: Var) -> Expr:
        whole = isinstance(target.kind, Array) and target.kind.dtype == np.int64
        if is_complex(target.kind):
            return Const(complex(name == "numpy.prod"))
        if name in ("numpy.any", "numpy.all"):
            return Const(name == "numpy.all")
        if name == "numpy.max":
            return Apply("operator.neg", (_INFINITY,))
        if name == "numpy.min":
            return _INFINITY
        start = 1 if name == "numpy.prod" else 0
        return Const(start if whole else float(start))

    def _combined(self, name: str, value: Expr, element: Expr) -> Expr:
        return self._build.apply(_COMBINED[name], value, element)


def _axes(axis: object, rank: int) -> tuple[int, ...] | None:
    if axis is None:
        return None
    given = axis if isinstance(axis, tuple) else (axis,)
    return tuple(int(a) % rank for a in given)
