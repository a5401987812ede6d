"""Give values names: the user's, wherever two values that share one are never needed at once.

This is translation out of static single assignment form: values that flow into one another through
a loop or a branch get one name if their lives do not overlap, else a copy is made.
"""

from __future__ import annotations

import bisect
import builtins
import keyword
import re
from collections.abc import Iterable, Iterator

from adcompile import ir
from adcompile.ir import Block, Function, Var
from adcompile.records import field, record

Interval = tuple[int, int]


@record(frozen=False, eq=False)
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
    if not a or not b or b[-1][1] <= a[0][0]:
        return False
    if b[-1][0] <= a[0][0]:  # as mostly, where names are given in the order of time
        return True
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


class Lives:
    """When each value is needed: backward liveness on structured code.

    Time runs with the text. A value that only one branch reads is not needed in the other one.
    """

    def __init__(self, function: Function, ignore: frozenset[str] = frozenset()) -> None:
        """
        Args:
            function: the function.
            ignore: operations that do not need their first operand to be there.
        """
        self.lives: dict[Var, list[Interval]] = {}
        self._ignore = ignore
        self._ends: dict[int, tuple[int, ...]] = {}
        self._time = 0
        self._number(function.body)
        end = self._tick()
        live: dict[Var, int] = {}
        self._read(live, function.result, end)
        self._block(function.body, live)
        for param in function.params:
            self._define(live, param, 0)

    def start(self, statement: ir.Statement) -> int:
        """When a statement starts."""
        return self._ends[id(statement)][0]

    def is_there(self, var: Var, time: int) -> bool:
        """Whether a value is needed at a time or later, and exists by then."""
        return any(start <= time <= end for start, end in self.lives.get(var, ()))

    def is_needed_after(self, var: Var, time: int) -> bool:
        """Whether a value that exists at a time is needed after it."""
        return any(start <= time < end for start, end in self.lives.get(var, ()))

    def _tick(self) -> int:
        self._time += 4
        return self._time

    def _number(self, block: Block) -> None:
        """Give each statement its time: when it starts, and when its blocks end."""
        for statement in block:
            times = [self._tick()]
            for inner in ir.blocks(statement):
                self._number(inner)
                times.append(self._tick())
            self._ends[id(statement)] = tuple(times)

    def _read(self, live: dict[Var, int], expr: ir.Expr, time: int) -> None:
        for var in self._needed(expr):
            live[var] = max(live.get(var, 0), time)

    def _needed(self, expr: ir.Expr) -> Iterable[ir.Var]:
        """The values that an expression needs."""
        if not self._ignore:
            return ir.variables(expr)
        stack, found = [expr], []
        while stack:
            top = stack.pop()
            if isinstance(top, Var):
                found.append(top)
            elif isinstance(top, ir.Apply):
                stack.extend(top.args[top.op in self._ignore :])
                stack.extend(value for _, value in top.kwargs)
        return found

    def _define(self, live: dict[Var, int], var: Var, time: int) -> None:
        """A value begins: it is there from now to its last use."""
        end = max(live.pop(var, 0), time + 1)
        self.lives.setdefault(var, []).append((time, end))

    def _block(self, block: Block, live: dict[Var, int]) -> None:
        for statement in reversed(block):
            time = self._ends[id(statement)][0]
            match statement:
                case ir.If():
                    self._if(statement, live)
                case ir.For() | ir.While():
                    self._loop(statement, live)
                case _:
                    for var in ir.defined(statement):
                        self._define(live, var, time + 2)
                    late = _is_scatter(statement)
                    for expr in ir.expressions(statement):
                        self._read(live, expr, time + 1)
                    if late is not None:
                        # `y = scatter(base, i, g)` takes two lines: i and g are read in the second,
                        # where y is already, but still is what the base was.
                        for var in self._needed(ir.Apply("tuple", late.args[1:])):
                            if var is not late.args[0]:
                                self._read(live, var, time + 3)

    def _if(self, statement: ir.If, live: dict[Var, int]) -> None:
        start, then_end, end = self._ends[id(statement)]
        for merge in statement.merges:
            self._define(live, merge.out, end + 2)
        inside: dict[Var, int] = {}
        sides = (
            (statement.then, [m.then for m in statement.merges], start + 2, then_end),
            (statement.orelse, [m.orelse for m in statement.merges], then_end + 2, end),
        )
        for block, handed, begin, finish in sides:
            branch = dict(live)
            for expr in handed:
                self._read(branch, expr, finish + 1)
            self._block(block, branch)
            for var, last in branch.items():
                if var not in live:
                    self.lives.setdefault(var, []).append((begin, last))
                    inside[var] = start + 1
        for inner in ir.walk([*statement.then, *statement.orelse]):
            for var in ir.defined(inner):
                live.pop(var, None)
        for var, last in inside.items():
            live[var] = max(live.get(var, 0), last)
        self._read(live, statement.test, start + 1)

    def _loop(self, loop: ir.For | ir.While, live: dict[Var, int]) -> None:
        times = self._ends[id(loop)]
        start, end = times[0], times[-1]
        for carry in loop.carries:
            self._define(live, carry.out, end + 3)
        body = dict(live)
        for carry in loop.carries:
            self._read(body, carry.next, end + 1)
        for var in _free(loop):
            body[var] = max(body.get(var, 0), end + 2)
        self._block(loop.body, body)
        if isinstance(loop, ir.While):
            self._read(body, loop.test, start + 3)
        if isinstance(loop, ir.For):
            body[loop.index] = max(body.get(loop.index, 0), end + 2)
            self._define(body, loop.index, start + 3)
        for carry in loop.carries:
            self._define(body, carry.inner, start + 2)
            # What an iteration ends with is there when the next one begins.
            self.lives[carry.inner].append((end + 2, end + 3))
        live.clear()
        live.update(body)
        for carry in loop.carries:
            self._read(live, carry.init, start + 1)
        if isinstance(loop, ir.For):
            # The range is made after what is carried has its first value.
            for bound in (*loop.bounds, loop.first or ir.Const(None)):
                self._read(live, bound, start + 3)


