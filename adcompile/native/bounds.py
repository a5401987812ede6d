"""Indices are within their axes: those of which it is not known are checked where they are used."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import Array, Dim, Dims, Scalar, Sym, dims
from adcompile.native.indices import is_mask, is_new, is_slice, parts_of
from adcompile.native.loops import Extent, equal, rank_of
from adcompile.places import HOLE, WHOLE, filled

_Range = tuple[int, Dim]


class Bounds:
    """The numbers that loops count, and the checks of other indices."""

    def __init__(self, build: Builder) -> None:
        self._build = build
        self._ranges: dict[Var, _Range] = {}
        # How long axes are at least, as statements before have checked, and as those of the block
        # will ask for.
        self._least: dict[object, int] = {}
        self._asked: dict[object, int] = {}

    @contextlib.contextmanager
    def block(self, block: ir.Block, params: Collection[Var] = ()) -> Iterator[None]:
        """What is checked in a block does not hold after it; parameters are checked before it."""
        before = dict(self._least), self._asked
        asked = _asked(block)
        self._asked = {origin: least for origin, (least, *_) in asked.items()}
        for least, base, axis, dim in asked.values():
            if base in params:
                self.require(base, axis, dim, least + dim.offset)
        yield
        self._least, self._asked = before

    def loop(self, loop: ir.For) -> None:
        """Note the numbers of a loop, as it is before it is turned round."""
        bounds = loop.bounds if len(loop.bounds) > 1 else (Const(0), *loop.bounds)
        start, stop = bounds[:2]
        if len(bounds) > 2 and bounds[2] != Const(1):
            return
        last = _length(stop)
        if isinstance(start, Const) and isinstance(start.value, int) and last is not None:
            self._ranges[loop.index] = (start.value, last)

    def place(self, base: Expr, tree: Expr) -> Expr:
        """As `index`, for a view of a view, see `places`."""
        if tree == HOLE or not isinstance(tree, Apply):
            return tree
        inner = self.place(base, tree.args[0])
        rest = tree.args[1:]
        if tree.op == "index":
            rest = (self.index(filled(inner, base), rest[0]),)
        return Apply(tree.op, (inner, *rest), tree.kwargs)

    def index(self, base: Expr, index: Expr) -> Expr:
        """An index of an array, of which each part is within its axis when it is used."""
        kind = self._build.kind(base)
        if not isinstance(kind, Array) or kind.dims is None:
            return index
        if isinstance(index, Apply) and index.op == "place":
            return Apply("place", (self.place(base, index.args[0]),))
        parts = parts_of(index)
        axes = axes_of(parts, len(kind.dims))
        made = tuple(
            part if axis is None else self.within(base, axis, kind.dims, part)
            for part, axis in zip(parts, axes, strict=True)
        )
        is_tuple = isinstance(index, Apply) and index.op == "tuple"
        return Apply("tuple", made) if is_tuple else made[0]

    def within(self, base: Expr, axis: int, sizes: Dims, part: Expr) -> Expr:
        """A part of an index that is a number; others are as they were."""
        kind, dim = ir.kind_of(part), sizes[axis]
        if is_slice(part) or dims(kind) != () or self._is_within(part, dim):
            return part
        least = _least(part)
        if least:
            self.require(base, axis, dim, least)
            return part
        length = Extent(base, axis, dim).length(self._build)
        return self._build.apply("native.within", part, length)

    def require(self, base: Expr, axis: int, dim: Dim, least: int) -> None:
        """Check that an axis is as long as an index says."""
        if isinstance(dim, Sym):
            if self._least.get(dim.origin, 0) + dim.offset >= least:
                return
            least = max(least, self._asked.get(dim.origin, 0) + dim.offset)
            self._least[dim.origin] = least - dim.offset
        elif dim >= least:
            return
        length = Extent(base, axis, dim).length(self._build)
        checked = Apply("native.at_least", (length, Const(least)))
        self._build.block.append(ir.Do(checked, self._build.span))

    def masks(self, base: Expr, index: Expr) -> None:
        """Check that the masks of an index have the shapes of what they are of."""
        sizes, parts = dims(ir.kind_of(base)), parts_of(index)
        for part, axis in zip(parts, axes_of(parts, len(sizes or ())), strict=True):
            masked = dims(ir.kind_of(part))
            if sizes and axis is not None and masked and is_mask(part):
                self._fits(base, axis, sizes, part, masked)

    def _fits(self, base: Expr, axis: int, sizes: Dims, mask: Expr, masked: Dims) -> None:
        """Check that a mask has the shape of what it is of."""
        for position, size in enumerate(masked):
            dim = sizes[axis + position]
            if not equal(size, dim):
                lengths = (
                    Extent(mask, position, size).length(self._build),
                    Extent(base, axis + position, dim).length(self._build),
                )
                self._build.block.append(ir.Do(Apply("native.same", lengths), self._build.span))

    def _is_within(self, part: Expr, dim: Dim) -> bool:
        found = self._range(part)
        if found is None:
            return False
        low, end = found
        return low >= 0 and _at_most(end, dim)

    def _range(self, part: Expr) -> _Range | None:
        """The least value of an index, and one more than the greatest."""
        if isinstance(part, Const) and type(part.value) is int:
            return part.value, part.value + 1
        if not isinstance(part, Var):
            return None
        if part in self._ranges:
            return self._ranges[part]
        match self._build.definition(part):
            case Apply("operator.add", (inner, Const(int() as by))):
                return self._moved(inner, by)
            case Apply("operator.add", (Const(int() as by), inner)):
                return self._moved(inner, by)
            case Apply("operator.sub", (inner, Const(int() as by))):
                return self._moved(inner, -by)
        return None

    def _moved(self, inner: Expr, by: int) -> _Range | None:
        found = self._range(inner)
        if found is None:
            return None
        low, end = found
        moved = end + by if isinstance(end, int) else Sym(end.origin, end.offset + by)
        return low + by, moved


def _least(part: Expr) -> int:
    """How long an axis must be for an index, as far as that is a constant."""
    if not isinstance(part, Const) or type(part.value) is not int:
        return 0
    return part.value + 1 if part.value >= 0 else -part.value


def _asked(block: ir.Block) -> dict[object, tuple[int, Expr, int, Sym]]:
    """How long axes must be for the constants by which a block indexes arrays, by what the lengths
    come from; an array and its axis that have the length."""
    found: dict[object, tuple[int, Expr, int, Sym]] = {}
    for statement in block:
        value = statement.value if isinstance(statement, ir.Assign) else None
        if not isinstance(value, Apply) or value.op.split(".")[0] not in ("index", "scatter"):
            continue
        sizes, parts = dims(ir.kind_of(value.args[0])) or (), parts_of(value.args[1])
        if len(parts) > len(sizes) or WHOLE in parts or any(map(is_new, parts)):
            continue
        for axis, (part, dim) in enumerate(zip(parts, sizes, strict=False)):
            if isinstance(dim, Sym) and _least(part):
                known = found.get(dim.origin, (0, value.args[0], axis, dim))
                found[dim.origin] = (max(known[0], _least(part) - dim.offset), *known[1:])
    return found


def axes_of(parts: tuple[Expr, ...], rank: int) -> list[int | None]:
    """For each part of an index the axis that it is of, None for one that is of none."""
    taken = [_width(part) for part in parts]
    axes: list[int | None] = []
    axis = 0
    for part, width in zip(parts, taken, strict=True):
        axes.append(axis if width else None)
        axis += rank - sum(taken) if part == WHOLE else width
    return axes


def _width(part: Expr) -> int:
    """The number of axes that a part of an index is of."""
    if is_new(part) or part == WHOLE:
        return 0
    return rank_of(part) if is_mask(part) else 1


def _length(stop: Expr) -> Dim | None:
    """The end of a range, where it is a number or a length."""
    kind = ir.kind_of(stop)
    value = kind.value if isinstance(kind, Scalar) else None
    return value if isinstance(value, Sym) or type(value) is int else None


def _at_most(end: Dim, dim: Dim) -> bool:
    if isinstance(end, int) or isinstance(dim, int):
        return isinstance(end, int) and isinstance(dim, int) and end <= dim
    return end.origin == dim.origin and end.offset <= dim.offset
