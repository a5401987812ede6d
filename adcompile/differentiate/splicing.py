"""The user's own code in a derivative: hooks of `on_backward`, pullbacks and pushforwards of
`custom_rule`. It has been lowered as a function; its statements become statements of the sweep."""

from __future__ import annotations

from collections.abc import Sequence

from adcompile import ir
from adcompile.builder import Builder, is_pure
from adcompile.differentiate.again import Copies
from adcompile.ir import (
    Apply,
    Assign,
    Block,
    Const,
    Expr,
    Var,
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
    copy = _Spliced(build, dict(zip(function.params, given, strict=True)))
    copy.all(function.body)
    return ir.substitute(function.result, copy.env)


class _Spliced(Copies):
    """Copies statements into a sweep."""

    def __init__(self, build: Builder, env: dict[Var, Expr]) -> None:
        super().__init__(env)
        self._build = build

    def append(self, statement: ir.Statement) -> None:
        """Put a copy into the sweep; what has no place in the source has that of the call."""
        if getattr(statement, "span", self._build.span) is None:
            statement.span = self._build.span
        self._build.block.append(statement)

    def inner(self, block: Block) -> Block:
        """The copy of a block, as one of its own."""
        with self._build.inner() as copy:
            self.all(block)
        return copy

    def new(self, var: Var) -> Var:
        """A value. What depends on something is not known here; what may, counts as if it did."""
        new = super().new(var)
        new.varied = carries_derivative(var.kind)
        return new

    def assign(self, statement: Assign) -> None:
        """Copy an assignment, as far as it is not known already."""
        value = _projected(self.read(statement.value))
        if is_number(statement.targets[0].kind):
            value = _without_zero(value)
        if not isinstance(value, Apply) and len(statement.targets) == 1:
            self.env[statement.targets[0]] = value
            return
        if isinstance(value, Apply) and self._is_known(value, statement.value):
            self.env[statement.targets[0]] = self._build.operation(value)
            return
        targets = tuple(map(self.new, statement.targets))
        self.append(Assign(targets, value, statement.span))
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
