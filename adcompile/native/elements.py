"""Elementwise operations that wait to be calculated, element by element, where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Ref, Var, kind_of
from adcompile.kinds import Array, Dim, Dims, Kind, Scalar, dims, is_complex
from adcompile.native import loops, table
from adcompile.native.bounds import Bounds
from adcompile.native.indices import ALL, gathering, is_new, is_slice
from adcompile.native.loops import Extent
from adcompile.records import record
from adcompile.rules import aliases
from adcompile.simplify.numbers import MATH

NONE = Const(None)


@record
class Pointwise:
    """An array whose elements are calculated where they are needed.

    Attributes:
        op: how an element is made out of elements of the operands; see `Elements.of`.
        operands: the operands.
        axes: the lengths of its axes.
        shape: what gives its shape where that is more than its operands do.
        single: whether its elements have single precision.
    """

    op: str
    operands: tuple[Expr, ...]
    axes: Dims
    shape: Expr | None = None
    single: bool = False


_CASTS = {"f": "same", "i": "builtins.int", "b": "native.truth", "c": "builtins.complex"}


def pointwise(expr: Apply, kind: Array) -> Pointwise | None:
    """What becomes of an operation that is elementwise; None for others."""
    args, axes = expr.args, kind.dims
    assert axes is not None
    match expr.op:
        case "numpy.broadcast_to":
            return Pointwise("same", args[:1], axes, args[1])
        case "runtime.unbroadcast" if loops.rank_of(args[0]) == len(axes):
            return Pointwise("same", args[:1], axes, args[1])
        case "numpy.full_like":
            return Pointwise("same", args[1:2], axes, args[0])
        case "ndarray.astype":
            cast = _CASTS.get(kind.dtype.kind if kind.dtype is not None else "")
            return None if cast is None else Pointwise(cast, args[:1], axes)
        case "numpy.clip" | "ndarray.clip":
            limits = dict(expr.kwargs)
            low = args[1] if len(args) > 1 else limits.get("a_min", limits.get("min", NONE))
            high = args[2] if len(args) > 2 else limits.get("a_max", limits.get("max", NONE))
            return Pointwise("clip", (args[0], low, high), axes)
        case "numpy.outer" if [loops.rank_of(arg) for arg in args] == [1, 1]:
            return Pointwise("outer", args, axes)
        case "numpy.cross" if _are_vectors(expr, axes):
            return Pointwise("cross", args[:2], axes)
        case "numpy.roll" if "axis" in dict(expr.kwargs) or len(args) > 2 or len(axes) == 1:
            return _rolled(expr, axes)
        case "index":
            return _gather(args[0], args[1], axes)
        case "ifexp":
            return None
        case "operator.invert" if kind.dtype == np.bool_:
            return Pointwise("operator.not_", args, axes)
    op = table.pointwise(expr.op)
    if op is None or expr.kwargs or _adds_bools(expr) or _may_raise(expr, kind):
        return None
    if any(is_complex(kind_of(arg)) for arg in args) and op not in table.OF_COMPLEX:
        return None
    return Pointwise(op, args, axes, single=is_single(kind))


def _rolled(expr: Apply, axes: Dims) -> Pointwise | None:
    """What becomes of a roll along one axis: elements from further before, or from the end."""
    given = expr.args[2] if len(expr.args) > 2 else dict(expr.kwargs).get("axis", Const(-1))
    axis = given.value if isinstance(given, Const) else None
    axis = -1 if axis is None and len(axes) == 1 else axis
    if type(axis) is not int or not _is_int(expr.args[1]):
        return None
    return Pointwise("roll", (*expr.args[:2], Const(axis % len(axes))), axes)


def _is_int(expr: Expr) -> bool:
    kind = kind_of(expr)
    return isinstance(kind, Scalar) and kind.type is int


def _gather(base: Expr, index: Expr, axes: Dims) -> Pointwise | None:
    """What becomes of an index with arrays of ints, by whole axes otherwise."""
    found = gathering(base, index)
    if found is None or any(is_new(p) or (is_slice(p) and p != ALL) for p in found.parts):
        return None
    return Pointwise("gather", (base, Apply("tuple", found.parts)), axes)


def _are_vectors(expr: Apply, axes: Dims) -> bool:
    """Whether a product is of vectors along the last axis, of length three."""
    if len(expr.args) != 2 or not {name for name, _ in expr.kwargs} <= {"axis"}:
        return False
    last = all(axis in (Const(-1), Const(len(axes) - 1)) for _, axis in expr.kwargs)
    return last and all((dims(kind_of(arg)) or (0,))[-1] == 3 for arg in expr.args)


def is_single(kind: Kind) -> bool:
    """Whether a value has single precision."""
    return isinstance(kind, Array) and kind.dtype == np.float32


def _is_array(expr: Expr) -> bool:
    return isinstance(expr, Var) and isinstance(expr.kind, Array) and bool(expr.kind.dims)


def _may_raise(expr: Apply, kind: Array) -> bool:
    """Whether an operation is a power of ints, which must not be negative."""
    if aliases.canonical(expr.op) != "numpy.power" or kind.dtype is None or kind.dtype.kind in "fc":
        return False
    power = expr.args[1]
    return not (isinstance(power, Const) and power.value >= 0)


def _adds_bools(expr: Apply) -> bool:
    """Whether an operation means `or` or `and` because its operands are arrays of bools."""
    kinds = [kind_of(arg) for arg in expr.args]
    bools = [isinstance(k, Array) and k.dtype == np.bool_ for k in kinds]
    op = table.pointwise(expr.op) or ""
    arithmetic = op.startswith("operator.") and op.split(".")[1] in ("add", "sub", "mul", "neg")
    return arithmetic and all(bools)


class Elements:
    """The arrays that wait to be calculated.

    Args:
        build: where they go.
        bounds: what is known of indices.

    Attributes:
        waiting: them.
    """

    def __init__(self, build: Builder, bounds: Bounds) -> None:
        self._build = build
        self._bounds = bounds
        self.waiting: dict[Var, Pointwise] = {}

    def leaves(self, expr: Expr) -> Iterator[Var]:
        """The arrays in memory that an array is made of."""
        if isinstance(expr, Var) and expr in self.waiting:
            for operand in self.waiting[expr].operands:
                yield from self.leaves(operand)
        elif isinstance(expr, Apply):
            for operand in expr.operands():
                yield from self.leaves(operand)
        elif isinstance(expr, Var) and isinstance(expr.kind, Array) and expr.kind.dims:
            yield expr

    def spend(self, expr: Expr) -> None:
        """Forget what an array was made of, once it is calculated: it was read once."""
        item = self.waiting.pop(expr, None) if isinstance(expr, Var) else None
        for operand in item.operands if item is not None else ():
            self.spend(operand)

    # ----- lengths -----

    def lengths(self, item: Pointwise) -> list[Expr]:
        """The lengths of an array, with a check where two of its operands may differ."""
        found: list[list[Extent]] = [[] for _ in item.axes]
        self._extents(item, tuple(range(len(item.axes))), item.axes, found)
        return [self._length(dim, extents) for dim, extents in zip(item.axes, found, strict=True)]

    def _length(self, dim: Dim, extents: list[Extent]) -> Expr:
        longer = [e for e in extents if e.dim != 1 or dim == 1]
        if not longer:
            return Const(1)
        first = longer[0]
        length = first.length(self._build)
        known = [first.dim]
        for extent in longer:
            if not any(loops.equal(extent.dim, other) for other in known):
                known.append(extent.dim)
                other = extent.length(self._build)
                length = self._build.apply("native.same", length, other)
                # It is read before the loop, which may write to what has the length.
                assert isinstance(length, Var)
                length.named = True
        return length

    def _extents(
        self, item: Pointwise, axes: tuple[int, ...], lengths: Dims, found: list[list[Extent]]
    ) -> None:
        """Note the lengths that must agree with each axis of a loop.

        Args:
            item: an array.
            axes: for each of its axes that of the loop.
            lengths: those of the loop.
            found: the lengths, for each axis of the loop.
        """
        match item.op:
            case "outer":
                for operand, axis in zip(item.operands, axes, strict=True):
                    self._operand(operand, (axis,), lengths, found)
            case "gather":
                self._gathered(item, axes, lengths, found)
            case "roll":
                self._operand(item.operands[0], axes, lengths, found)
            case _:
                for operand in item.operands:
                    rank = loops.rank_of(operand)
                    if rank:
                        self._operand(operand, axes[len(axes) - rank :], lengths, found)
        # What it is checked against comes last: it may be what is written to.
        is_shape = item.shape is not None and not _is_array(item.shape)
        for position, axis in enumerate(axes):
            if axis >= 0 and item.shape is not None:
                found[axis].append(Extent(item.shape, position, item.axes[position], is_shape))

    def _gathered(
        self, item: Pointwise, axes: tuple[int, ...], lengths: Dims, found: list[list[Extent]]
    ) -> None:
        base, index = item.operands
        taken = gathering(base, index)
        assert taken is not None
        shared = axes[taken.first : taken.first + taken.rank]
        others = iter((*axes[: taken.first], *axes[taken.first + taken.rank :]))
        for position, part in enumerate(taken.parts):
            if part == ALL:
                axis = next(others)
                if axis >= 0:
                    size = (dims(kind_of(base)) or ())[position]
                    found[axis].append(Extent(base, position, size))
            elif loops.rank_of(part):
                self._operand(part, shared[taken.rank - loops.rank_of(part) :], lengths, found)

    def _operand(
        self, operand: Expr, axes: tuple[int, ...], lengths: Dims, found: list[list[Extent]]
    ) -> None:
        sizes = dims(kind_of(operand)) or ()
        axes = tuple(
            -1 if axis < 0 or (size == 1 and lengths[axis] != 1) else axis
            for axis, size in zip(axes, sizes, strict=True)
        )
        if isinstance(operand, Var) and operand in self.waiting:
            self._extents(self.waiting[operand], axes, lengths, found)
            return
        for position, axis in enumerate(axes):
            if axis >= 0:
                found[axis].append(Extent(operand, position, sizes[position]))

    # ----- elements -----

    def of(self, item: Pointwise, at: tuple[Expr, ...]) -> Expr:
        """An element of an array, by its index."""
        match item.op:
            case "outer":
                a, b = (
                    self.element(operand, (i,), (axis,))
                    for operand, i, axis in zip(item.operands, at, item.axes, strict=True)
                )
                return self._build.apply("operator.mul", a, b)
            case "gather":
                return self._gather(item, at)
            case "cross":
                return self._cross(item, at)
            case "roll":
                return self._roll(item, at)
            case "ordinal":
                return self._ordinal(item, at)
        parts = [
            part if part == NONE else self.element(part, at, item.axes) for part in item.operands
        ]
        if item.single:
            parts = [weak(self._build, part) for part in parts]
            return calculated(self._build, item.op, parts)
        return calculated(self._build, item.op, parts, table.VECTOR)

    def _gather(self, item: Pointwise, at: tuple[Expr, ...]) -> Expr:
        base, index = item.operands
        taken = gathering(base, index)
        assert taken is not None
        shared, others = taken.split(at)
        axes = item.axes[taken.first : taken.first + taken.rank]
        places = [
            next(others) if part == ALL else self.place(base, axis, part, shared, axes)
            for axis, part in enumerate(taken.parts)
        ]
        return loops.read(self._build, base, places)

    def _roll(self, item: Pointwise, at: tuple[Expr, ...]) -> Expr:
        """An element that is further before; a negative index is from the end."""
        base, by, axis = item.operands
        assert isinstance(axis, Const)
        moved = self._build.apply("operator.sub", at[axis.value], by)
        return loops.read(self._build, base, [*at[: axis.value], moved, *at[axis.value + 1 :]])

    def place(self, base: Expr, axis: int, part: Expr, at: tuple[Expr, ...], axes: Dims) -> Expr:
        """Where an index by arrays of ints is on one axis of an array.

        Args:
            base: the array.
            axis: the axis.
            part: the part of the index for this axis.
            at: the number of the element of the index.
            axes: the lengths of the index.
        """
        element = self.element(part, at, axes)
        return self._bounds.within(base, axis, dims(kind_of(base)) or (), element)

    def _ordinal(self, item: Pointwise, at: tuple[Expr, ...]) -> Expr:
        """The number of an element, counted along the last axis first."""
        build, (array,) = self._build, item.operands
        number = at[0]
        for axis, i in enumerate(at[1:], 1):
            length = Extent(array, axis, item.axes[axis]).length(build)
            number = build.apply("operator.add", build.apply("operator.mul", number, length), i)
        return number

    def _cross(self, item: Pointwise, at: tuple[Expr, ...]) -> Expr:
        build = self._build
        a, b = item.operands
        one, two = (
            build.apply("operator.mod", build.apply("operator.add", at[-1], Const(by)), Const(3))
            for by in (1, 2)
        )
        first, second = (
            build.apply(
                "operator.mul",
                self.element(a, (*at[:-1], i), item.axes),
                self.element(b, (*at[:-1], k), item.axes),
            )
            for i, k in ((one, two), (two, one))
        )
        return build.apply("operator.sub", first, second)

    def element(self, expr: Expr, at: tuple[Expr, ...], axes: Dims) -> Expr:
        """The element of an operand that belongs to an element of the result.

        Args:
            expr: the operand.
            at: the index of the element of the result.
            axes: the lengths of the result.
        """
        rank = loops.rank_of(expr)
        if not rank:
            return expr
        sizes = dims(kind_of(expr)) or ()
        place = tuple(
            Const(0) if size == 1 and length != 1 else i
            for i, size, length in zip(at[-rank:], sizes, axes[-rank:], strict=True)
        )
        if isinstance(expr, Var) and expr in self.waiting:
            return self.of(self.waiting[expr], place)
        return loops.read(self._build, expr, place)


def weak(build: Builder, part: Expr) -> Expr:
    """A Python number in single precision: to numba one of 64 bits is stronger than an array of
    32."""
    kind = kind_of(part)
    if part == NONE or not isinstance(kind, Scalar) or kind.type is bool:
        return part
    return build.apply("numpy.float32", part)


def calculated(
    build: Builder, op: str, parts: list[Expr], instead: Mapping[str, str] = MappingProxyType({})
) -> Expr:
    """An operation on single numbers; `instead` says what stands for functions of real ones."""
    if any(is_complex(build.kind(part)) for part in parts):
        if op == "builtins.complex" and len(parts) == 2:
            turned = build.apply("operator.mul", parts[1], Const(1j))
            return build.apply("operator.add", parts[0], turned)
        return build.apply(table.OF_COMPLEX[op], *parts) if op != "same" else parts[0]
    op = instead.get(op, op)
    match op, parts:
        case "same", [part]:
            return part
        case "clip", [part, low, high]:
            part = part if low == NONE else build.apply("numpy.maximum", part, low)
            return part if high == NONE else build.apply("numpy.minimum", part, high)
    name = MATH.get(op.removeprefix("numpy.")) if op.startswith("numpy.") else None
    return build.apply(op if name is None else f"math.{name}", *parts)


def is_basic(parts: tuple[Expr, ...]) -> bool:
    """Whether an index is made of ints, slices, None and `...`: its result is a view."""
    for part in parts:
        if isinstance(part, Apply) and part.op == "slice":
            continue
        if part == NONE or (isinstance(part, Ref) and part.name in ("...", "None", "np.newaxis")):
            continue
        if dims(kind_of(part)) != ():
            return False
    return True
