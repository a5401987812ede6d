"""Calls of functions that are not differentiated: native code calls a native function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adcompile import ir
from adcompile.differentiate import Callee
from adcompile.errors import AdcompileError
from adcompile.ir import Apply, Const, Expr, Function, Ref
from adcompile.kinds import dims
from adcompile.lower import Session, Specialised
from adcompile.lower.custom import Custom, Slot
from adcompile.lower.implicit import Implicit
from adcompile.native import table
from adcompile.records import field, record

_SIDE = "itself"


@record(frozen=False, eq=False)
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
        callee = expr.args[0] if expr.op in ("call", "opaque") else None
        if not isinstance(callee, Ref):
            return expr
        target = callee.target
        if isinstance(target, Specialised):
            return Apply("call", (own(callee, target), *expr.args[1:]), expr.kwargs)
        if isinstance(target, Custom) and target.spec is not None and target.slots is not None:
            return Apply("call", (own(callee, target.spec), *_given(expr, target.slots)))
        if isinstance(target, Implicit):
            _, equation, start, *params = expr.args
            assert isinstance(equation, Ref)
            solved = (own(equation, target.spec), start, Apply("tuple", tuple(params)))
            return Apply(f"solvers.{target.name}", solved, expr.kwargs)
        return expr

    def own(callee: Ref, spec: Specialised) -> Ref:
        return Ref(callee.name, (plain_of(spec), _SIDE), callee.kind)

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


def _given(call: Apply, slots: Sequence[Slot]) -> Iterator[Expr]:
    """What a function with a rule of its own is given, for each of its parameters."""
    named = dict(call.kwargs)
    for slot in slots:
        if isinstance(slot, Const):
            yield slot
        else:
            yield named[slot] if isinstance(slot, str) else call.args[1 + slot]


def in_one_layout(call: Apply, defined: Mapping[ir.Var, ir.Expr]) -> Apply:
    """A call, with arrays whose elements lie side by side where the function calls itself: numba
    compiles it once more for the views of its first call, which takes seconds.

    Args:
        call: the operation.
        defined: what computes each value.
    """
    callee = call.args[0]
    target = callee.target if isinstance(callee, Ref) else None
    spec = getattr(target[0], "spec", None) if isinstance(target, tuple) else None
    if spec is None or not spec.recursive:
        return call

    def laid_out(arg: ir.Expr) -> ir.Expr:
        value = defined.get(arg) if isinstance(arg, ir.Var) else None
        is_view = isinstance(value, Apply) and value.op in _OF_VIEWS and dims(ir.kind_of(arg))
        return Apply("numpy.ascontiguousarray", (arg,)) if is_view else arg

    return Apply("call", (callee, *map(laid_out, call.args[1:])), call.kwargs)


_OF_VIEWS = table.VIEWS | {"index", "numpy.transpose", "ndarray.transpose", "numpy.swapaxes"}
