"""The state of lowering one function body: where names stand for values."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from adcompile.builder import Builder
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Const, Expr, Merge, Ref, Var
from adcompile.kinds import Kind
from adcompile.lower import memory
from adcompile.lower.exits import PASSED, Left
from adcompile.lower.memory import Heap
from adcompile.lower.session import Session
from adcompile.source import Source


@dataclass(slots=True)
class Frame:
    """One function body, inlined or not, on its way into IR.

    Attributes:
        session: the compilation.
        source: the function.
        build: where statements go.
        env: the value that each name has, and each memory holds, at this point.
        nested: whether expressions stay nested (in tests, which may be evaluated lazily).
        inlined: how many calls deep the body stands inside another one.
        template: whether the text is a rule's, not the user's.
        returns: the kinds of the values that the body returns.
        heap: the memories of arrays, shared with what is inlined.
        depth: how many loops stand around this point.
        left: how control has left the block so far.
        result: what the function returns where it has returned, outside loops.
        codes: the codes of the exits from loops.
        exits: where each merged code is merged.
    """

    session: Session
    source: Source
    build: Builder
    env: dict[Any, Expr] = field(default_factory=dict)
    nested: bool = False
    inlined: int = 0
    template: bool = False
    returns: list[Kind] = field(default_factory=list)
    heap: Heap = field(default_factory=Heap)
    depth: int = 0
    left: Left = PASSED
    result: Expr = UNDEFINED
    codes: dict[ast.stmt, str] = field(default_factory=dict)
    exits: dict[Var, tuple[list[Merge], Merge]] = field(default_factory=dict)

    def refuse(self, node: ast.AST, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses a construct."""
        return self.source.refuse(node, reason, hint)

    def kind(self, expr: Expr) -> Kind:
        """The kind of an expression."""
        return self.build.kind(expr)

    def apply(self, node: ast.AST, op: str, *args: Expr, **kwargs: Expr) -> Expr:
        """An operation of the user's at a place in the source."""
        expr = Apply(op, args, tuple(kwargs.items()))
        now = memory.current(self, node, expr)
        assert isinstance(now, Apply)
        expr = now
        if self.nested:
            return self.build.folded(expr) if self.template else expr
        try:
            result = self.build.operation(expr)
        except RefusedError as error:
            if self.template:
                raise
            raise RefusedError(error.reason, error.hint, self.source.span(node)) from None
        memory.note(self, result, expr)
        return result


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
