"""The state of lowering one function body: where names stand for values."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from adcompile.builder import Builder
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Block, Const, Expr, Made, Ref
from adcompile.kinds import Kind
from adcompile.lower.session import Session
from adcompile.source import Source


@dataclass(slots=True)
class Frame:
    """One function body, inlined or not, on its way into IR.

    Attributes:
        session: the compilation.
        source: the function.
        build: where statements go.
        env: the value that each name has at this point.
        nested: whether expressions stay nested (in tests, which may be evaluated lazily).
        inlined: how many calls deep the body stands inside another one.
        template: whether the text is a rule's, not the user's.
        returns: the kinds of the values that the body returns.
        objects: the objects that the body has made, each with the block it did that in.
    """

    session: Session
    source: Source
    build: Builder
    env: dict[str, Expr] = field(default_factory=dict)
    nested: bool = False
    inlined: int = 0
    template: bool = False
    returns: list[Kind] = field(default_factory=list)
    objects: dict[Made, Block] = field(default_factory=dict)

    def refuse(self, node: ast.AST, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses a construct."""
        return self.source.refuse(node, reason, hint)

    def kind(self, expr: Expr) -> Kind:
        """The kind of an expression."""
        return self.build.kind(expr)

    def apply(self, node: ast.AST, op: str, *args: Expr, **kwargs: Expr) -> Expr:
        """An operation of the user's at a place in the source."""
        expr = Apply(op, args, tuple(kwargs.items()))
        if self.nested:
            return self.build.folded(expr) if self.template else expr
        try:
            return self.build.operation(expr)
        except RefusedError as error:
            if self.template:
                raise
            raise RefusedError(error.reason, error.hint, self.source.span(node)) from None


def static(expr: Expr) -> Any:
    """The value of a literal expression.

    Raises:
        KeyError: it is not a literal.
    """
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Apply) and expr.op in ("tuple", "list"):
        return [static(arg) for arg in expr.args]
    raise KeyError


def is_module(expr: Expr) -> TypeGuard[Ref]:
    """Whether an expression is a module."""
    return isinstance(expr, Ref) and isinstance(expr.target, types.ModuleType)
