"""Ints and loops as numba knows them."""

from __future__ import annotations

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import INT, Kind, Scalar, Sym
from adcompile.native import table

_CHECKED = {
    "operator.add": "native.plus",
    "operator.sub": "native.minus",
    "operator.mul": "native.times",
}
_DIVISIONS = {"operator.floordiv": "native.quotient", "operator.mod": "native.remainder"}
_SMALL = 2**31


def is_int(kind: Kind) -> bool:
    """Whether a value is a Python int, or a bool that counts as one."""
    return isinstance(kind, Scalar) and kind.type in (int, bool)


class Ints:
    """Which ints are small: constants, lengths, numbers of iterations, and what is one of these
    more or less. A computer does not live to see them outgrow 64 bits."""

    def __init__(self) -> None:
        self._small: set[Var] = set()

    def index(self, var: Var) -> None:
        """Note the number of an iteration."""
        self._small.add(var)

    def is_small(self, expr: Expr) -> bool:
        """Whether an int is small."""
        if isinstance(expr, Const):
            return isinstance(expr.value, int) and abs(expr.value) < _SMALL
        kind = ir.kind_of(expr)
        known = isinstance(kind, Scalar) and isinstance(kind.value, (Sym, int))
        return isinstance(expr, Var) and (known or expr in self._small)

    def calculated(self, target: Var, value: Apply) -> Apply:
        """An operation on Python ints, checked where it needs to be."""
        small = [self.is_small(arg) for arg in value.args]
        if value.op in ("operator.add", "operator.sub"):
            if all(small):
                self._small.add(target)
            return value if any(small) else Apply(_CHECKED[value.op], value.args)
        if value.op == "operator.mul":
            return value if all(small) else Apply(_CHECKED[value.op], value.args)
        if value.op in _DIVISIONS:
            divisor = value.args[1]
            if isinstance(divisor, Const) and divisor.value and small[0]:
                self._small.add(target)
                return value
            return Apply(_DIVISIONS[value.op], value.args)
        if value.op == "operator.pow":
            return Apply("native.power", value.args)
        if value.op == "operator.lshift":
            raise table.refused_operation(value)
        return value


def forwards(build: Builder, loop: ir.For) -> None:
    """Let a loop run over a range from its start to its end, in place; numba knows no others."""
    if not loop.backward and loop.first is None:
        return
    start, stop, step = _three(loop.bounds)
    if loop.first is None and step == Const(1):
        loop.bounds = (_less_one(build, stop), _less_one(build, start), Const(-1))
        loop.backward = False
        return
    count = loop.first
    if count is None:
        count = build.apply("native.trips", start, stop, step)
    else:
        whole = build.apply("native.trips", start, stop, step)
        count = build.apply("builtins.min", count, whole)
    way = build.apply("operator.mul", count, step) if step != Const(1) else count
    end = _sum(build, start, way)
    if loop.backward:
        last = build.apply("operator.sub", end, step)
        before = build.apply("operator.sub", start, step)
        back = Const(-step.value) if isinstance(step, Const) else build.apply("operator.neg", step)
        loop.bounds = (last, before, back)
    else:
        loop.bounds = (start, end, step)
    loop.backward, loop.first = False, None


def _three(bounds: tuple[Expr, ...]) -> tuple[Expr, Expr, Expr]:
    """The start, stop and step of a range."""
    if len(bounds) == 1:
        return Const(0), bounds[0], Const(1)
    return bounds[0], bounds[1], bounds[2] if len(bounds) > 2 else Const(1)


def _less_one(build: Builder, expr: Expr) -> Expr:
    if isinstance(expr, Const):
        return Const(expr.value - 1)
    return build.apply("operator.sub", expr, Const(1))


def _sum(build: Builder, a: Expr, b: Expr) -> Expr:
    return b if a == Const(0) else build.apply("operator.add", a, b)


def counter(name: str) -> Var:
    """The number of an iteration."""
    return Var(name, INT)
