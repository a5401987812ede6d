"""Which values depend on some parameters of a function: those that have a tangent.

Lowering knows this for the user's function. Of a gradient, or of a function differentiated by less
than it was lowered for, it is found here: a value is active if what computes it reads an active one
and can have a derivative (Griewank & Walther, Evaluating Derivatives, section 6.2).
"""

from __future__ import annotations

from collections.abc import Iterable

from adcompile import ir
from adcompile.ir import Apply, Assign, Block, Do, Expr, If, Ref, Var
from adcompile.kinds import carries_derivative
from adcompile.lower import Specialised
from adcompile.rules import aliases, registry


def active_in(body: Block, seeds: Iterable[Var]) -> set[Var]:
    """The values of a body that depend on some values.

    Args:
        body: the statements, and those in them.
        seeds: the values.
    """
    active = set(seeds)
    size = -1
    while size != len(active):
        size = len(active)
        for statement in ir.walk(body):
            _step(statement, active)
    return active


def _step(statement: ir.Statement, active: set[Var]) -> None:
    """Mark what one statement makes active."""
    match statement:
        case Assign():
            if _is_active(statement, active):
                active.update(t for t in statement.targets if carries_derivative(t.kind))
        case Do(value=Apply(op="list.append", args=(Var() as stack, value))):
            if reads(value, active):
                active.add(stack)
        case If():
            for merge in statement.merges:
                if reads(merge.then, active) or reads(merge.orelse, active):
                    active.add(merge.out)
    for carry in ir.carries(statement):
        if any(reads(e, active) for e in (carry.inner, carry.init, carry.next)):
            active |= {carry.inner, carry.out}


def _is_active(statement: Assign, active: set[Var]) -> bool:
    value = statement.value
    if not isinstance(value, Apply):
        return reads(value, active)
    if is_split(value):
        return True
    if not reads(value, active):
        return False
    rule = registry.find(value.op)
    if rule is not None and rule.is_constant(map(ir.kind_of, value.args)):
        return False
    target, base = statement.targets[0], value.args[0] if value.args else None
    if _is_shift(target, value):
        return False
    in_parts = isinstance(base, Var) and base.parts
    return target.varied or not (in_parts and _takes_part(value))


def _takes_part(value: Apply) -> bool:
    return value.op == "index" or value.op.startswith("attribute.")


def _is_shift(target: Var, value: Apply) -> bool:
    """Whether this is a maximum of which `analyse.shifts` knows that nothing depends on it."""
    varied = any(var.varied for var in ir.variables(value))
    return varied and not target.varied and aliases.canonical(value.op) == "numpy.max"


def is_split(value: Expr) -> bool:
    """Whether this calls one function of a pair. What one hands over the other takes, whether it
    depends on anything or not."""
    callee = value.args[0] if isinstance(value, Apply) and value.op == "call" else None
    return isinstance(callee, Ref) and not isinstance(callee.target, Specialised)


def reads(expr: Expr, values: set[Var]) -> bool:
    """Whether an expression reads one of some values."""
    return any(var in values for var in ir.variables(expr))
