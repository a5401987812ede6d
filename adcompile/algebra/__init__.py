"""Identities that a person applies without thinking when writing an adjoint.

They apply to the backward sweep only; the user's own operations are never rewritten. None of them
changes a dtype or a shape: each is guarded by the kinds of its operands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adcompile.algebra.broadcasts import (
    VIEWS,
    broadcast_to_itself,
    negated_broadcast,
    scattered,
    small_operand,
    sum_of_broadcast,
    view_of_broadcast,
)
from adcompile.algebra.conjugates import of_real, squared_modulus, turned_real
from adcompile.algebra.constants import (
    doubled,
    fold,
    integer_factor,
    power_of_one,
    reciprocal,
    scaled_twice,
    unit,
    zero_term,
)
from adcompile.algebra.masks import mask_outwards, negated_mask
from adcompile.algebra.products import factor_outwards, inner_product, transposed_product
from adcompile.algebra.shapes import (
    kept_axis,
    same_shape,
    shape_of_number,
    size_of_number,
    static_length,
    undone_transpose,
)
from adcompile.algebra.signs import double_negation, negative_term, sign_of_product, sign_of_sum
from adcompile.algebra.terms import (
    ADD,
    ARITHMETIC,
    BROADCAST,
    CONJ,
    DIV,
    MATMUL,
    MUL,
    NEG,
    SUB,
    TRANSPOSE,
    WHERE,
)
from adcompile.ir import Apply, Const, Expr

if TYPE_CHECKING:
    from adcompile.builder import Builder


def simplify(build: Builder, expr: Apply) -> Expr | None:
    """A simpler expression of the same value, shape and dtype, or None."""
    identities = _IDENTITIES.get(expr.op)
    if identities is None or (expr.kwargs and expr.op in ARITHMETIC):
        return None
    made = _made_by(build, expr)
    for identity, needed in identities:
        if needed is None or not needed.isdisjoint(made):
            result = identity(build, expr)
            if result is not None:
                return result
    return None


def _made_by(build: Builder, expr: Apply) -> set[str]:
    """The operations that compute the operands, `_CONSTANT` for literals."""
    made = set()
    for operand in expr.args:
        definition = build.definition(operand)
        if definition is not None:
            made.add(definition.op)
        elif isinstance(operand, Const):
            made.add(_CONSTANT)
    return made


Identity = Callable[["Builder", Apply], "Expr | None"]

_CONSTANT = "constant"

# What one operand at least must be for an identity to apply: a constant, or made by an operation.
_NEEDED: dict[Identity, frozenset[str]] = {
    fold: frozenset({_CONSTANT}),
    unit: frozenset({_CONSTANT}),
    zero_term: frozenset({_CONSTANT}),
    power_of_one: frozenset({_CONSTANT}),
    static_length: frozenset({"attribute.shape"}),
    sign_of_product: frozenset({NEG}),
    sign_of_sum: frozenset({NEG}),
    negative_term: frozenset({MUL, DIV}),
    scaled_twice: frozenset({MUL, DIV}),
    reciprocal: frozenset({DIV}),
    integer_factor: frozenset({MUL}),
    double_negation: frozenset({NEG, MUL, SUB}),
    small_operand: frozenset({BROADCAST, *VIEWS}),
    negated_broadcast: frozenset({BROADCAST}),
    scattered: frozenset({BROADCAST}),
    sum_of_broadcast: frozenset({BROADCAST}),
    view_of_broadcast: frozenset({BROADCAST}),
    mask_outwards: frozenset({WHERE}),
    negated_mask: frozenset({WHERE}),
    factor_outwards: frozenset({NEG, MUL}),
    inner_product: frozenset({MUL}),
    undone_transpose: frozenset({TRANSPOSE}),
    transposed_product: frozenset({MATMUL}),
    kept_axis: frozenset({"numpy.sum"}),
    squared_modulus: frozenset({CONJ}),
    turned_real: frozenset({MUL}),
}

_BY_OPERATION: dict[str, tuple[Identity, ...]] = {
    ADD: (
        fold,
        doubled,
        zero_term,
        sign_of_sum,
        negative_term,
        small_operand,
    ),
    SUB: (
        fold,
        zero_term,
        sign_of_sum,
        negative_term,
        small_operand,
    ),
    MUL: (
        fold,
        unit,
        sign_of_product,
        small_operand,
        mask_outwards,
        scaled_twice,
        reciprocal,
        integer_factor,
        squared_modulus,
    ),
    DIV: (
        fold,
        unit,
        integer_factor,
        sign_of_product,
        small_operand,
        mask_outwards,
    ),
    NEG: (fold, double_negation, negated_broadcast, negated_mask),
    "operator.pow": (power_of_one,),
    CONJ: (of_real,),
    "numpy.real": (of_real, turned_real),
    BROADCAST: (broadcast_to_itself,),
    "scatter.add": (scattered,),
    "scatter.at": (scattered,),
    "numpy.sum": (sum_of_broadcast, factor_outwards, inner_product),
    "numpy.expand_dims": (factor_outwards,),
    "numpy.squeeze": (factor_outwards,),
    "numpy.shape": (shape_of_number,),
    "numpy.size": (size_of_number,),
    "numpy.reshape": (same_shape, view_of_broadcast, factor_outwards),
    TRANSPOSE: (undone_transpose, transposed_product, factor_outwards),
    "index": (static_length, kept_axis),
}

_IDENTITIES = {
    op: [(identity, _NEEDED.get(identity)) for identity in identities]
    for op, identities in _BY_OPERATION.items()
}
