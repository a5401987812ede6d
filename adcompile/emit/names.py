"""Give values names: the user's, wherever two values that share one are never needed at once.

This is translation out of static single assignment form: values that flow into one another through
a loop or a branch get one name if their lives do not overlap, else a copy is made.
"""

from __future__ import annotations

import bisect
import builtins
import keyword
from collections.abc import Iterable
from dataclasses import dataclass, field

from adcompile import ir
from adcompile.ir import Block, Function, Var

Interval = tuple[int, int]


@dataclass(eq=False, slots=True)
class Group:
    """Values under one name, and when they are needed.

    Attributes:
        hint: the name they ask for, None for temporaries.
        lives: disjoint intervals in time, sorted; half open, so that a value may take over a name
            in the statement that reads it last.
        fixed: whether the name is a parameter's, which cannot change.
    """

    hint: str | None
    lives: list[Interval] = field(default_factory=list)
    fixed: bool = False
    members: list[Var] = field(default_factory=list)


def any_overlap(a: list[Interval], b: list[Interval]) -> bool:
    """Whether two sorted lists of disjoint intervals have a point in common."""
    if len(a) > len(b):
        a, b = b, a
    for start, end in a:
        at = bisect.bisect_left(b, (start, start))
        for other in (at - 1, at):
            if 0 <= other < len(b) and b[other][0] < end and start < b[other][1]:
                return True
        if at + 1 < len(b) and b[at + 1][0] < end:
            return True
    return False


class _Lives:
    """When each value is needed: from its definition to its last use."""

    def __init__(self, function: Function) -> None:
        self.time = 0
        self.start: dict[Var, int] = {}
        self.end: dict[Var, int] = {}
        self.points: dict[Var, Interval] = {}
        self.loops: list[tuple[int, list[Var]]] = []
        for param in function.params:
            self._define(param)
        self._block(function.body)
        self._tick()
        self._read(function.result)

    def _tick(self) -> int:
        self.time += 2
        return self.time

    def _define(self, var: Var) -> None:
        self.start.setdefault(var, self.time + 1)
        self.end.setdefault(var, self.time + 2)

    def _read(self, expr: ir.Expr) -> None:
        for var in ir.variables(expr):
            self.end[var] = max(self.end.get(var, 0), self.time + 1)
            for start, used in self.loops:
                if self.start.get(var, 0) < start:
                    used.append(var)

    def _block(self, block: Block) -> None:
        for statement in block:
            self._tick()
            match statement:
                case ir.Assign() | ir.Do() | ir.Keep():
                    for expr in ir.expressions(statement):
                        self._read(expr)
                    self._scatter(statement)
                    for var in ir.defined(statement):
                        self._define(var)
                case ir.If():
                    self._if(statement)
                case ir.For() | ir.While():
                    self._loop(statement)

    def _scatter(self, statement: ir.Statement) -> None:
        """`y = scatter(base, i, g)` takes two lines: i and g are read after y is there."""
        value = statement.value if isinstance(statement, ir.Assign) else None
        if isinstance(value, ir.Apply) and value.op.startswith("scatter."):
            for expr in value.args[1:]:
                for var in ir.variables(expr):
                    self.end[var] = max(self.end[var], self.time + 2)

    def _if(self, statement: ir.If) -> None:
        self._read(statement.test)
        for side, block in (("then", statement.then), ("orelse", statement.orelse)):
            self._block(block)
            self._tick()
            for merge in statement.merges:
                self._read(getattr(merge, side))
        for merge in statement.merges:
            self._define(merge.out)

    def _loop(self, loop: ir.For | ir.While) -> None:
        for carry in loop.carries:
            self._read(carry.init)
        if isinstance(loop, ir.For):
            for bound in loop.bounds:
                self._read(bound)
        start = self.time + 1
        for carry in loop.carries:
            self._define(carry.inner)
        self.loops.append((start, []))
        self._tick()
        if isinstance(loop, ir.For):
            self._define(loop.index)
        else:
            self._read(loop.test)
        self._block(loop.body)
        self._tick()
        for carry in loop.carries:
            self._read(carry.next)
        _, used = self.loops.pop()
        if isinstance(loop, ir.For):
            self.end[loop.index] = max(self.end[loop.index], self.time + 1)
        for var in used:
            self.end[var] = max(self.end[var], self.time + 2)
        self._tick()
        for carry in loop.carries:
            self.points[carry.inner] = (self.time - 1, self.time + 1)
            self._define(carry.out)

    def lives(self, var: Var) -> list[Interval]:
        intervals = [(self.start[var], self.end[var])]
        point = self.points.get(var)
        if point is not None:
            intervals.append(point) if point[0] >= intervals[0][1] else None
        return intervals


