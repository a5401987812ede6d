"""Which memory a value may share with others: for each value the allocations it may come from."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Block, Expr, Ref, Var
from adcompile.kinds import Array, Items, Many, is_number
from adcompile.rules import registry

# Memory that the function did not allocate.
FOREIGN = Var("foreign")


def holds_memory(value: Var) -> bool:
    """Whether a value has memory that others may share: one number has, if it may be an array."""
    return value.boxed or not is_number(value.kind)


def targets(statement: Assign) -> list[tuple[Var, bool]]:
    """What a statement defines, and whether each is memory of its own. What a forward function
    saves may be its arguments."""
    value = statement.value
    owned = isinstance(value, Apply) and allocates(value)
    first, *others = statement.targets
    is_call = isinstance(value, Apply) and value.op == "call"
    return [(first, owned), *((other, owned and not is_call) for other in others)]


class Roots:
    """For each value the allocations that its memory may come from."""

    def __init__(self, function: ir.Function, body: Block) -> None:
        self._sources: dict[Var, list[Expr]] = {param: [FOREIGN] for param in function.params}
        self._known: dict[Var, frozenset[Var]] = {FOREIGN: frozenset({FOREIGN})}
        for statement in ir.walk(body):
            self._note(statement)

    def _note(self, statement: ir.Statement) -> None:
        match statement:
            case Assign():
                for target in statement.targets:
                    self._sources[target] = [statement.value]
            case ir.If():
                for merge in statement.merges:
                    self._sources[merge.out] = [merge.then, merge.orelse]
        for carry in ir.carries(statement):
            self._sources[carry.inner] = self._sources[carry.out] = [carry.init, carry.next]

    def of(self, expr: Expr) -> set[Var]:
        """The allocations that may hold an expression's value."""
        found: set[Var] = set()
        seen: set[Var] = set()
        stack = [expr]
        while stack:
            top = stack.pop()
            if isinstance(top, Apply):
                stack.extend(top.operands())
            elif isinstance(top, Var) and top is FOREIGN:
                found.add(top)
            elif isinstance(top, Var) and top not in seen and not is_number(top.kind):
                seen.add(top)
                for source in self._sources.get(top, ()):
                    if isinstance(source, Apply) and allocates(source):
                        found.add(top)
                        if is_list(top):
                            stack.extend(source.operands())
                    else:
                        stack.append(FOREIGN if is_foreign(source) else source)
        return found


def _may_hand_on(callee: Expr) -> bool:
    """Whether the result of a call may share memory with its arguments."""
    target = callee.target if isinstance(callee, Ref) else None
    if isinstance(target, tuple):
        pair, side = target
        return bool(pair.hands_on(side))
    return bool(getattr(target, "shares", True))


# What is recorded or comes from outside is not ours, and a broadcast cannot be written to.
_FOREIGN = ("list.pop", "opaque", "effect", "unpack", "numpy.broadcast_to")


def is_foreign(source: Expr) -> bool:
    """Whether the result of an operation may be memory that the function did not allocate, or a
    view of such."""
    if not isinstance(source, Apply):
        return False
    if source.op in _FOREIGN:
        return True
    return any(map(is_foreign, source.operands())) and not allocates(source)


def is_list(var: Var) -> bool:
    """Whether a value is a list, whose elements may be memory of others."""
    return isinstance(var.kind, (Items, Many)) and var.kind.type is list


def allocates(expr: Apply) -> bool:
    """Whether the result of an operation is memory of its own."""
    if expr.op.startswith("scatter.") or (expr.op == "list" and not expr.args):
        return True
    if expr.op == "call":
        return not _may_hand_on(expr.args[0])
    if expr.op == "index":
        return _gathers(*expr.args)
    return registry.is_fresh(expr)


def _gathers(base: Expr, index: Expr) -> bool:
    """Whether an array is indexed by arrays, which makes a copy."""
    parts = index.args if isinstance(index, Apply) and index.op == "tuple" else (index,)
    return _has_axes(base) and any(map(_has_axes, parts))


def _has_axes(expr: Expr) -> bool:
    return isinstance(expr, Var) and isinstance(expr.kind, Array) and bool(expr.kind.dims)
