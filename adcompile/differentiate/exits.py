"""How the backward sweep knows on which side of a branch control left a loop.

Only the last iteration can have been left early. So the test of a branch of which one side always
leaves need not be recorded: in the first iteration backwards the code with which the loop ended
tells the side, in all others it was the other one.
"""

from __future__ import annotations

from collections import Counter

from adcompile import ir
from adcompile.ir import Apply, Block, Carry, Const, Expr, For, If, Merge, Var, While
from adcompile.records import record

_END = Const("end")
SIDES = ("then", "orelse")


@record
class Site:
    """The side of a branch that leaves a loop, in both sweeps."""

    loop: For | While
    forward: Block
    backward: Block


@record
class Exit:
    """A branch that leaves a loop.

    Attributes:
        side: the one that always leaves.
        test: whether it did, read from the code that the backward loop carries.
    """

    side: str
    test: Expr


class Exits:
    """The branches that leave a loop.

    Args:
        loop: a loop of the forward sweep that stops early.

    Attributes:
        carry: of the code in the backward loop: how the loop ended, and "end" from then on.
        of: the branches, by identity.
    """

    def __init__(self, loop: For | While) -> None:
        assert loop.stop is not None
        (inner,) = ir.variables(loop.stop)
        left = next(carry for carry in loop.carries if carry.inner is inner)
        self._merges = {
            merge.out: (statement, merge)
            for statement in ir.walk(loop.body)
            if isinstance(statement, If)
            for merge in statement.merges
        }
        self._loops = {carry.out: carry for s in ir.walk(loop.body) for carry in ir.carries(s)}
        self._codes = self._leaves(left.next)
        self._code = Var("left", inner.kind, named=True)
        self.of: dict[int, Exit] = {}
        self._visit(left.next)
        endless = isinstance(loop, While) and isinstance(loop.test, Const) and loop.test.value
        ends = [Const(code) for code in self._codes if code != _END.value]
        known = endless and len(ends) == 1
        self.carry = Carry(
            self._code, ends[0] if known else left.out, _END, Var("left", inner.kind, named=True)
        )

    def _leaves(self, value: Expr) -> Counter[str]:
        """The codes that a value may be, each with the number of its exits."""
        if isinstance(value, Const):
            return Counter({value.value: 1})
        assert isinstance(value, Var)
        if value in self._merges:
            statement, merge = self._merges[value]
            return self._side(statement, merge, "then") + self._side(statement, merge, "orelse")
        if value in self._loops:
            return Counter({**self._leaves(self._loops[value].next), _END.value: 1})
        return Counter({_END.value: 1})  # as the iteration began

    def _side(self, statement: If, merge: Merge, side: str) -> Counter[str]:
        """The codes at the end of a side; where it is a test of the code, those that pass."""
        value = getattr(merge, side)
        codes = self._leaves(value)
        match statement.test:
            case Apply("operator.eq", (tested, Const(code))) if tested == value:
                passed = (c for c in codes.elements() if (c == code) is (side == "then"))
                return Counter(passed)
        return codes

    def _visit(self, value: Expr) -> None:
        """Find the branches of which one side leaves with codes of its own."""
        if value not in self._merges:
            return
        assert isinstance(value, Var)
        statement, merge = self._merges[value]
        for side in SIDES:
            codes = self._side(statement, merge, side)
            if _END.value not in codes and all(self._codes[c] == n for c, n in codes.items()):
                self.of[id(statement)] = Exit(side, self._test(codes, side == "then"))
                break
        self._visit(merge.then)
        self._visit(merge.orelse)

    def _test(self, codes: Counter[str], left: bool) -> Expr:
        """The test for being one of some codes, or for not being one."""
        every = set(self._codes) - {_END.value}
        one, other, link = ("eq", "ne", "or") if left else ("ne", "eq", "and")
        if len(codes) > 1 and set(codes) == every:
            return Apply(f"operator.{other}", (self._code, _END))
        tests = [Apply(f"operator.{one}", (self._code, Const(code))) for code in sorted(codes)]
        return tests[0] if len(tests) == 1 else Apply(f"operator.{link}", tuple(tests))

    def reset_where_read(self, block: Block) -> None:
        """Let the code become "end" in the branch of the backward body that alone reads it."""
        code = self._reset(block)
        if code is not None:
            self.carry.next = code

    def _reset(self, block: Block) -> Var | None:
        """The code at the end of a block where its one reader resets it, None where it has more."""
        readers = [s for s in block if self._reads([s])]
        reader = readers[0] if len(readers) == 1 else None
        if not isinstance(reader, If):
            return None
        inside = [body for body in ir.blocks(reader) if self._reads(body)]
        own = [exit.side for exit in self.of.values() if exit.test == reader.test]
        if len(inside) + len(own) != 1:
            return None
        new = self._reset(inside[0]) if inside else _END
        if new is None:
            return None
        side = own[0] if own else SIDES[inside[0] is reader.orelse]
        out = Var(self._code.hint, self._code.kind, named=True)
        then, orelse = (new if name == side else self._code for name in SIDES)
        reader.merges.append(Merge(out, then, orelse))
        return out

    def _reads(self, block: Block) -> bool:
        return any(
            self._code in ir.variables(expr)
            for inner in ir.walk(block)
            for expr in ir.expressions(inner)
        )
