"""Which memory the generated code owns, so that it may add to it in place."""

from __future__ import annotations

from collections import Counter

from adcompile import ir
from adcompile.builder import BOXING
from adcompile.ir import Apply, Function, Var
from adcompile.kinds import Array, Scalar, dims, same_dtype
from adcompile.rules import registry


class Ownership:
    """What is known of the memory of the values of a function."""

    def __init__(self, function: Function) -> None:
        self._uses = _uses(function.body)
        self._uses.update(ir.variables(function.result))
        self._sources: dict[Var, list[ir.Expr]] = {}
        self._owned: dict[Var, bool] = {}
        for statement in ir.walk(function.body):
            self._note(statement)

    def _note(self, statement: ir.Statement) -> None:
        if isinstance(statement, ir.Assign):
            for target in statement.targets:
                self._sources[target] = [statement.value]
        if isinstance(statement, ir.If):
            for merge in statement.merges:
                self._sources[merge.out] = [merge.then, merge.orelse]
        for carry in ir.carries(statement):
            for var in (carry.inner, carry.out):
                self._sources[var] = [carry.init, carry.next]

    def may_update(self, old: Var, new: Var) -> bool:
        """Whether `old += ...` may stand for `new = old + ...`."""
        if dims(new.kind) == () and dims(old.kind) == () and not self._may_be_array(old):
            return True
        same = (
            isinstance(old.kind, Array)
            and isinstance(new.kind, Array)
            and same_dtype(old.kind.dtype, new.kind.dtype)
            and old.kind.dims is not None
            and new.kind.dims is not None
            and len(old.kind.dims) == len(new.kind.dims)
        )
        return same and self.owned_once(old)

    def _may_be_array(self, number: Var) -> bool:
        """Whether what has no axes may be an array all the same, which others may know."""
        seen, stack = {number}, [number]
        while stack:
            for source in self._sources.get(stack.pop(), ()):
                rule = registry.find(source.op) if isinstance(source, Apply) else None
                if rule is not None and (not rule.fresh or rule.name in BOXING):
                    return True
                if isinstance(source, Var) and source not in seen:
                    seen.add(source)
                    stack.append(source)
        return False

    def is_unread(self, var: Var) -> bool:
        """Whether nothing reads a value, and `_` may stand for it."""
        return not self._uses[var] and not any(read.hint == "_" for read in self._uses)

    def owned_once(self, var: Var) -> bool:
        """Whether a value is fresh memory that is used only here."""
        return self._uses[var] == 1 and self._is_fresh(var)

    def _is_fresh(self, var: Var) -> bool:
        if var not in self._owned:
            self._owned[var] = True  # what flows around a loop is fresh if it enters fresh
            sources = self._sources.get(var, [])
            self._owned[var] = bool(sources) and all(map(self._fresh_source, sources))
        return self._owned[var]

    def _fresh_source(self, expr: ir.Expr) -> bool:
        if isinstance(expr, ir.Const):
            return True
        if isinstance(expr, Var):
            return isinstance(expr.kind, Scalar) or (self._uses[expr] == 1 and self._is_fresh(expr))
        if not isinstance(expr, Apply):
            return False
        if expr.op.startswith("scatter.") or expr.op in ("list", "dict"):
            return True
        if expr.op == "call":
            # Backward functions return memory of their own; forward functions may not.
            callee = expr.args[0]
            return isinstance(callee, ir.Ref) and callee.name.endswith("_backward")
        rule = registry.find(expr.op)
        return rule is not None and rule.fresh and rule.pure


def _uses(block: ir.Block) -> Counter[Var]:
    """How often each value is read on the way through a block: of two branches one is taken."""
    uses: Counter[Var] = Counter()
    for statement in block:
        if isinstance(statement, ir.If):
            uses.update(ir.variables(statement.test))
            sides = []
            for name, body in (("then", statement.then), ("orelse", statement.orelse)):
                side = _uses(body)
                for merge in statement.merges:
                    side.update(ir.variables(getattr(merge, name)))
                sides.append(side)
            uses += sides[0] | sides[1]
            continue
        for expr in ir.expressions(statement):
            uses.update(ir.variables(expr))
        for inner in ir.blocks(statement):
            uses += _uses(inner)
    return uses
