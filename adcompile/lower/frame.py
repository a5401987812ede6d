"""The state of lowering one function body: where names stand for values."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Sequence
from typing import Any, TypeGuard

from adcompile.builder import STRUCTURES, Builder
from adcompile.errors import RefusedError
from adcompile.ir import UNDEFINED, Apply, Block, Const, Expr, Merge, Ref, Var
from adcompile.kinds import Array, Kind, Record, Scalar, is_object
from adcompile.lower import reads, scopes, views
from adcompile.lower.exits import PASSED, Left
from adcompile.lower.heap import Heap
from adcompile.lower.made import made_function
from adcompile.lower.session import Session
from adcompile.records import field, record
from adcompile.source import Source


@record(frozen=False, eq=False)
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
        heap: the memories of arrays, one for a function and all that is inlined in it.
        depth: how many loops stand around this point.
        left: how control has left the block so far.
        result: what the function returns where it has returned, outside loops.
        codes: the codes of the exits from loops.
        exits: where each merged code is merged.
        outer: of a nested function or a comprehension, the frame around it in the source.
        caller: of an inlined body, the frame that calls it.
        start: of an inlined body, the block in which it begins.
        entry: of an inlined body, what tells its call from others: the same again is a recursion.
        shared: the names that the body declares `nonlocal`, with the frames they belong to.
        comprehension: whether it is the scope of a comprehension.
        ended: whether the body has returned, so that names may have their values of one path only.
        own: the names that the function binds; None until they are asked for.
        handed: the names that functions inside it declare `nonlocal`; None until they are asked
            for.
        hook: whether the body is that of a hook, which may look at a derivative.
        consumed: the generators whose bodies stand around this point.
        through: the codes of the ways out of these, which leave all loops in them.
    """

    session: Session
    source: Source
    build: Builder
    env: dict[str, Expr] = field(default_factory=dict)
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
    outer: Frame | None = None
    caller: Frame | None = None
    start: Block | None = None
    entry: object = None
    shared: dict[str, Frame] = field(default_factory=dict)
    comprehension: bool = False
    ended: bool = False
    own: set[str] | None = None
    handed: list[str] | None = None
    hook: bool = False
    consumed: list[Source] = field(default_factory=list)
    through: set[str] = field(default_factory=set)

    def binds(self, name: str) -> bool:
        """Whether the function gives a name a value itself, in its own scope."""
        if self.own is None:
            self.own = scopes.local_names(self.source.node)
        return name in self.own

    def refuse(self, node: ast.AST, reason: str, hint: str | None = None) -> RefusedError:
        """The error that refuses a construct."""
        if self.consumed:  # where names of generators have dots behind them
            reason = re.sub(r"(?<=\w)\.+`", "`", reason)
        return self.source.refuse(node, reason, hint)

    def kind(self, expr: Expr) -> Kind:
        """The kind of an expression."""
        return self.build.kind(expr)

    def varied(self, expr: Expr) -> bool:
        """Whether what an expression means now depends on what is differentiated."""
        return reads.is_varied(self, expr)

    def are_numbers(self, values: Sequence[Expr]) -> bool:
        """Whether values are certainly numbers or arrays of such, as they mostly are."""
        return all(isinstance(self.build.kind(value), (Scalar, Array)) for value in values)

    def apply(self, node: ast.AST, op: str, *args: Expr, **kwargs: Expr) -> Expr:
        """An operation of the user's at a place in the source."""
        written = Apply(op, args, tuple(kwargs.items()))
        if self.template:
            return self.build.folded(written) if self.nested else self.build.operation(written)
        if op not in STRUCTURES and not self.are_numbers(written.operands()):
            self._refuse_functions(node, written)
            self._refuse_objects(node, written)
        expr = reads.current(self, node, written)
        assert isinstance(expr, Apply)
        if self.nested:
            return expr
        try:
            result = self.build.operation(expr)
        except RefusedError as error:
            raise RefusedError(error.reason, error.hint, self.source.span(node)) from None
        views.note(self, result, expr)
        return result

    def _refuse_functions(self, node: ast.AST, expr: Apply) -> None:
        """Functions that are made while the program runs are no values in the text."""
        for operand in expr.operands():
            function = made_function(self.kind(operand))
            if function is not None:
                raise self.refuse(
                    node,
                    f"the function `{function.name}` would have to be a value in the gradient",
                    "call it, pass it to Python functions, or define it outside",
                )

    def _refuse_objects(self, node: ast.AST, expr: Apply) -> None:
        """What an object does in an operation is up to its class."""
        if expr.op in _OF_OBJECTS or not expr.op.startswith(_DEPENDS):
            return
        for operand in expr.operands():
            kind = self.kind(operand)
            if is_object(kind) and self.build.varied(operand):
                assert isinstance(kind, Record)
                raise self.refuse(
                    node,
                    f"what this does with a `{kind.type.__name__}` is up to its class, which "
                    "cannot be followed here",
                    "call a method, or use its attributes",
                )


# Operations that mean what the class of an operand says, but for those whose result is a bool or an
# int whatever it says.
_DEPENDS = ("index", "operator.", "builtins.", "math.", "numpy.", "scipy.", "ndarray.")
_OF_OBJECTS = frozenset(
    {f"operator.{name}" for name in ("is_", "is_not", "not_", "contains", "not_contains")}
    | {f"operator.{name}" for name in ("eq", "ne", "lt", "le", "gt", "ge", "and", "or")}
    | {
        f"builtins.{name}"
        for name in ("bool", "len", "int", "id", "hash", "isinstance", "callable")
    }
)


class NeedsStatementsError(RefusedError):
    """A value takes statements to calculate, where only an expression can stand."""


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
