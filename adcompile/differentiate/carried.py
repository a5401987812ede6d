"""What depends on the directions of a derivative is carried through a function in another form.

Every statement stays where it is; what it computes of the directions is written anew by `Carried`'s
descendants: with a leading axis for several directions, or as the sets of what it depends on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate.activity import reads
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Block, Carry, Do, Expr, For, If, Var, While
from adcompile.kinds import Kind
from adcompile.rules import aliases

SHAPES = ("numpy.shape", "attribute.shape", "builtins.len", "numpy.size", "attribute.size")


class Carried(ABC):
    """Writes a function with what depends on some values in another form.

    Attributes:
        build: where the statements go.
        values: the values that have the form.
        of_shapes: the operations whose results have it not, even if their operands have.
    """

    of_shapes: tuple[str, ...] = SHAPES

    def __init__(self, directions: Sequence[Var]) -> None:
        self.build = Builder()
        self.values = set(directions)
        self._plain: dict[Var, Kind] = {}

    @abstractmethod
    def give_form(self, var: Var) -> None:
        """Note that a value has the form."""

    @abstractmethod
    def lifted(self, expr: Expr) -> Expr:
        """A value in the form; it may depend on no direction."""

    @abstractmethod
    def assign(self, statement: Assign) -> None:
        """Write a statement that reads what has the form."""

    @abstractmethod
    def refused(self, what: str) -> RefusedError:
        """The error about what cannot have the form."""

    def plain(self, expr: Expr) -> Kind:
        """The kind of a value without the form."""
        if isinstance(expr, Var) and expr in self._plain:
            return self._plain[expr]
        return self.build.kind(expr)

    def has(self, expr: Expr) -> bool:
        """Whether a value has the form."""
        return reads(expr, self.values)

    # ----- which values have the form -----

    def note(self, body: Block) -> None:
        """Find the values that depend on the directions."""
        for var in self.values:
            self._plain[var] = var.kind
            self.give_form(var)
        size = -1
        while size != len(self.values):
            size = len(self.values)
            for statement in ir.walk(body):
                self._step(statement)

    def _step(self, statement: ir.Statement) -> None:
        match statement:
            case Assign(targets, value) if reads(value, self.values):
                if not (isinstance(value, Apply) and aliases.canonical(value.op) in self.of_shapes):
                    self._add(*self.reached(targets, value))
            case Do(value=Apply(op="list.append", args=(Var() as stack, value))):
                if reads(value, self.values):
                    self._add(stack)
            case If():
                for merge in statement.merges:
                    if reads(merge.then, self.values) or reads(merge.orelse, self.values):
                        self._add(merge.out)
        for carry in ir.carries(statement):
            if any(reads(e, self.values) for e in (carry.inner, carry.init, carry.next)):
                self._add(carry.inner, carry.out)

    def _add(self, *values: Var) -> None:
        for var in values:
            if var not in self.values:
                self.values.add(var)
                self._plain[var] = var.kind
                self.give_form(var)

    def reached(self, targets: Sequence[Var], value: Expr) -> Sequence[Var]:
        """Which of the results of an operation depend on the directions that it reads."""
        return targets

    # ----- statements -----

    def block(self, block: Block) -> None:
        """Write a block."""
        for statement in block:
            self.build.span = getattr(statement, "span", None)
            match statement:
                case Assign() if self.has(statement.value):
                    self.assign(statement)
                case Do(value=Apply(op="list.append")) if statement.value.args[0] in self.values:
                    stack, value = statement.value.args
                    append = Apply("list.append", (stack, self.lifted(value)))
                    self.build.block.append(Do(append, statement.span))
                case If():
                    self._if(statement)
                case For() | While():
                    self._loop(statement)
                case _:
                    if isinstance(statement, Assign) and statement.targets[0] in self.values:
                        # The empty list that something in the form is put on.
                        assert statement.value == Apply("list"), statement
                    self.build.block.append(statement)

    def _if(self, statement: If) -> None:
        if self.has(statement.test):
            raise self.refused("a branch")
        merges = [merge for merge in statement.merges if merge.out in self.values]
        with self.build.inner() as then:
            self.block(statement.then)
            for merge in merges:
                merge.then = self.lifted(merge.then)
        with self.build.inner() as orelse:
            self.block(statement.orelse)
            for merge in merges:
                merge.orelse = self.lifted(merge.orelse)
        statement.then, statement.orelse = then, orelse
        self.build.block.append(statement)

    def _loop(self, loop: For | While) -> None:
        if any(map(self.has, ir.controls(loop))):
            raise self.refused("a loop")
        carried: list[Carry] = [c for c in loop.carries if c.inner in self.values]
        for carry in carried:
            carry.init = self.lifted(carry.init)
        if isinstance(loop, While):
            with self.build.inner() as test:
                self.block(loop.test_block)
            loop.test_block = test
        with self.build.inner() as body:
            self.block(loop.body)
            for carry in carried:
                carry.next = self.lifted(carry.next)
        loop.body = body
        self.build.block.append(loop)
