"""The user's own code in a derivative: hooks of `on_backward`, pullbacks and pushforwards of
`custom_rule`. It has been lowered as a function; its statements become statements of the sweep."""

from __future__ import annotations

from collections.abc import Sequence

from adcompile import ir
from adcompile.builder import Builder, is_pure
from adcompile.differentiate.again import fresh
from adcompile.errors import Span
from adcompile.ir import (
    Apply,
    Assign,
    Block,
    Carry,
    Const,
    Do,
    Expr,
    For,
    If,
    Keep,
    Merge,
    Var,
    While,
)
from adcompile.kinds import carries_derivative, is_number


def splice(build: Builder, function: ir.Function, args: Sequence[Expr]) -> Expr:
    """The result of a function, with its statements in the place of a call.

    Args:
        build: where they go.
        function: the function; it stays as it is.
        args: what its parameters stand for.
    """
    given = [ir.substitute(arg, build.instead) for arg in args]
    copy = _Copy(build, dict(zip(function.params, given, strict=True)))
    for statement in function.body:
        copy.statement(statement)
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
        self.env[var] = new = fresh(var)
        # What depends on something is not known here; what may, counts as if it did.
        new.varied = carries_derivative(var.kind)
        return new

    def _block(self, block: Block) -> Block:
        with self._build.inner() as copy:
            for statement in block:
                self.statement(statement)
        return copy

    def statement(self, statement: ir.Statement) -> None:
        """Copy a statement into the current block."""
        span = statement.span or self._build.span
        block = self._build.block
        match statement:
            case Assign():
                self._assign(statement, span)
            case Do(value=value):
                operation = ir.substitute(value, self.env)
                assert isinstance(operation, Apply)
                block.append(Do(operation, span))
            case Keep(node=node, reads=reads):
                read = {name: ir.substitute(expr, self.env) for name, expr in reads.items()}
                block.append(Keep(node, read, span))
            case If():
                block.append(self._if(statement, span))
            case For() | While():
                block.append(self._loop(statement, span))
            case _:
                block.append(statement)

    def _assign(self, statement: Assign, span: Span | None) -> None:
        value = _projected(ir.substitute(statement.value, self.env))
        if is_number(statement.targets[0].kind):
            value = _without_zero(value)
        if not isinstance(value, Apply) and len(statement.targets) == 1:
            self.env[statement.targets[0]] = value
            return
        if isinstance(value, Apply) and self._is_known(value, statement.value):
            self.env[statement.targets[0]] = self._build.operation(value)
            return
        targets = tuple(map(self._new, statement.targets))
        self._build.block.append(Assign(targets, value, span))
        if isinstance(value, Apply) and len(targets) == 1:
            self._build.definitions[targets[0]] = value

    def _is_known(self, value: Apply, original: Expr) -> bool:
        """Whether an operation may have been computed already, or is shorter for a derivative that
        is a literal or an array of one."""
        if self._build.is_projection(value):
            return True
        read = (self.env.get(var) for var in ir.variables(original))
        return is_pure(value.op) and any(
            isinstance(expr, Const) or self._is_spread(expr) for expr in read
        )

    def _is_spread(self, expr: Expr | None) -> bool:
        definition = None if expr is None else self._build.definition(expr)
        return (
            definition is not None
            and definition.op == "numpy.broadcast_to"
            and isinstance(definition.args[0], Const)
        )

    def _if(self, statement: If, span: Span | None) -> If:
        test = ir.substitute(statement.test, self.env)
        then, orelse = self._block(statement.then), self._block(statement.orelse)
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
            copy = For(index, bounds, [], self._block(loop.body), loop.backward, span)
        else:
            test_block = self._block(loop.test_block)
            test = ir.substitute(loop.test, self.env)
            copy = While(test_block, test, [], self._block(loop.body), span)
        copy.stop = None if loop.stop is None else ir.substitute(loop.stop, self.env)
        copy.carries = [
            Carry(var, start, ir.substitute(carry.next, self.env), self._new(carry.out))
            for carry, var, start in zip(loop.carries, inner, starts, strict=True)
        ]
        return copy


def _projected(value: Expr) -> Expr:
    """The part that is taken out of a container that is written out."""
    match value:
        case Apply("index", (Apply("tuple" | "list", parts), Const(int() as key))):
            return parts[key]
    return value


def _without_zero(value: Expr) -> Expr:
    """An operation on numbers one of which is zero because nothing depends on something."""
    match value:
        case Apply("operator.mul", (_, Const(0.0))) | Apply("operator.neg", (Const(0.0),)):
            return Const(0.0)
        case Apply("operator.mul" | "operator.truediv", (Const(0.0), _)):
            return Const(0.0)
        case Apply("operator.sub", (Const(0.0), other)):
            return Apply("operator.neg", (other,))
    return value
