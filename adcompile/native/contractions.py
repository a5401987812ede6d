"""Sums of products over axes that arrays share: `np.einsum` and its like, as loops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Var, kind_of
from adcompile.kinds import Array, Dim, dims, is_complex
from adcompile.native import loops, table
from adcompile.native.indices import ALL
from adcompile.native.loops import Extent
from adcompile.rules import aliases

# For each operand, and for the result, the names of its axes.
Axes = list[tuple[object, ...]]


def write(build: Builder, target: Var, expr: Apply) -> bool:
    """Write an operation; whether it is one of these, of arrays of floats."""
    name = aliases.canonical(expr.op)
    plan = _PLANS.get(name)
    if plan is None:
        return False
    given = [arg for arg in expr.args if isinstance(kind_of(arg), Array)]
    if not all(_is_of_floats(arg) for arg in given) or not _is_of_floats(target):
        return False
    found = plan(build, expr, given)
    if found is None:
        return False
    _Contraction(build, given, found).write(target)
    return True


_FLOATS = (np.dtype(np.float64), np.dtype(np.complex128))


def _is_of_floats(expr: Expr) -> bool:
    kind = kind_of(expr)
    return isinstance(kind, Array) and kind.dims is not None and kind.dtype in _FLOATS


# ----- what the functions mean -----


def _einsum(build: Builder, expr: Apply, given: Sequence[Expr]) -> Axes | None:
    text = expr.args[0]
    known = isinstance(text, Const) and isinstance(text.value, str)
    if not known or len(given) != len(expr.args) - 1 or set(dict(expr.kwargs)) - {"optimize"}:
        return None
    assert isinstance(text, Const)
    before, arrow, after = text.value.replace(" ", "").partition("->")
    if "." in before:
        return None
    if not arrow:
        after = "".join(sorted(c for c in set(before) - {","} if before.count(c) == 1))
    return [*(tuple(part) for part in before.split(",")), tuple(after)]


def _tensordot(build: Builder, expr: Apply, given: Sequence[Expr]) -> Axes | None:
    call = build.bind(expr)
    if len(given) != 2 or not call.is_static("axes"):
        return None
    asked = call.static("axes")
    ranks = [loops.rank_of(part) for part in given]
    if isinstance(asked, int):
        asked = (tuple(range(ranks[0] - asked, ranks[0])), tuple(range(asked)))
    first, second = (a if isinstance(a, (tuple, list)) else (a,) for a in asked)
    shared = {i % ranks[0]: k % ranks[1] for i, k in zip(first, second, strict=True)}
    left = tuple(("a", i) if i not in shared else ("b", shared[i]) for i in range(ranks[0]))
    right = tuple(("b", k) for k in range(ranks[1]))
    return [left, right, _unshared(left, right)]


def _inner(build: Builder, expr: Apply, given: Sequence[Expr]) -> Axes | None:
    ranks = [loops.rank_of(part) for part in given]
    if len(given) != 2 or 0 in ranks:
        return None
    left = (*(("a", i) for i in range(ranks[0] - 1)), "shared")
    right = (*(("b", i) for i in range(ranks[1] - 1)), "shared")
    return [left, right, _unshared(left, right)]


def _unshared(left: Sequence[object], right: Sequence[object]) -> tuple[object, ...]:
    return (*(n for n in left if n not in right), *(n for n in right if n not in left))


_PLANS = {"numpy.einsum": _einsum, "numpy.tensordot": _tensordot, "numpy.inner": _inner}


# ----- stacks of matrices -----


def of_stacks(a: Expr, b: Expr) -> Apply:
    """`a @ b` of which one has more than two axes: with as many axes for both."""
    rank = max(loops.rank_of(a), loops.rank_of(b))
    result = Apply("native.products", (_with_rank(a, rank, -1), _with_rank(b, rank, -2)))
    if loops.rank_of(a) == 1:
        return Apply("index", (result, Apply("tuple", (*[ALL] * (rank - 2), Const(0)))))
    if loops.rank_of(b) == 1:
        return Apply("index", (result, Apply("tuple", (*[ALL] * (rank - 1), Const(0)))))
    return result


def _with_rank(array: Expr, rank: int, axis: int) -> Expr:
    """An array with new axes before its own; a vector is along one of the last two."""
    own = loops.rank_of(array)
    if own == rank:
        return array
    kept: tuple[Expr, ...] = (ALL, Const(None)) if (own, axis) == (1, -2) else (ALL,) * own
    new = (Const(None),) * (rank - len(kept))
    return Apply("index", (array, Apply("tuple", (*new, *kept)) if new else kept[0]))


# ----- loops -----


class _Contraction:
    def __init__(self, build: Builder, given: Sequence[Expr], axes: Axes) -> None:
        self._build = build
        self._given = given
        *self._axes, self._result = axes
        names = list(dict.fromkeys(name for part in self._axes for name in part))
        summed = [name for name in names if name not in self._result]
        # The innermost loop is over elements that lie side by side, and add to different ones.
        self._order = [*self._result[:-1], *summed, *self._result[-1:]]

    def write(self, target: Var) -> None:
        """Write the loops."""
        lengths = {name: self._length(name) for name in self._order}
        if not self._result:
            zero = Const(0j if is_complex(target.kind) else 0.0)
            loops.over(self._build, list(lengths.values()), [(zero, target)], self._total)
            return
        shape = [lengths[name] for name in self._result]
        start = loops.allocated(self._build, target, shape, "zeros")

        def body(at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
            place = [self._at(at)[name] for name in self._result]
            return [loops.stored(self._build, "add", values[0], place, self._product(at))]

        loops.over(self._build, list(lengths.values()), [(start, target)], body)

    def _total(self, at: tuple[Expr, ...], values: list[Var]) -> list[Expr]:
        return [self._build.apply("operator.add", values[0], self._product(at))]

    def _at(self, at: tuple[Expr, ...]) -> dict[object, Expr]:
        return dict(zip(self._order, at, strict=True))

    def _product(self, at: tuple[Expr, ...]) -> Expr:
        places = self._at(at)
        product: Expr | None = None
        for array, names in zip(self._given, self._axes, strict=True):
            sizes = dims(kind_of(array)) or ()
            place = [
                Const(0) if size == 1 else places[name]
                for name, size in zip(names, sizes, strict=True)
            ]
            element = loops.read(self._build, array, place)
            is_first = product is None
            product = element if is_first else self._times(product, element)
        assert product is not None
        return product

    def _times(self, product: Expr | None, element: Expr) -> Expr:
        assert product is not None
        return self._build.apply("operator.mul", product, element)

    def _length(self, name: object) -> Expr:
        """The length of an axis, with a check where two of the operands may differ."""
        found: list[tuple[Dim, Expr]] = []
        for array, names in zip(self._given, self._axes, strict=True):
            sizes = dims(kind_of(array)) or ()
            if len(sizes) != len(names):
                raise table.refused("native code has no such product of arrays")
            for axis, other in enumerate(names):
                if other == name and not any(loops.equal(sizes[axis], dim) for dim, _ in found):
                    length = Extent(array, axis, sizes[axis]).length(self._build)
                    found.append((sizes[axis], length))
        longer = [length for dim, length in found if dim != 1] or [Const(1)]
        total = longer[0]
        for length in longer[1:]:
            total = self._build.apply("native.same", total, length)
            assert isinstance(total, Var)
            total.named = True
        return total
