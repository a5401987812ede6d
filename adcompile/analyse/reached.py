"""Which values that a loop carries will have an adjoint, and of which it is the same in each
iteration, found before its body is run backwards.

Only for bodies that calculate with numbers and arrays: what containers and calls pass on is known
by running them backwards alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from adcompile import ir, places
from adcompile.ir import Apply, Assign, Block, Expr, For, If, Var, While
from adcompile.kinds import Array, Scalar, carries_derivative, dims

# Operations that pass on less, or more, than their operands say.
_OWN_WAYS = ("call", "on_backward", "custom", "opaque")


class _UnforeseenError(Exception):
    """An adjoint goes where only the backward sweep can tell."""


def carried_adjoints(loop: For | While, seeded: set[int]) -> set[int]:
    """The carries of a loop, by identity, that will have an adjoint; where that cannot be said,
    those that have one already.

    Args:
        loop: of the forward sweep.
        seeded: the carries whose adjoint arrives from after the loop.
    """
    try:
        return _carried(loop, seeded)[0]
    except _UnforeseenError:
        return seeded


def _carried(loop: For | While, seeded: set[int]) -> tuple[set[int], set[Var]]:
    """The carries, and all values that have an adjoint at the beginning of the body."""
    active, found, reached = seeded, set[int](), set[Var]()
    while active != found:
        found = active
        reached = {v for c in loop.carries if id(c) in found for v in _passed(c.next)}
        _through(loop.body, reached)
        active = found | {id(c) for c in loop.carries if c.inner in reached}
    return active, reached


def summed(loop: For | While) -> set[int]:
    """The carries of a loop, by identity, that an iteration does nothing with but add to them."""
    reads = Counter(ir.reads([loop]))
    sums = {
        term: statement.targets[0]
        for statement in loop.body
        if isinstance(statement, Assign)
        for term in _terms(statement.value)
        if reads[term] == 1 and dims(term.kind) == dims(statement.targets[0].kind) is not None
    }
    once = [c for c in loop.carries if isinstance(c.next, Var) and reads[c.next] == 1]
    return {id(c) for c in once if _goes_to(c.inner, c.next, sums)}


def _terms(value: Expr) -> Iterable[Var]:
    """The values that an expression is the sum of, if it is one."""
    if not isinstance(value, Apply) or value.op not in ("operator.add", "operator.sub"):
        return ()
    terms = value.args if value.op == "operator.add" else value.args[:1]
    return (term for term in terms if isinstance(term, Var))


def _goes_to(value: Var, last: Expr, sums: Mapping[Var, Var]) -> bool:
    while value is not last and value in sums:
        value = sums[value]
    return value is last


def _through(block: Block, reached: set[Var]) -> None:
    """Add to the values that have an adjoint at the end of a block those that have in it."""
    for statement in reversed(block):
        match statement:
            case Assign((target,), value) if target in reached:
                reached.update(_passed(value))
            case For() | While():
                seeded = {id(c) for c in statement.carries if c.out in reached}
                active, inside = _carried(statement, seeded)
                reached |= inside
                for carry in statement.carries:
                    if id(carry) in active:
                        reached.update(_passed(carry.init))
            case If():
                for merge in statement.merges:
                    if merge.out in reached:
                        reached.update((*_passed(merge.then), *_passed(merge.orelse)))
                _through(statement.orelse, reached)
                _through(statement.then, reached)
            case Assign(targets) if not reached.isdisjoint(targets):
                raise _UnforeseenError


def _passed(value: Expr) -> Iterable[Var]:
    """The values that the adjoint of an expression goes on to."""
    if isinstance(value, Apply):
        if value.op in _OWN_WAYS:
            raise _UnforeseenError
        operands = value.operands()
        if value.op == "scatter.store" and value.args[1] == places.WHOLE:
            operands = value.args[2:]
        for operand in operands:
            yield from _passed(operand)
    if isinstance(value, Var) and value.varied and carries_derivative(value.kind):
        if not isinstance(value.kind, (Scalar, Array)):
            raise _UnforeseenError
        yield value
