"""A variable that is recorded, or asked for its shape, where it may have no value is None there; no
other needs to be."""

from __future__ import annotations

from collections.abc import Iterator

from adcompile import ir
from adcompile.ir import Apply, Assign, Do, Expr, For, Function, If, Var, While
from adcompile.kinds import Array, Scalar
from adcompile.simplify.shapes import LIKE

_ZEROS = LIKE | {"runtime.zeros"}


def drop_unset(function: Function, saved: Expr) -> None:
    """Let variables that are not recorded before they have a value be unbound, in place.

    Args:
        function: the function.
        saved: what it hands over to another one, whether it has a value or not.
    """
    flows = _flows(function)
    recorded = {
        var
        for statement in ir.walk(function.body)
        if isinstance(statement, (Do, Assign)) and _is_read_unset(statement)
        for var in ir.variables(statement.value)
    }
    recorded.update(ir.variables(saved))
    for statement in _holders(function):
        for carry in ir.carries(statement):
            if carry.init is ir.UNSET and not recorded & _reached({carry.inner, carry.out}, flows):
                carry.init = ir.UNDEFINED
        if isinstance(statement, If):
            for merge in statement.merges:
                if not recorded & _reached({merge.out}, flows):
                    merge.then, merge.orelse = map(_undefined, (merge.then, merge.orelse))


def _holders(function: Function) -> list[If | For | While]:
    """The branches and loops of a function."""
    return [s for s in ir.walk(function.body) if isinstance(s, (If, For, While))]


def _is_read_unset(statement: Do | Assign) -> bool:
    """Whether a statement may come to read a variable before it has a value."""
    value = statement.value
    return isinstance(statement, Do) or (isinstance(value, Apply) and value.op in _ZEROS)


def _undefined(expr: Expr) -> Expr:
    return ir.UNDEFINED if expr is ir.UNSET else expr


def maybe_unset(function: Function, signs: tuple[Expr, ...] = (ir.UNSET,)) -> set[Var]:
    """The values that may be None because they are recorded before they have a value.

    Args:
        function: the function.
        signs: what a value is set to that is not there.
    """
    starts: set[Var] = set()
    for statement in ir.walk(function.body):
        for carry in ir.carries(statement):
            if carry.init in signs:
                starts |= {carry.inner, carry.out}
        if isinstance(statement, If):
            starts |= {m.out for m in statement.merges if m.then in signs or m.orelse in signs}
        if isinstance(statement, Assign):
            starts |= _recorded_unset(statement)
    return _reached(starts, _flows(function)) if starts else starts


def maybe_numbers(function: Function) -> set[Var]:
    """The arrays of unknown rank that may be Python numbers, because such a number flows there."""
    starts = {var for var, source in _handed(function) if _is_number(source)}
    found = {var for var in _reached(starts, _flows(function)) if isinstance(var.kind, Array)}
    return found | _reached(_recorded(function), _flows(function)) if found else found


def _recorded(function: Function) -> set[Var]:
    """The arrays of unknown rank that come from where they were recorded."""
    return {
        target
        for statement in ir.walk(function.body)
        if isinstance(statement, Assign) and _is_recorded(statement)
        for target in statement.targets
        if isinstance(target.kind, Array) and target.kind.dims is None
    }


def _is_recorded(statement: Assign) -> bool:
    value = statement.value
    return isinstance(value, Apply) and value.op in ("unpack", "list.pop")


def _is_number(source: Expr) -> bool:
    kind = source.kind if isinstance(source, Var) else ir.kind_of(source)
    return isinstance(kind, Scalar)


def shapeless(function: Function) -> set[Var]:
    """The values that some path gives no value, and those in the shape of such a value."""
    unset = maybe_unset(function, (ir.UNSET, ir.UNDEFINED))
    sources = list(_sources(function)) if unset else []
    like = {var for var, source in sources if _is_like(source, unset)}
    return unset | _reached(like, _readers(sources)) if like else unset


def _readers(sources: list[tuple[Var, Expr]]) -> Flows:
    """For each value those that are made of it."""
    readers: Flows = {}
    for var, source in sources:
        for read in ir.variables(source):
            readers.setdefault(read, []).append(var)
    return readers


def _sources(function: Function) -> Iterator[tuple[Var, Expr]]:
    """Each value with what it is made of."""
    for statement in ir.walk(function.body):
        if isinstance(statement, Assign):
            yield from ((target, statement.value) for target in statement.targets)
    yield from _handed(function)


def _handed(function: Function) -> Iterator[tuple[Var, Expr]]:
    """What loops carry and branches merge, each with what it may be."""
    for statement in ir.walk(function.body):
        if isinstance(statement, If):
            for merge in statement.merges:
                yield from ((merge.out, merge.then), (merge.out, merge.orelse))
        for carry in ir.carries(statement):
            for var in (carry.inner, carry.out):
                yield from ((var, carry.init), (var, carry.next))


def _is_like(value: Expr, values: set[Var]) -> bool:
    """Whether an array gets the shape of one of some values."""
    if not isinstance(value, Apply):
        return False
    if value.op in LIKE:
        return value.args[0] in values
    return any(_is_like(part, values) for part in value.operands() if isinstance(part, Apply))


def _recorded_unset(statement: Assign) -> set[Var]:
    """The values that may be None because they were recorded before they had a value."""
    return {target for target in statement.targets if target.unset and _is_recorded(statement)}


Flows = dict[Var, list[Var]]


def _flows(function: Function) -> Flows:
    """For each value those that it may become, around loops and after branches."""
    flows: Flows = {}
    for statement in _holders(function):
        for carry in ir.carries(statement):
            for source in (carry.init, carry.next):
                if isinstance(source, Var):
                    flows.setdefault(source, []).extend((carry.inner, carry.out))
        if isinstance(statement, If):
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
