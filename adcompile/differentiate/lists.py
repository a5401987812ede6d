"""The adjoints of lists that grow and shrink while the program runs, and how that is undone.

The adjoint of a list is the list of the adjoints of its elements. What `append` has put there,
`pop` takes out of it in the backward sweep; to undo an `append` nothing need be saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.differentiate.shapes import zero
from adcompile.ir import Apply, Assign, Block, Const, Expr, Var
from adcompile.kinds import Array

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse

RESIZING = ("scatter.append", "scatter.pop")
_LAST = Const(-1)


def backward(reverse: Reverse, value: Apply, g: Expr) -> None:
    """The adjoint of `append` or `pop`."""
    base, _, appended = value.args
    build = reverse.build
    if value.op == "scatter.pop":
        assert isinstance(base, Var)
        nothing = zero(build, Apply("index", (base, _LAST)))
        reverse.adjoints.accumulate(base, build.apply("scatter.append", g, Const(None), nothing))
        return
    if build.varied(appended):
        reverse.adjoints.accumulate(appended, build.apply("index", g, _LAST))
    rest = build.apply("scatter.pop", g, Const(None), Const(None))
    if build.varied(base):
        reverse.adjoints.accumulate(base, rest)


def cleared(reverse: Reverse, base: Var, written: Expr) -> Expr:
    """What is left of an adjoint where another value was written."""
    if isinstance(base.kind, Array):
        return Const(0.0)
    return zero(reverse.build, written)


def undone(reverse: Reverse, block: Block, statement: Assign) -> Expr:
    """A list before `append` or `pop`."""
    value = statement.value
    assert isinstance(value, Apply)
    base = value.args[0]
    assert isinstance(base, Var)
    after = reverse.restored.get(statement.targets[0], statement.targets[0])
    if value.op == "scatter.append":
        before = reverse.build.apply("scatter.pop", after, Const(None), Const(None))
    else:
        read = Apply("index", (base, _LAST))
        saved = reverse.computed(read) or reverse.insert(block, statement, base.hint, read)
        before = reverse.build.apply("scatter.append", after, Const(None), saved)
    assert isinstance(before, Var)
    before.hint, before.named, before.kind = base.hint, True, base.kind
    return before
