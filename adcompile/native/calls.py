"""Calls of functions that are not differentiated: native code calls a native function."""

from __future__ import annotations

from dataclasses import dataclass, field

from adcompile import ir
from adcompile.differentiate import Callee
from adcompile.errors import AdcompileError
from adcompile.ir import Apply, Function, Ref
from adcompile.lower import Session, Specialised

_SIDE = "itself"


@dataclass(eq=False, slots=True)
class Plain:
    """A function of the user's, as it was lowered.

    Attributes:
        spec: it.
        label: the name that it gets in the text.
    """

    spec: Specialised
    label: dict[str, str] = field(default_factory=dict)

    def sides(self) -> dict[str, Function]:
        """The function."""
        assert self.spec.body is not None
        return {_SIDE: self.spec.body}

    def wanted_of(self, side: str) -> tuple[int, ...]:
        """No parameter is differentiated."""
        return ()

    @property
    def handed(self) -> dict[int, int]:
        """It is no part of a pair."""
        return {}

    def is_split(self, side: str) -> bool:
        """Whether the results are unpacked where it is called."""
        return False

    def hands_on(self, side: str) -> bool:
        """Whether the result may share memory with the arguments."""
        return self.spec.shares


def call_plain(session: Session, functions: list[Function]) -> list[Callee]:
    """Let calls whose values only are needed be calls of functions of the text, in place.

    Args:
        session: the compilation.
        functions: those that call.

    Returns:
        The functions that are called, those that others call first.
    """
    found: list[Callee] = []
    known: dict[Specialised, Plain] = {}

    def visit(function: Function) -> None:
        for statement in ir.walk(function.body):
            try:
                ir.replace_operations(statement, called)
            except AdcompileError as error:
                raise error.at(getattr(statement, "span", None)) from None

    def called(expr: Apply) -> Apply:
        callee = expr.args[0] if expr.op == "call" else None
        if not isinstance(callee, Ref) or not isinstance(callee.target, Specialised):
            return expr
        own = Ref(callee.name, (plain_of(callee.target), _SIDE), callee.kind)
        return Apply("call", (own, *expr.args[1:]), expr.kwargs)

    def plain_of(spec: Specialised) -> Plain:
        # The body of a function that has become a pair is no more what it was.
        fresh = session.specialise(spec.source, spec.kinds, (False,) * len(spec.kinds))
        if fresh not in known:
            plain = known[fresh] = Plain(fresh)
            visit(plain.sides()[_SIDE])
            found.append(plain)
        return known[fresh]

    for function in functions:
        visit(function)
    return found
