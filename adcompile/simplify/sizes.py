"""Shapes of values that nothing else needs are read off values that are there anyway."""

from __future__ import annotations

from adcompile import ir
from adcompile.analyse import Liveness
from adcompile.ir import Apply, Assign, Block, Const, Expr, Function, Var
from adcompile.kinds import ArgumentAxis, Array, Dim, Dims, dims
from adcompile.simplify.shapes import LIKE, SHAPES
from adcompile.simplify.unset import shapeless


def borrow_shapes(function: Function) -> None:
    """Let shapes of dead values be those of living ones."""
    liveness = Liveness(function, ignore=SHAPES | LIKE)
    params = {param.hint: param for param in function.params}
    there = liveness.live | {
        carry.out
        for statement in ir.walk(function.body)
        for carry in ir.carries(statement)
        if carry.inner in liveness.live
    }
    # What not every path has computed is not there where its shape is all that is asked for.
    there -= shapeless(function)
    owners: Owners = {}
    for param in function.params:
        _own(owners, param)
    _borrow(function.body, owners, there, params)


Owners = dict[tuple[object, Dims], Var]


def _borrow(block: Block, owners: Owners, there: set[Var], params: dict[str | None, Var]) -> None:
    """Borrow in one block; what it defines does not last beyond it."""
    for statement in block:
        if isinstance(statement, Assign) and isinstance(statement.value, Apply):
            expr = statement.value
            if expr.op in SHAPES | LIKE and isinstance(expr.args[0], Var):
                replacement = _borrowed(expr, expr.args[0], there, owners, params)
                if replacement is not None:
                    statement.value = replacement
        for inner in ir.blocks(statement):
            _borrow(inner, dict(owners), there, params)
        for var in ir.defined(statement):
            if var in there:
                _own(owners, var)


def _own(owners: Owners, var: Var) -> None:
    """Let a value lend its shape."""
    if isinstance(var.kind, Array) and var.kind.dims:
        owners.setdefault((None, var.kind.dims), var)
        owners.setdefault((var.kind.dtype, var.kind.dims), var)


def _borrowed(
    expr: Apply, var: Var, there: set[Var], owners: Owners, params: dict[str | None, Var]
) -> Expr | None:
    """The same shape, from a value that lives; None where there is none."""
    lengths = dims(var.kind)
    if var in there or not lengths or var in params.values():
        return None
    assert isinstance(var.kind, Array)
    dtype = var.kind.dtype if expr.op in LIKE else None
    owner = owners.get((dtype, lengths))
    if owner is not None:
        return Apply(expr.op, (owner, *expr.args[1:]), expr.kwargs)
    if expr.op in LIKE:
        return None
    parts = [_length(length, params) for length in lengths]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if expr.op == "attribute.shape":
        return Apply("tuple", tuple(known))
    if expr.op == "attribute.size":
        return _product(known)
    return known[0] if expr.op == "builtins.len" else Const(len(known))


def _length(length: Dim, params: dict[str | None, Var]) -> Expr | None:
    """A length as text: a number, or an axis of an argument."""
    if isinstance(length, int):
        return Const(length)
    if isinstance(length.origin, ArgumentAxis) and not length.offset:
        param = params.get(length.origin.path)
        if param is not None:
            shape = Apply("attribute.shape", (param,))
            return Apply("index", (shape, Const(length.origin.axis)))
    return None


def _product(lengths: list[Expr]) -> Expr:
    product = lengths[0]
    for length in lengths[1:]:
        product = Apply("operator.mul", (product, length))
    return product