class Names:
    """The name of each value.

    Args:
        function: the function.
        reserved: names that stand for something outside the function.
    """

    def __init__(self, function: Function, reserved: Iterable[str] = ()) -> None:
        self._lives = _Lives(function)
        self._groups: dict[Var, Group] = {}
        self._taken: dict[str, list[Interval]] = {}
        self._reserved = {*reserved, *keyword.kwlist} | ({*dir(builtins)} - {"sum", "id", "input"})
        self.names: dict[Var, str] = {}
        for var in self._lives.start:
            self._groups[var] = Group(var.hint, self._lives.lives(var), members=[var])
        self._branches = dict(_branches(function.body))
        for param in function.params:
            self._groups[param].fixed = True
        self._join_flows(function.body)
        self._assign()

    def of(self, var: Var) -> str:
        return self.names[var]

    # ----- values that flow into one another -----

    def _join_flows(self, block: Block) -> None:
        for statement in ir.walk(block):
            if isinstance(statement, ir.If):
                for merge in statement.merges:
                    self._join(merge.out, merge.then)
                    self._join(merge.out, merge.orelse)
            for carry in ir.carries(statement):
                self._join(carry.inner, carry.out)
                self._join(carry.inner, carry.next)
                self._join(carry.inner, carry.init)

    def _join(self, a: Var, b: ir.Expr) -> None:
        if not isinstance(b, Var) or b not in self._groups:
            return
        first, second = self._groups[a], self._groups[b]
        if first is second or (first.fixed and second.fixed):
            return
        if first.hint and second.hint and first.hint != second.hint:
            return
        if any_overlap(first.lives, second.lives) and self._conflict(first, second):
            return
        first.lives = _united([*first.lives, *second.lives])
        first.members += second.members
        first.hint = first.hint or second.hint
        first.fixed = first.fixed or second.fixed
        for var in second.members:
            self._groups[var] = first

    def _conflict(self, a: Group, b: Group) -> bool:
        """Whether two values of two groups are needed at once. What a branch computes and hands
        over is the value after the branch: the two never differ where both are there; and what
        the other branch computes is not there at all."""
        return any(
            any_overlap(self._lives.lives(x), self._lives.lives(y)) and not self._alternative(x, y)
            for x in a.members
            for y in b.members
        )

    def _alternative(self, x: Var, y: Var) -> bool:
        family = self._branches.get(x)
        return family is not None and family == self._branches.get(y)

    # ----- names -----

    def _assign(self) -> None:
        done: dict[int, str] = {}
        order = sorted(
            self._groups, key=lambda v: (not self._groups[v].fixed, self._lives.start[v])
        )
        for var in order:
            group = self._groups[var]
            if id(group) not in done:
                done[id(group)] = self._pick(group)
            self.names[var] = done[id(group)]

    def _pick(self, group: Group) -> str:
        base = group.hint or "t"
        for number in range(len(self._groups) + 1):
            name = base if number == 0 else _numbered(base, number)
            if not group.fixed and name in self._reserved:
                continue
            taken = self._taken.setdefault(name, [])
            if not any_overlap(group.lives, taken):
                for interval in group.lives:
                    bisect.insort(taken, interval)
                return name
        raise AssertionError("unreachable")


def _branches(block: Block) -> Iterable[tuple[Var, Var]]:
    """For a merged value, and for the values of the branches that it comes from, the former."""
    for statement in ir.walk(block):
        if isinstance(statement, ir.If):
            for merge in statement.merges:
                yield merge.out, merge.out
                for value, body in ((merge.then, statement.then), (merge.orelse, statement.orelse)):
                    if isinstance(value, Var) and any(value in ir.defined(s) for s in body):
                        yield value, merge.out


def _united(lives: list[Interval]) -> list[Interval]:
    """Disjoint intervals, sorted, that cover the same time."""
    result: list[Interval] = []
    for start, end in sorted(lives):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _numbered(base: str, number: int) -> str:
    return f"{base}_{number}" if base[-1].isdigit() else f"{base}{number}"
