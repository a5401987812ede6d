"""Which memory a value may share, so that no result is the memory of an argument or of another
result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.ir import Apply, Assign, Block, Expr, Var
from adcompile.kinds import Array, is_number
from adcompile.rules import registry

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse

# Memory that the generated code did not allocate.
FOREIGN = Var("foreign")


def owned(reverse: Reverse, results: list[Expr], others: Expr | None = None) -> list[Expr]:
    """Results that share memory with nothing: copies are made where they would.

    Args:
        reverse: the sweep that computes the results.
        results: the gradients.
        others: what else is returned.

    Returns:
        The results, or copies of them.
    """
    roots = Roots(reverse.function, [*reverse.function.body, *reverse.build.block])
    taken = {FOREIGN}
    if others is not None:
        taken |= roots.of(others)

    def own(expr: Expr) -> Expr:
        if isinstance(expr, Apply):
            parts = tuple(own(arg) for arg in expr.args)
            return Apply(expr.op, parts, tuple((k, own(v)) for k, v in expr.kwargs))
        memory = roots.of(expr)
        shared = bool(memory & taken)
        taken.update(memory)
        if not shared:
            return expr
        # Not `apply`, which would take one copy for two.
        kind = reverse.build.kind(expr)
        certain = isinstance(kind, Array) and kind.dims is not None
        copy = Apply("ndarray.copy" if certain else "runtime.copied", (expr,))
        return reverse.build.define(Var(None, kind), copy)

    return [own(result) for result in results]


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
                    else:
                        stack.append(FOREIGN if _is_foreign(source) else source)
        return found


# What is recorded or comes from outside is not ours, and a broadcast cannot be written to.
_FOREIGN = ("list.pop", "opaque", "effect", "unpack", "numpy.broadcast_to")


def _is_foreign(source: Expr) -> bool:
    return isinstance(source, Apply) and source.op in _FOREIGN


def allocates(expr: Apply) -> bool:
    """Whether the result of an operation is memory of its own."""
    if expr.op in ("call", "list") or expr.op.startswith("scatter."):
        return True
    rule = registry.find(expr.op)
    return rule is not None and rule.fresh
