"""Which memory a value may share, so that no result is the memory of an argument or of another
result."""

from __future__ import annotations

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Expr, Var
from adcompile.kinds import Array, dims
from adcompile.regions import FOREIGN, Roots
from adcompile.rules import registry


def owned(
    function: ir.Function, build: Builder, results: list[Expr], others: Expr | None = None
) -> list[Expr]:
    """Results that share memory with nothing: copies are made where they would.

    Args:
        function: the function; its body may be a part of what computes the results.
        build: where the rest of what computes them goes.
        results: the derivatives.
        others: what else is returned.

    Returns:
        The results, or copies of them.
    """
    roots = Roots(function, [*function.body, *build.block])
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
        if not shared and not _is_read_only(build, expr):
            return expr
        # Not `apply`, which would take one copy for two.
        kind = build.kind(expr)
        certain = isinstance(kind, Array) and kind.dims is not None
        copy = Apply("ndarray.copy" if certain else "runtime.copied", (expr,))
        return build.define(Var(None, kind), copy)

    return [own(result) for result in results]


# Views that NumPy does not let one write to
_READ_ONLY = {"numpy.diag", "numpy.diagonal", "numpy.linalg.diagonal"}


def _is_read_only(build: Builder, expr: Expr) -> bool:
    """Whether a result is a diagonal of an array, or a view of one."""
    while True:
        definition = build.definition(expr)
        rule = None if definition is None else registry.find(definition.op)
        if definition is None or rule is None or rule.fresh or not definition.args:
            return False
        expr = definition.args[0]
        if rule.name in _READ_ONLY and len(dims(build.kind(expr)) or ()) != 1:
            return True
