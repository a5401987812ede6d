"""The user's own code in a derivative: hooks of `on_backward`, pullbacks and pushforwards of
`custom_rule`. It has been lowered as a function; its statements become statements of the sweep."""

from __future__ import annotations

from collections.abc import Sequence

from adcompile import ir
from adcompile.builder import Builder
from adcompile.errors import Span
from adcompile.ir import Apply, Assign, Block, Carry, Do, Expr, For, If, Keep, Merge, Var, While
from adcompile.kinds import carries_derivative


def splice(build: Builder, function: ir.Function, args: Sequence[Expr]) -> Expr:
    """The result of a function, with its statements in the place of a call.

    Args:
        build: where they go.
        function: the function; it stays as it is.
        args: what its parameters stand for.
    """
    given = [ir.substitute(arg, build.instead) for arg in args]
    copy = _Copy(build, dict(zip(function.params, given, strict=True)))
    build.block += copy.block(function.body)
    return ir.substitute(function.result, copy.env)


class _Copy:
    """Copies statements; what they define are new values.

    Attributes:
        env: what the values of the original are in the copy.
    """

    def __init__(self, build: Builder, env: dict[Var, Expr]) -> None:
        self._build = build
        self.env = env

    def _new(self, var: Var) -> Var:
        # What depends on something is not known here; what may, counts as if it did.
        new = Var(var.hint, var.kind, carries_derivative(var.kind), var.named)
        new.boxed, new.mixed = var.boxed, var.mixed
        self.env[var] = new
        return new

    def block(self, block: Block) -> Block:
        """The copy of a block."""
        return [self._statement(statement) for statement in block]

    def _statement(self, statement: ir.Statement) -> ir.Statement:
        span = statement.span or self._build.span
        match statement:
            case Assign(targets=targets, value=value):
                value = ir.substitute(value, self.env)
                copy = Assign(tuple(map(self._new, targets)), value, span)
                if isinstance(value, Apply) and len(targets) == 1:
                    self._build.definitions[copy.targets[0]] = value
                return copy
            case Do(value=value):
                operation = ir.substitute(value, self.env)
                assert isinstance(operation, Apply)
                return Do(operation, span)
            case Keep(node=node, reads=reads):
                read = {name: ir.substitute(expr, self.env) for name, expr in reads.items()}
                return Keep(node, read, span)
            case If():
                return self._if(statement, span)
            case For() | While():
                return self._loop(statement, span)
        return statement

    def _if(self, statement: If, span: Span | None) -> If:
        test = ir.substitute(statement.test, self.env)
        then, orelse = self.block(statement.then), self.block(statement.orelse)
        merges = [
            Merge(
                self._new(merge.out),
                ir.substitute(merge.then, self.env),
                ir.substitute(merge.orelse, self.env),
            )
            for merge in statement.merges
        ]
        return If(test, then, orelse, merges, span, statement.skips)

    def _loop(self, loop: For | While, span: Span | None) -> For | While:
        starts = [ir.substitute(carry.init, self.env) for carry in loop.carries]
        inner = [self._new(carry.inner) for carry in loop.carries]
        copy: For | While
        if isinstance(loop, For):
            bounds = tuple(ir.substitute(bound, self.env) for bound in loop.bounds)
            index = self._new(loop.index)
            copy = For(index, bounds, [], self.block(loop.body), loop.backward, span)
        else:
            test_block = self.block(loop.test_block)
            test = ir.substitute(loop.test, self.env)
            copy = While(test_block, test, [], self.block(loop.body), span)
        copy.stop = None if loop.stop is None else ir.substitute(loop.stop, self.env)
        copy.carries = [
            Carry(var, start, ir.substitute(carry.next, self.env), self._new(carry.out))
            for carry, var, start in zip(loop.carries, inner, starts, strict=True)
        ]
        return copy
