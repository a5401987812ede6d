"""A variable that is recorded, or asked for its shape, where it may have no value is None there; no
other needs to be."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Const, Do, Expr, Function, Var
from adcompile.simplify.uses import LIKE


def drop_unset(function: Function) -> None:
    """Let variables that nothing reads before they have a value be unbound, in place."""
    flows = _flows(function)
    recorded = {
        var
        for statement in ir.walk(function.body)
        if isinstance(statement, (Do, Assign)) and _is_read_unset(statement)
        for var in ir.variables(statement.value)
    }
    for statement in ir.walk(function.body):
        for carry in ir.carries(statement):
            if carry.init is ir.UNSET and not recorded & _reached({carry.inner, carry.out}, flows):
                carry.init = ir.UNDEFINED
        if isinstance(statement, ir.If):
            for merge in statement.merges:
                if not recorded & _reached({merge.out}, flows):
                    merge.then, merge.orelse = map(_undefined, (merge.then, merge.orelse))


def _is_read_unset(statement: Do | Assign) -> bool:
    """Whether a statement may come to read a variable before it has a value."""
    value = statement.value
    return isinstance(statement, Do) or (isinstance(value, Apply) and value.op in LIKE)


def _undefined(expr: Expr) -> Expr:
    return ir.UNDEFINED if expr is ir.UNSET else expr


def maybe_unset(function: Function) -> set[Var]:
    """The values that may be None because they are recorded before they have a value."""
    starts: set[Var] = set()
    for statement in ir.walk(function.body):
        for carry in ir.carries(statement):
            if carry.init is ir.UNSET:
                starts |= {carry.inner, carry.out}
        if isinstance(statement, ir.If):
            starts |= {m.out for m in statement.merges if ir.UNSET in (m.then, m.orelse)}
    found = _reached(starts, _flows(function)) if starts else starts
    return found | stored_unset(function)


def stored_unset(function: Function) -> set[Var]:
    """The values that may be None because they come from a state that was stored before they had a
    value."""
    starts = {
        statement.targets[place.value]
        for statement in ir.walk(function.body)
        if isinstance(statement, Assign) and isinstance(statement.value, Apply)
        for place in statement.value.args[1:]
        if statement.value.op == "unpack" and isinstance(place, Const)
    }
    return _reached(starts, _flows(function)) if starts else starts


Flows = dict[Var, list[Var]]


def _flows(function: Function) -> Flows:
    """For each value those that it may become, around loops and after branches."""
    flows: Flows = {}
    for statement in ir.walk(function.body):
        for carry in ir.carries(statement):
            for source in (carry.init, carry.next):
                if isinstance(source, Var):
                    flows.setdefault(source, []).extend((carry.inner, carry.out))
        if isinstance(statement, ir.If):
            for merge in statement.merges:
                for source in (merge.then, merge.orelse):
                    if isinstance(source, Var):
                        flows.setdefault(source, []).append(merge.out)
    return flows


def _reached(starts: set[Var], flows: Flows) -> set[Var]:
    found, stack = set(starts), list(starts)
    while stack:
        for target in flows.get(stack.pop(), ()):
            if target not in found:
                found.add(target)
                stack.append(target)
    return found
