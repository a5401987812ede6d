"""Loops over the elements of arrays, under construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Carry, Const, Expr, For, Ref, Var, kind_of
from adcompile.kinds import Array, Dim, Kind, Resolved, Sym, dims
from adcompile.native.counting import counter
from adcompile.records import record

_NAMES = "jkl"
Body = Callable[[tuple[Expr, ...], list[Var]], list[Expr]]


@record
class Extent:
    """A length of an axis: that of `source`, an array or (if `is_shape`) a shape."""

    source: Expr
    axis: int
    dim: Dim
    is_shape: bool = False

    def length(self, build: Builder) -> Expr:
        """The length as an expression."""
        if isinstance(self.dim, int):
            return Const(self.dim)
        source = self.source
        if not self.is_shape:
            if self.axis == 0:
                return build.apply("builtins.len", source)
            shape = build.apply("attribute.shape", source)
            return build.apply("index", shape, Const(self.axis))
        if isinstance(source, Apply):
            return source.args[self.axis]
        if isinstance(source, Var) and not isinstance(dims(source.kind), tuple):
            return build.apply("index", source, Const(self.axis))
        return source


def equal(a: Dim | None, b: Dim | None) -> bool:
    """Whether two lengths are known to be the same."""
    if isinstance(a, Sym) and isinstance(b, Sym):
        return a.origin == b.origin and a.offset == b.offset
    return a == b


def over(
    build: Builder,
    lengths: Sequence[Expr],
    carried: Sequence[tuple[Expr, Var]],
    body: Body,
) -> None:
    """Write loops over all elements of an array.

    Args:
        build: where they go.
        lengths: of the axes.
        carried: what changes in them: its value before, and the value for after.
        body: makes the statements of an iteration, from the indices and the values that change;
            returns their new values.
    """

    def level(
        axis: int, at: tuple[Expr, ...], values: list[Expr], outs: Sequence[Var]
    ) -> list[Expr]:
        if axis and lengths[axis] == Const(1):
            here = (*at, Const(0))
            if axis + 1 == len(lengths):
                return body(here, [value for value in values if isinstance(value, Var)])
            return level(axis + 1, here, values, outs)
        index = counter(_NAMES[axis] if axis < len(_NAMES) else f"j{axis}")
        inners = [Var(out.hint, out.kind, named=out.named) for out in outs]
        with build.inner() as block:
            here = (*at, index)
            if axis + 1 == len(lengths):
                nexts = body(here, inners)
            else:
                following = [Var(out.hint, out.kind, named=out.named) for out in outs]
                nexts = level(axis + 1, here, list(inners), following)
        carries = [
            Carry(inner, value, next, out)
            for inner, value, next, out in zip(inners, values, nexts, outs, strict=True)
        ]
        build.block.append(For(index, (lengths[axis],), carries, block, span=build.span))
        return list(outs)

    level(0, (), [value for value, _ in carried], [out for _, out in carried])


def allocated(build: Builder, target: Var, lengths: Sequence[Expr], fill: str = "empty") -> Var:
    """A new array for the elements of `target`."""
    shape: Expr = lengths[0] if len(lengths) == 1 else Apply("tuple", tuple(lengths))
    kind = target.kind
    assert isinstance(kind, Array) and kind.dtype is not None
    dtype = () if kind.dtype == np.float64 else (dtype_ref(kind.dtype),)
    var = Var(target.hint, kind, named=target.named)
    build.block.append(Assign((var,), Apply(f"numpy.{fill}", (shape, *dtype)), build.span))
    return var


def dtype_ref(dtype: np.dtype[np.generic]) -> Ref:
    """A dtype as numba knows it."""
    name = "bool_" if dtype == np.bool_ else dtype.name
    return Ref(f"np.{name}", "numpy", Resolved(dtype))


def read(build: Builder, array: Expr, at: Sequence[Expr]) -> Expr:
    """An element of an array."""
    if not at:
        return array
    return build.apply("index", array, at[0] if len(at) == 1 else Apply("tuple", tuple(at)))


def stored(
    build: Builder, op: str, array: Var, at: Sequence[Expr], value: Expr, kind: Kind | None = None
) -> Var:
    """An array with one element written or added to."""
    index = at[0] if len(at) == 1 else Apply("tuple", tuple(at))
    result = Var(array.hint, kind or array.kind, named=array.named)
    build.block.append(Assign((result,), Apply(f"scatter.{op}", (array, index, value)), build.span))
    return result


def rank_of(expr: Expr) -> int:
    """The number of axes of an operand."""
    return len(dims(kind_of(expr)) or ())
