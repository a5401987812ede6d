"""The user's own code in the sweeps: hooks of `on_backward`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.differentiate.calls import in_dtype
from adcompile.differentiate.splicing import splice
from adcompile.ir import Apply, Const, Expr, Ref, Var

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse


def run_hook(reverse: Reverse, target: Var, value: Apply, g: Expr) -> None:
    """The adjoint of `y = on_backward(x, hook)`: what the hook returns, or what it was given."""
    marked, hook, *captured = value.args
    assert isinstance(hook, Ref) and isinstance(hook.target, ir.Function)
    g = in_dtype(reverse, reverse.adjoints.full(g, target), target.kind)
    result = splice(reverse.build, hook.target, [g, *captured])
    reverse.adjoints.accumulate(marked, g if result == Const(None) else result)