def _is_scatter(statement: ir.Statement) -> ir.Apply | None:
    value = statement.value if isinstance(statement, ir.Assign) else None
    return value if isinstance(value, ir.Apply) and value.op.startswith("scatter.") else None


def _free(loop: ir.For | ir.While) -> list[Var]:
    """The values from outside that the body of a loop reads."""
    inside = {carry.inner for carry in loop.carries}
    read: dict[Var, None] = {}
    if isinstance(loop, ir.For):
        inside.add(loop.index)
    else:
        read.update(dict.fromkeys(ir.variables(loop.test)))
    for carry in loop.carries:
        read.update(dict.fromkeys(ir.variables(carry.next)))
    for statement in ir.walk(loop.body):
        inside.update(ir.defined(statement))
        inside.update(carry.inner for carry in ir.carries(statement))
        if isinstance(statement, ir.For):
            inside.add(statement.index)
        for expr in ir.expressions(statement):
            read.update(dict.fromkeys(ir.variables(expr)))
    return [var for var in read if var not in inside]


class Names:
    """The name of each value.

    Args:
        function: the function.
        reserved: names that stand for something outside the function.
    """

    def __init__(self, function: Function, reserved: Iterable[str] = ()) -> None:
        self._lives = Lives(function).lives
        self._groups: dict[Var, Group] = {}
        self._taken: dict[str, list[Interval]] = {}
        self._spelled: dict[str, list[tuple[str, list[Interval]]]] = {}
        self._reserved = {*reserved, *keyword.kwlist} | ({*dir(builtins)} - {"sum", "id", "input"})
        self.names: dict[Var, str] = {}
        for var, lives in self._lives.items():
            self._groups[var] = Group(var.hint, _united(lives), members=[var])
        self._branches = dict(_branches(function.body))
        for param in function.params:
            self._groups[param].fixed = True
        self._join_flows(function.body)
        self._assign()

    def of(self, var: Var) -> str:
        """The name of a value in the text."""
        return self.names[var]

    # ----- values that flow into one another -----

    def _join_flows(self, block: Block) -> None:
        for statement in ir.walk(block):
            if isinstance(statement, ir.If):
                for merge in statement.merges:
                    for value in (merge.then, merge.orelse):
                        if isinstance(value, Var) and (
                            value.hint or self._alternative(merge.out, value)
                        ):
                            self._join(merge.out, value)
            for carry in ir.carries(statement):
                self._join(carry.inner, carry.out)
                self._join(carry.inner, carry.next)
                if isinstance(carry.init, Var) and carry.init.hint:
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
            any_overlap(_united(self._lives[x]), _united(self._lives[y]))
            and not self._alternative(x, y)
            for x in a.members
            for y in b.members
        )

    def _alternative(self, x: Var, y: Var) -> bool:
        family = self._branches.get(x)
        return family is not None and family == self._branches.get(y)

    # ----- names -----

    def _assign(self) -> None:
        done: dict[int, str] = {}
        order = sorted(self._groups, key=lambda v: (not self._groups[v].fixed, min(self._lives[v])))
        for var in order:
            group = self._groups[var]
            if id(group) not in done:
                done[id(group)] = self._pick(group)
            self.names[var] = done[id(group)]

    def _pick(self, group: Group) -> str:
        for name, taken in self._candidates(identifier(group.hint or "t")):
            if not any_overlap(group.lives, taken) and (group.fixed or name not in self._reserved):
                for interval in group.lives:
                    bisect.insort(taken, interval)
                return name
        raise AssertionError("unreachable")

    def _candidates(self, base: str) -> Iterator[tuple[str, list[Interval]]]:
        """The names that begin so, in order, each with the time in which it is taken."""
        known = self._spelled.setdefault(base, [])
        yield from known
        while True:
            name = base if not known else _numbered(base, len(known))
            known.append((name, self._taken.setdefault(name, [])))
            yield known[-1]


def identifier(hint: str) -> str:
    """The name of a variable that users call `p.x` or `cells[0].h`."""
    hint = re.sub(r"(?<=\w)\.+(?=_|$)", "", hint)  # which tell names of generators from others
    return hint if hint.isidentifier() else re.sub(r"\W+", "_", hint).strip("_")


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
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _numbered(base: str, number: int) -> str:
    return f"{base}_{number}" if base[-1].isdigit() else f"{base}{number}"
