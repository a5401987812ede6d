"""What only told where derivatives go is gone once they have been written: `stop_gradient(x)` is
`x`."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Block, Expr, Function, Statement, Var

HOOKS = frozenset({"on_backward"})
MARKS = HOOKS | {"stop_gradient", "converged"}


def drop_marks(function: Function, marks: frozenset[str] = MARKS) -> None:
    """Put the values that were marked in the place of their marks.

    Args:
        function: is changed.
        marks: the names of the operations that mark.
    """
    if marks.isdisjoint(ir.operations(function)):
        return
    drop = _Drop(marks)
    drop.block(function.body)
    function.result = ir.substitute(drop.unmarked(function.result), drop.env)


class _Drop:
    """Takes marks out of statements.

    Attributes:
        env: the values that were marked, by those that stood for them.
    """

    def __init__(self, marks: frozenset[str]) -> None:
        self._marks = marks
        self.env: dict[Var, Expr] = {}

    def block(self, block: Block) -> None:
        """Take the marks out of a block."""
        kept: Block = []
        for statement in block:
            self._unmark(statement)
            ir.replace_read(statement, self.env)
            if self._is_mark(statement):
                assert isinstance(statement, Assign)
                self.env[statement.targets[0]] = _named_after(statement)
                continue
            kept.append(statement)
            for inner in ir.blocks(statement):
                self.block(inner)
            if self.env:
                ir.replace_handed_over(statement, self.env)
        block[:] = kept

    def _is_mark(self, statement: Statement) -> bool:
        value = statement.value if isinstance(statement, Assign) else None
        return isinstance(value, Apply) and value.op in self._marks

    def _unmark(self, statement: Statement) -> None:
        """Take out the marks that are nested in the expressions of a statement."""
        match statement:
            case ir.Assign(value=Apply() as value) | ir.Do(value=value):
                statement.value = self._operands(value)
            case ir.Keep():
                statement.reads = {n: self.unmarked(expr) for n, expr in statement.reads.items()}
            case ir.If() | ir.While():
                statement.test = self.unmarked(statement.test)

    def _operands(self, value: Apply) -> Apply:
        kwargs = tuple((name, self.unmarked(arg)) for name, arg in value.kwargs)
        return Apply(value.op, tuple(map(self.unmarked, value.args)), kwargs)

    def unmarked(self, expr: Expr) -> Expr:
        """An expression without marks."""
        if not isinstance(expr, Apply):
            return expr
        return self.unmarked(expr.args[0]) if expr.op in self._marks else self._operands(expr)


def _named_after(mark: Assign) -> Expr:
    """The value that is marked; if it has no name, it takes that of its mark."""
    assert isinstance(mark.value, Apply)
    value, target = mark.value.args[0], mark.targets[0]
    if isinstance(value, Var) and value.hint is None:
        value.hint, value.named = target.hint, target.named
    return value
