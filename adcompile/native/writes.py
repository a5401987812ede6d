"""Writes to parts of arrays as loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Const, Expr, Ref, Var, kind_of
from adcompile.kinds import Array, Dim, Dims, dims
from adcompile.native import loops, table
from adcompile.native.elements import Elements, Pointwise
from adcompile.places import WHOLE, composed, nested


@dataclass(frozen=True, slots=True)
class _Axis:
    """What a part of an index does.

    Attributes:
        at: the place on the axis, from the number of an iteration (None where there is no loop);
            None itself for an axis that the array does not have.
        loop: whether it is looped over.
        dim: how many places there are.
    """

    at: Callable[[Expr | None], Expr] | None
    loop: bool
    dim: Dim | None = None


class Writes:
    """Writes loops that write.

    Args:
        build: where they go.
        elements: the arrays that wait to be calculated.
    """

    def __init__(self, build: Builder, elements: Elements) -> None:
        self._build = build
        self._elements = elements

    def write(self, target: Var, expr: Apply) -> None:
        """Write, or add to, a part of an array."""
        base, index, g = expr.args
        assert isinstance(base, (Var, Apply))
        if isinstance(base, Apply):
            raise table.refused_operation(expr)
        if isinstance(index, Apply) and index.op == "place":
            self._through_view(target, expr)
            return
        mask = kind_of(index)
        if isinstance(mask, Array) and mask.dtype == np.bool_:
            self._masked(target, expr)
            return
        plan, region = self._plan(base, index)
        axes = region.dims or ()
        if not axes:
            raise table.refused_operation(expr)
        item = Pointwise("same", (g,), axes)
        lengths = self._lengths(item, base, index, axes)
        op = expr.op.removeprefix("scatter.").replace("at", "add")

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            rest = list(at)
            place = []
            for part in plan:
                # Several arrays of ints share one loop.
                shared = part.loop and part.dim is None
                i = at[0] if shared else rest.pop(0) if part.loop else None
                if part.at is not None:
                    place.append(part.at(i))
            element = self._elements.of(item, at)
            return [loops.stored(self._build, op, values[0], place, element, target.kind)]

        loops.over(self._build, lengths, [(base, target)], body)

    def _through_view(self, target: Var, expr: Apply) -> None:
        """Write to a view of a view: each element through the views."""
        build = self._build
        base, index, g = expr.args
        assert isinstance(base, Var) and isinstance(index, Apply)
        region = build.kind(nested(base, index))
        if not isinstance(region, Array) or region.dims is None:
            raise table.refused("native code cannot tell the shape of what is written to")
        if not region.dims:
            build.block.append(Assign((target,), expr, build.span))
            return
        view = Var(None, region)
        build.block.append(Assign((view,), nested(base, index), build.span))
        item = Pointwise("same", (g,), region.dims, view)
        lengths = self._elements.lengths(item)
        for length in lengths:
            if isinstance(length, Var):
                length.named = True

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            inner = at[0] if len(at) == 1 else Apply("tuple", at)
            place = composed(index.args[0], inner)
            element = self._elements.of(item, at)
            result = Var(target.hint, target.kind, named=target.named)
            value = Apply(expr.op, (values[0], place, element))
            build.block.append(Assign((result,), value, build.span))
            return [result]

        loops.over(build, lengths, [(base, target)], body)

    def _masked(self, target: Var, expr: Apply) -> None:
        """Write a number, or one element after the other, where a mask is true."""
        build = self._build
        base, mask, g = expr.args
        sizes = dims(kind_of(base)) or ()
        assert isinstance(base, Var)
        if loops.rank_of(mask) != len(sizes) or loops.rank_of(g):
            raise table.refused("native code has no such index of arrays")
        item = Pointwise("same", (mask,), sizes, base)
        lengths = self._elements.lengths(item)

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            chosen = self._elements.of(item, at)
            old = loops.read(build, values[0], at)
            new = g
            if expr.op != "scatter.store":
                op = "operator.sub" if expr.op == "scatter.sub" else "operator.add"
                new = build.apply(op, old, g)
            element = build.apply("ifexp", chosen, new, old)
            return [loops.stored(build, "store", values[0], at, element)]

        loops.over(build, lengths, [(base, target)], body)

    def _lengths(self, item: Pointwise, base: Var, index: Expr, axes: Dims) -> list[Expr]:
        """How often each loop runs: what is written must fit the place."""
        build = self._build
        g = item.operands[0]
        sizes = (None,) * (len(axes) - loops.rank_of(g)) + (dims(kind_of(g)) or ())
        if all(map(loops.equal, sizes, axes)):
            return self._elements.lengths(item)
        view: Expr = base if index == WHOLE else build.apply("index", base, index)
        shaped = Pointwise("same", (g,), axes, view)
        return self._elements.lengths(shaped)

    def _plan(self, base: Var, index: Expr) -> tuple[list[_Axis], Array]:
        """What an index does with each axis, and the kind of the place."""
        build = self._build
        if index == WHOLE:
            index = Apply("tuple")
        parts = list(index.args) if isinstance(index, Apply) and index.op == "tuple" else [index]
        rank = loops.rank_of(base)
        taken = sum(not is_new(part) and part != WHOLE for part in parts)
        rest = [Apply("slice", (Const(None),) * 3)] * (rank - taken)
        at = parts.index(WHOLE) if WHOLE in parts else len(parts)
        parts[at : at + 1] = rest
        region = build.kind(Apply("index", (base, Apply("tuple", tuple(parts)))))
        if not isinstance(region, Array) or region.dims is None:
            raise table.refused("native code cannot tell the shape of what is written to")
        arrays = [part for part in parts if loops.rank_of(part) and not isinstance(part, Apply)]
        if arrays and any(isinstance(part, Apply) for part in parts) and parts[0] not in arrays:
            raise table.refused("native code has no such index of arrays")
        several = len(arrays) > 1
        plan, axis = [], 0
        for part in parts:
            plan.append(self._axis(base, axis, part, several))
            axis += not is_new(part)
        return plan, region

    def _axis(self, base: Var, axis: int, part: Expr, several: bool) -> _Axis:
        build = self._build
        if is_new(part):
            return _Axis(None, True, 1)
        if isinstance(part, Apply) and part.op == "slice":
            return self._slice(base, axis, part)
        kind = kind_of(part)
        if dims(kind) == () and not isinstance(part, Ref):
            return _Axis(lambda i: part, False)
        whole = isinstance(kind, Array) and kind.dtype is not None and kind.dtype.kind in "iu"
        if whole and loops.rank_of(part) == 1:
            return _Axis(
                lambda i: loops.read(build, part, (i or Const(0),)), True, None if several else 1
            )
        raise table.refused("native code has no such index of arrays")

    def _slice(self, base: Var, axis: int, part: Apply) -> _Axis:
        build = self._build
        start, _, step = part.args
        step = Const(1) if step == Const(None) else step
        if not isinstance(step, Const) or step.value < 1:
            if part.args == (Const(None), Const(None), Const(-1)):
                last = build.apply("operator.sub", _length(build, base, axis), Const(1))
                return _Axis(lambda i: build.apply("operator.sub", last, i or Const(0)), True, 1)
            raise table.refused("native code cannot write to such a slice")
        if start == Const(None):
            start = Const(0)
        elif not (isinstance(start, Const) and start.value >= 0):
            start = build.apply("native.first", start, _length(build, base, axis))

        def place(i: Expr | None) -> Expr:
            assert i is not None
            moved = i if step == Const(1) else build.apply("operator.mul", i, step)
            return moved if start == Const(0) else build.apply("operator.add", moved, start)

        return _Axis(place, True, 1)


def is_new(part: Expr) -> bool:
    """Whether a part of an index makes a new axis."""
    return part == Const(None) or (isinstance(part, Ref) and part.name in ("None", "np.newaxis"))


def _length(build: Builder, base: Var, axis: int) -> Expr:
    if axis == 0:
        return build.apply("builtins.len", base)
    return build.apply("index", build.apply("attribute.shape", base), Const(axis))
