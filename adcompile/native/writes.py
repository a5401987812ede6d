"""Writes to parts of arrays as loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Const, Expr, Ref, Var, kind_of
from adcompile.kinds import Array, Dims, dims
from adcompile.native import loops, table
from adcompile.native.elements import Elements, Pointwise, pointwise
from adcompile.native.indices import Gathering, full, gathering, is_new, of_ints, sliced
from adcompile.native.loops import Extent
from adcompile.places import WHOLE, composed, nested
from adcompile.records import record


@record
class _Axis:
    """What a part of an index does.

    Attributes:
        at: the place on the axis, from the number of an iteration (None where there is no loop);
            None itself for an axis that the array does not have.
        loop: whether it has a loop of its own.
        array: the array of ints that has the places.
    """

    at: Callable[[Expr | None], Expr] | None
    loop: bool
    array: Expr | None = None


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
        plan, region, taken = self._plan(base, index)
        axes = region.dims or ()
        if not axes:
            raise table.refused_operation(expr)
        item = Pointwise("same", (g,), axes)
        lengths = self._lengths(item, base, index, axes)
        op = expr.op.removeprefix("scatter.").replace("at", "add")

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            shared, others = ((), iter(at)) if taken is None else taken.split(at)
            place = []
            axis = 0
            for part in plan:
                i = next(others) if part.loop else None
                if part.array is not None:
                    assert taken is not None
                    sizes = axes[taken.first : taken.first + taken.rank]
                    place.append(self._elements.place(values[0], axis, part.array, shared, sizes))
                elif part.at is not None:
                    place.append(part.at(i))
                axis += part.array is not None or part.at is not None
            element = self._elements.of(item, at)
            return [loops.stored(self._build, op, values[0], place, element, target.kind)]

        loops.over(self._build, lengths, [(base, target)], body)

    def last_written(self, target: Var, expr: Apply) -> None:
        """The adjoint of what was written by an index that may name an element twice: zero where
        another write followed. Each write leaves its number; that of the last one stays."""
        build, waiting = self._build, self._elements.waiting
        t, a, index = expr.args
        axes, sizes = dims(kind_of(t)), dims(kind_of(a))
        parts = gathering(a, index)
        if not axes or sizes is None or not isinstance(t, Var) or parts is None:
            raise table.refused_operation(expr)
        numbers = Array(np.dtype(np.int64), axes)
        written = Var("last", Array(np.dtype(np.int64), sizes))
        lengths = [Extent(a, axis, size).length(build) for axis, size in enumerate(sizes)]
        empty = loops.allocated(build, written, lengths)
        number, again, found, is_last = (Var(None, numbers) for _ in range(4))
        waiting[number] = waiting[again] = Pointwise("ordinal", (t,), axes)
        self.write(written, Apply("scatter.store", (empty, index, number)))
        taken = pointwise(Apply("index", (written, index)), numbers)
        if taken is None:
            raise table.refused_operation(expr)
        waiting[found] = taken
        waiting[is_last] = Pointwise("operator.eq", (found, again), axes)
        waiting[target] = Pointwise("ifexp", (is_last, t, Const(0.0)), axes)
        del waiting[number]

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
        taken = gathering(base, index)
        if taken is not None and any(map(is_new, taken.parts)):
            raise table.refused("native code has no such index of arrays")
        if taken is not None:
            view = Var(None, build.kind(Apply("index", (base, index))))
            whole, parts = sliced(build, base, index)
            self._elements.waiting[view] = Pointwise("gather", (whole, parts), axes)
            lengths = self._elements.lengths(Pointwise("same", (g, view), axes))
            del self._elements.waiting[view]
            return lengths
        place: Expr = base if index == WHOLE else build.apply("index", base, index)
        return self._elements.lengths(Pointwise("same", (g,), axes, place))

    def _plan(self, base: Var, index: Expr) -> tuple[list[_Axis], Array, Gathering | None]:
        """What an index does with each axis, the kind of the place, and what arrays of ints do."""
        parts = full(base, index)
        region = self._build.kind(Apply("index", (base, Apply("tuple", parts))))
        if not isinstance(region, Array) or region.dims is None:
            raise table.refused("native code cannot tell the shape of what is written to")
        taken = gathering(base, index)
        plan, axis = [], 0
        for part in parts:
            plan.append(self._axis(base, axis, part))
            axis += not is_new(part)
        return plan, region, taken

    def _axis(self, base: Var, axis: int, part: Expr) -> _Axis:
        if is_new(part):
            return _Axis(None, True)
        if isinstance(part, Apply) and part.op == "slice":
            return self._slice(base, axis, part)
        if of_ints(part):
            return _Axis(None, False, part)
        if dims(kind_of(part)) == () and not isinstance(part, Ref):
            return _Axis(lambda i: part, False)
        raise table.refused("native code has no such index of arrays")

    def _slice(self, base: Var, axis: int, part: Apply) -> _Axis:
        build = self._build
        start, _, step = part.args
        step = Const(1) if step == Const(None) else step
        if not isinstance(step, Const):
            raise table.refused("native code cannot write to such a slice")
        if step.value < 0:
            return self._backwards(base, axis, start, step.value)
        if start == Const(None):
            start = Const(0)
        elif not (isinstance(start, Const) and start.value >= 0):
            start = build.apply("native.first", start, _length(build, base, axis))

        def place(i: Expr | None) -> Expr:
            assert i is not None
            if i == Const(0):
                return start
            moved = i if step == Const(1) else build.apply("operator.mul", i, step)
            return moved if start == Const(0) else build.apply("operator.add", moved, start)

        return _Axis(place, True)

    def _backwards(self, base: Var, axis: int, start: Expr, step: int) -> _Axis:
        """A slice from its end to its beginning."""
        build, length = self._build, _length(self._build, base, axis)
        if start == Const(None):
            last = build.apply("operator.sub", length, Const(1))
        else:
            last = build.apply("native.last", start, length)

        def place(i: Expr | None) -> Expr:
            moved = i or Const(0)
            if step != -1:
                moved = build.apply("operator.mul", moved, Const(-step))
            return build.apply("operator.sub", last, moved)

        return _Axis(place, True)


def _length(build: Builder, base: Var, axis: int) -> Expr:
    if axis == 0:
        return build.apply("builtins.len", base)
    return build.apply("index", build.apply("attribute.shape", base), Const(axis))
