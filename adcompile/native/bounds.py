"""Which indices are known to be within their axes, so that nothing need be checked when they are
used."""

from __future__ import annotations

from collections.abc import Sequence

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import Array, Dim, Scalar, Sym

_Range = tuple[int, Dim]


class Bounds:
    """The numbers that loops count, and whether all indices are proven.

    Attributes:
        proven: whether every index so far is within its axis.
    """

    def __init__(self, build: Builder) -> None:
        self._build = build
        self._ranges: dict[Var, _Range] = {}
        self.proven = True

    def loop(self, loop: ir.For) -> None:
        """Note the numbers of a loop, as it is before it is turned round."""
        bounds = loop.bounds if len(loop.bounds) > 1 else (Const(0), *loop.bounds)
        start, stop = bounds[:2]
        if len(bounds) > 2 and bounds[2] != Const(1):
            return
        last = _length(stop)
        if isinstance(start, Const) and isinstance(start.value, int) and last is not None:
            self._ranges[loop.index] = (start.value, last)

    def index(self, base: Expr, parts: Sequence[Expr]) -> None:
        """Note an index of an array."""
        kind = ir.kind_of(base)
        if not isinstance(kind, Array) or kind.dims is None or len(parts) > len(kind.dims):
            self.proven = self.proven and not isinstance(kind, Array)
            return
        if any(isinstance(part, ir.Ref) or part == Const(None) for part in parts):
            self.proven = self.proven and all(
                isinstance(part, (ir.Ref, Apply)) or part == Const(None) for part in parts
            )
            return
        self.proven = self.proven and all(map(self._is_within, parts, kind.dims))

    def _is_within(self, part: Expr, dim: Dim) -> bool:
        if isinstance(part, Apply):
            return part.op == "slice"
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


def _length(stop: Expr) -> Dim | None:
    """The end of a range, where it is a number or a length."""
    kind = ir.kind_of(stop)
    value = kind.value if isinstance(kind, Scalar) else None
    return value if isinstance(value, Sym) or type(value) is int else None


def _at_most(end: Dim, dim: Dim) -> bool:
    if isinstance(end, int) or isinstance(dim, int):
        return isinstance(end, int) and isinstance(dim, int) and end <= dim
    return end.origin == dim.origin and end.offset <= dim.offset
