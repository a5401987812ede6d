"""A product of matrices of which only the sum over rows is needed: `(a @ b).sum(axis=0)` is
`a.sum(axis=0) @ b`, a product with one row instead of many."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Assign, Const, Function, Var
from adcompile.kinds import Array, is_exact, rank
from adcompile.simplify.uses import blocks_of, count_uses

_MATMUL = ("operator.matmul", "numpy.matmul")


def sum_first(function: Function) -> bool:
    """Rewrite such sums, in place; whether there was one."""
    uses = count_uses(function)
    definitions: dict[Var, Apply] = {}
    found = False
    for block in blocks_of(function.body):
        position = 0
        while position < len(block):
            statement = block[position]
            if isinstance(statement, Assign) and isinstance(statement.value, Apply):
                definitions[statement.targets[0]] = statement.value
                product = _summed(statement.value, definitions)
                if product is not None and uses[ir.first_variable(statement.value)] == 1:
                    block[position : position + 1] = _rewritten(statement, product)
                    position += 1
                    found = True
            position += 1
    return found


def _summed(value: Apply, definitions: dict[Var, Apply]) -> Apply | None:
    """The product of which `value` is the sum over rows."""
    if value.op != "numpy.sum" or len(value.args) != 1 or not isinstance(value.args[0], Var):
        return None
    product = definitions.get(value.args[0])
    if product is None or product.op not in _MATMUL:
        return None
    ranks = [rank(operand.kind) if isinstance(operand, Var) else None for operand in product.args]
    if not is_exact(value.args[0].kind):
        return None  # the sum of booleans counts, their product does not
    size = rank(value.args[0].kind)
    if size is None or any(r is None or r < 2 for r in ranks) or ranks[0] != size:
        return None
    options = dict(value.kwargs)
    if options.get("axis") != Const(size - 2):
        return None
    # Without the axis, stacked matrices would have to be told from one.
    return product if size == 2 or options.get("keepdims") == Const(True) else None


def _rewritten(statement: Assign, product: Apply) -> list[ir.Statement]:
    value = statement.value
    assert isinstance(value, Apply)
    left, right = product.args
    assert isinstance(left, Var) and isinstance(left.kind, Array) and left.kind.dims is not None
    keeps = dict(value.kwargs).get("keepdims") == Const(True)
    lengths = (*left.kind.dims[:-2], *((1,) if keeps else ()), left.kind.dims[-1])
    total = Var(None, Array(left.kind.dtype, lengths))
    return [
        Assign((total,), Apply("numpy.sum", (left,), value.kwargs), statement.span),
        Assign(statement.targets, Apply("operator.matmul", (total, right)), statement.span),
    ]
