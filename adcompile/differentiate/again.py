"""Statements once more, on values of their own: steps of the forward sweep that are computed again,
and code that takes the place of a call."""

from __future__ import annotations

import ast

from adcompile import ir
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Block, Carry, Do, Expr, For, If, Keep, Merge, Var, While
from adcompile.lower.repeating import is_effect
from adcompile.records import replace


def repeated(block: Block, env: dict[Var, Expr]) -> Block:
    """A copy of a block that defines values of its own, without what is only shown.

    Args:
        block: the block.
        env: what is read in the place of values from outside it; the copies are added.
    """
    return _Again(env).inner(block)


def fresh(var: Var) -> Var:
    """Another value of which the same is known."""
    copy = Var(var.hint, var.kind, var.varied, var.named)
    copy.boxed, copy.mixed, copy.parts = var.boxed, var.mixed, var.parts
    copy.unset = var.unset
    return copy


class Copies:
    """Copies statements; what they define are new values.

    Attributes:
        env: what the values of the originals are in the copies.
    """

    def __init__(self, env: dict[Var, Expr]) -> None:
        self.env = env
        self._block: Block = []

    def append(self, statement: ir.Statement) -> None:
        """Put a copy at the end of the current block."""
        self._block.append(statement)

    def inner(self, block: Block) -> Block:
        """The copy of a block, as one of its own."""
        outer, self._block = self._block, []
        self.all(block)
        copy, self._block = self._block, outer
        return copy

    def all(self, block: Block) -> None:
        """Copy statements into the current block."""
        for statement in block:
            match statement:
                case Assign():
                    self.assign(statement)
                case Do():
                    operation = self.read(statement.value)
                    assert isinstance(operation, Apply)
                    self.append(replace(statement, value=operation))
                case Keep():
                    self.keep(statement)
                case If():
                    self.append(self._if(statement))
                case For() | While():
                    self.append(self._loop(statement))
                case _:
                    self.append(statement)

    def read(self, expr: Expr) -> Expr:
        """An expression of the copies."""
        return ir.substitute(expr, self.env)

    def new(self, var: Var) -> Var:
        """What a value is in the copies, from now on."""
        self.env[var] = copy = fresh(var)
        return copy

    def assign(self, statement: Assign) -> None:
        """Copy an assignment."""
        value = self.read(statement.value)
        self.append(Assign(tuple(map(self.new, statement.targets)), value, statement.span))

    def keep(self, statement: Keep) -> None:
        """Copy a statement that stays as it is."""
        reads = {name: self.read(expr) for name, expr in statement.reads.items()}
        self.append(replace(statement, reads=reads))

    def _if(self, statement: If) -> If:
        test = self.read(statement.test)
        then, orelse = self.inner(statement.then), self.inner(statement.orelse)
        sides = [(self.read(merge.then), self.read(merge.orelse)) for merge in statement.merges]
        outs = [self.new(merge.out) for merge in statement.merges]
        merges = [Merge(out, *pair) for out, pair in zip(outs, sides, strict=True)]
        return replace(statement, test=test, then=then, orelse=orelse, merges=merges)

    def _loop(self, loop: For | While) -> For | While:
        inits = [self.read(carry.init) for carry in loop.carries]
        inners = [self.new(carry.inner) for carry in loop.carries]
        copy = self._for(loop) if isinstance(loop, For) else self._while(loop)
        copy.snapshots = self._read_if(loop.snapshots)
        copy.stop = self._read_if(loop.stop)
        nexts = [self.read(carry.next) for carry in loop.carries]
        outs = [self.new(carry.out) for carry in loop.carries]
        copy.carries = [Carry(*parts) for parts in zip(inners, inits, nexts, outs, strict=True)]
        return copy

    def _for(self, loop: For) -> For:
        bounds, first = tuple(map(self.read, loop.bounds)), self._read_if(loop.first)
        index = self.new(loop.index)
        body = self.inner(loop.body)
        return replace(loop, index=index, bounds=bounds, body=body, first=first)

    def _while(self, loop: While) -> While:
        before = self.inner(loop.test_block)
        test = self.read(loop.test)
        return replace(loop, test_block=before, test=test, body=self.inner(loop.body))

    def _read_if(self, expr: Expr | None) -> Expr | None:
        return None if expr is None else self.read(expr)


class _Again(Copies):
    """What is only shown, or checked, has been the first time."""

    def keep(self, statement: Keep) -> None:
        if isinstance(statement.node, ast.Raise):
            super().keep(statement)


def refuse_effects(block: Block, asked: str) -> None:
    """Refuse to compute a block again that does more than calculate."""
    for statement in ir.walk(block):
        if isinstance(statement, Do) or (
            not isinstance(statement, Keep) and any(map(is_effect, ir.expressions(statement)))
        ):
            raise RefusedError(
                f"{asked} is computed again in the backward sweep, and this draws a random number, "
                "prints, changes a list, or calls what cannot be looked into",
                "move it out, or leave `checkpoint` out",
                getattr(statement, "span", None),
            )
