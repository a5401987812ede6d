"""Identities that a person applies without thinking when writing an adjoint.

They apply to the backward sweep only; the user's own operations are never rewritten. None of them
changes a dtype or a shape: each is guarded by the kinds of its operands.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import (
    Array,
    Dim,
    Dims,
    Scalar,
    dims,
    exact_size,
    is_exact,
    is_real,
    may_be_one,
)

if TYPE_CHECKING:
    from adcompile.builder import Builder

ADD, SUB, MUL, DIV, NEG = (f"operator.{name}" for name in ("add", "sub", "mul", "truediv", "neg"))
BROADCAST = "numpy.broadcast_to"
WHERE = "numpy.where"
TRANSPOSE = "attribute.T"
CONJ = "numpy.conj"
_MODULI = ("numpy.abs", "numpy.absolute", "builtins.abs")


def simplify(build: Builder, expr: Apply) -> Expr | None:
    """A simpler expression of the same value, shape and dtype, or None."""
    identities = _IDENTITIES.get(expr.op)
    if identities is None or (expr.kwargs and expr.op in _ARITHMETIC):
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


def is_floating(build: Builder, expr: Expr) -> bool:
    """Whether multiplying by a Python float leaves the dtype as it is."""
    kind = build.kind(expr)
    if isinstance(kind, Scalar):
        return kind.type in (float, complex)
    return isinstance(kind, Array) and kind.dtype is not None and kind.dtype.kind in "fc"


def _number(expr: Expr) -> float | None:
    value = expr.value if isinstance(expr, Const) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _parts(build: Builder, expr: Expr, op: str) -> tuple[Expr, ...] | None:
    """The operands of `expr` if it is an `op`; what has a name of the user's keeps it."""
    if isinstance(expr, Var) and expr.named:
        return None
    definition = build.definition(expr)
    if definition is None or definition.op != op:
        return None
    return definition.args if op not in _ARITHMETIC or is_exact(build.kind(expr)) else None


# ----- constants -----


def _fold(build: Builder, expr: Apply) -> Expr | None:
    numbers = [_number(arg) for arg in expr.args]
    if any(number is None for number in numbers):
        return None
    function = getattr(operator, expr.op.removeprefix("operator."))
    try:
        return Const(function(*numbers))
    except ArithmeticError:
        return None


def _unit(build: Builder, expr: Apply) -> Expr | None:
    """1 * x, x * 1, x / 1 are x; -1 * x is -x."""
    a, b = expr.args
    if expr.op == MUL and _number(b) is not None and _number(a) is None:
        return build.apply(MUL, b, a)
    number, other = (a, b) if expr.op == MUL else (b, a)
    if not is_floating(build, other):
        return None
    if _number(number) == 1:
        return other
    return build.apply(NEG, other) if _number(number) == -1 else None


def _zero_term(build: Builder, expr: Apply) -> Expr | None:
    """x + 0, x - 0 and 0 + x are x; a float 0 only beside a floating x."""
    a, b = expr.args
    if _number(b) == 0 and (isinstance(_number(b), int) or is_floating(build, a)):
        return a
    if expr.op == ADD and _number(a) == 0 and is_floating(build, b):
        return b
    return None


def _doubled(build: Builder, expr: Apply) -> Expr | None:
    """x + x is 2 * x."""
    a, b = expr.args
    return build.apply(MUL, Const(2), a) if a == b and is_floating(build, a) else None


def _scaled_twice(build: Builder, expr: Apply) -> Expr | None:
    """2 * (3 * x) is 6 * x, and 2 * (3 / x) is 6 / x."""
    a, b = expr.args
    outer = _number(a)
    for op in (MUL, DIV):
        scaled = _parts(build, b, op)
        inner = _number(scaled[0]) if scaled is not None else None
        if outer is not None and scaled is not None and inner is not None:
            return build.apply(op, Const(outer * inner), scaled[1])
    return None


# ----- signs -----


def _sign_of_product(build: Builder, expr: Apply) -> Expr | None:
    """(-a) * b, a * (-b), (-a) / b and a / (-b) are -(a * b), -(a / b)."""
    for i in (0, 1):
        negated = _parts(build, expr.args[i], NEG)
        if negated is not None:
            operands = list(expr.args)
            operands[i] = negated[0]
            return build.apply(NEG, build.apply(expr.op, *operands))
    return None


def _sign_of_sum(build: Builder, expr: Apply) -> Expr | None:
    """a + (-b) is a - b, (-a) + b is b - a, a - (-b) is a + b."""
    a, b = expr.args
    negated = _parts(build, b, NEG)
    if negated is not None:
        return build.apply(SUB if expr.op == ADD else ADD, a, negated[0])
    negated = _parts(build, a, NEG)
    if negated is not None and expr.op == ADD:
        return build.apply(SUB, b, negated[0])
    return None


def _negative_term(build: Builder, expr: Apply) -> Expr | None:
    """a + (-2 * b) is a - 2 * b, a - (-2 * b) is a + 2 * b."""
    a, b = expr.args
    positive = _without_sign(build, b)
    return None if positive is None else build.apply(SUB if expr.op == ADD else ADD, a, positive)


def _without_sign(build: Builder, expr: Expr) -> Expr | None:
    """The product or quotient `expr` without the minus of its first factor, None if it has none."""
    for op in (MUL, DIV):
        parts = _parts(build, expr, op)
        if parts is None:
            continue
        factor = _number(parts[0])
        first = _without_sign(build, parts[0]) if factor is None else None
        if factor is not None and factor < 0 and op == MUL:
            first = Const(-factor)
        return None if first is None else build.apply(op, first, parts[1])
    return None


def _integer_factor(build: Builder, expr: Apply) -> Expr | None:
    """(1.0 * n) * x is n * x, and (1.0 * n) / x is n / x: the result is floating anyway."""
    for i in (0, 1) if expr.op == MUL else (0,):
        product = _parts(build, expr.args[i], MUL)
        other = expr.args[1 - i]
        if product is None or _number(product[0]) != 1:
            continue
        if is_floating(build, other) or expr.op == DIV:
            operands = list(expr.args)
            operands[i] = product[1]
            return build.apply(expr.op, *operands)
    return None


def _transposed_product(build: Builder, expr: Apply) -> Expr | None:
    """(a.T @ b).T is b.T @ a, and (a @ b.T).T is b @ a.T."""
    product = _parts(build, expr.args[0], "operator.matmul")
    if product is None or any(len(dims(build.kind(p)) or ()) != 2 for p in product):
        return None
    if not any(_parts(build, p, TRANSPOSE) for p in product):
        return None
    left, right = (build.apply(TRANSPOSE, p) for p in product[::-1])
    return build.apply("operator.matmul", left, right)


def _double_negation(build: Builder, expr: Apply) -> Expr | None:
    negated = _parts(build, expr.args[0], NEG)
    if negated is not None:
        return negated[0]
    product = _parts(build, expr.args[0], MUL)
    number = _number(product[0]) if product is not None else None
    if product is not None and number is not None:
        return build.apply(MUL, Const(-number), product[1])
    difference = _parts(build, expr.args[0], SUB)
    return build.apply(SUB, difference[1], difference[0]) if difference is not None else None


def _reciprocal(build: Builder, expr: Apply) -> Expr | None:
    """a * (1 / b) and (1 / b) * a are a / b."""
    for i in (0, 1):
        quotient = _parts(build, expr.args[i], DIV)
        if quotient is not None and _number(quotient[0]) == 1:
            other = expr.args[1 - i]
            if is_floating(build, other):
                return build.apply(DIV, other, quotient[1])
    return None


def _of_real(build: Builder, expr: Apply) -> Expr | None:
    """conj(x) and real(x) of a real x are x, conj(conj(x)) is x."""
    inner = _parts(build, expr.args[0], CONJ) if expr.op == CONJ else None
    if inner is not None:
        return inner[0]
    return expr.args[0] if is_real(build.kind(expr.args[0])) else None


def _turned_real(build: Builder, expr: Apply) -> Expr | None:
    """real(1j * x) is -imag(x)."""
    product = _parts(build, expr.args[0], MUL)
    if product is None or product[0] != Const(1j):
        return None
    return build.apply(NEG, build.apply("numpy.imag", product[1]))


def _squared_modulus(build: Builder, expr: Apply) -> Expr | None:
    """(c * abs(z)) * conj(sign(z)) is c * conj(z)."""
    scaled, turned = (_parts(build, expr.args[0], MUL), _parts(build, expr.args[1], CONJ))
    sign = _parts(build, turned[0], "numpy.sign") if turned is not None else None
    if scaled is None or sign is None:
        return None
    moduli = (_parts(build, scaled[1], op) for op in _MODULI)
    if not any(modulus == sign for modulus in moduli):
        return None
    return build.apply(MUL, scaled[0], build.apply(CONJ, sign[0]))


# ----- broadcasts: the adjoint of a sum stays small as long as it can -----


def covers(shape: Dims | None, by: Dims | None) -> bool:
    """Whether broadcasting an array of shape `by` against `shape` gives `by`, in an operation that
    succeeds."""
    if shape is None or by is None or len(by) < len(shape):
        return False
    tail = by[len(by) - len(shape) :]
    return all(_covers_axis(s, b) for s, b in zip(shape, tail, strict=True))


def _covers_axis(s: Dim, b: Dim) -> bool:
    return s in (b, 1) or not may_be_one(b)


def _spread(build: Builder, expr: Expr) -> tuple[Expr, ...] | None:
    """The operands of a broadcast, of which a view may have been taken if it is of a number."""
    broadcast = _parts(build, expr, BROADCAST)
    if broadcast is not None:
        return broadcast
    for view in _VIEWS:
        parts = _parts(build, expr, view)
        inner = _spread(build, parts[0]) if parts is not None else None
        if inner is not None and dims(build.kind(inner[0])) == ():
            return inner[0], build.apply("attribute.shape", expr)
    return None


_VIEWS = ("numpy.expand_dims", "numpy.squeeze", "numpy.reshape", "attribute.T")


def _small_operand(build: Builder, expr: Apply) -> Expr | None:
    """broadcast_to(c, shape) * x is c * x where x has the shape already."""
    a, b = expr.args
    for i, other in ((0, b), (1, a)):
        broadcast = _spread(build, expr.args[i])
        if broadcast is None:
            continue
        operands = list(expr.args)
        operands[i] = broadcast[0]
        if covers(dims(build.kind(expr.args[i])), dims(build.kind(other))):
            return build.apply(expr.op, *operands)
        if covers(dims(build.kind(other)), dims(build.kind(broadcast[0]))) or (
            dims(build.kind(other)) == ()
        ):
            return build.apply(BROADCAST, build.apply(expr.op, *operands), broadcast[1])
        second = _parts(build, other, BROADCAST)
        if second is not None and dims(build.kind(other)) == dims(build.kind(expr.args[i])):
            small = build.apply(expr.op, *(p[0] for p in ((broadcast, second)[:: 1 - 2 * i])))
            return build.apply(BROADCAST, small, broadcast[1])
    return None


def _scattered(build: Builder, expr: Apply) -> Expr | None:
    """x[i] += broadcast_to(c, shape) is x[i] += c."""
    broadcast = _parts(build, expr.args[2], BROADCAST)
    if broadcast is None:
        return None
    return build.apply(expr.op, expr.args[0], expr.args[1], broadcast[0])


def _negated_broadcast(build: Builder, expr: Apply) -> Expr | None:
    broadcast = _parts(build, expr.args[0], BROADCAST)
    if broadcast is None:
        return None
    return build.apply(BROADCAST, build.apply(NEG, broadcast[0]), broadcast[1])


def _broadcast_to_itself(build: Builder, expr: Apply) -> Expr | None:
    """broadcast_to(x, shape) is x where x has that shape; two broadcasts are one."""
    kind = build.kind(expr)
    inner = _parts(build, expr.args[0], BROADCAST)
    if inner is not None:
        return build.apply(BROADCAST, inner[0], expr.args[1])
    shape = dims(build.kind(expr.args[0]))
    return expr.args[0] if shape is not None and shape == dims(kind) else None


def _sum_of_broadcast(build: Builder, expr: Apply) -> Expr | None:
    """The sum over everything of a broadcast number is the number times the size."""
    broadcast = _parts(build, expr.args[0], BROADCAST)
    if broadcast is None or len(expr.args) > 1 or expr.kwargs:
        return None
    if dims(build.kind(broadcast[0])) != ():
        return None
    size = size_of_shape(build, broadcast[1], dims(build.kind(expr.args[0])))
    return build.apply(MUL, broadcast[0], size)


def _inner_product(build: Builder, expr: Apply) -> Expr | None:
    """The sum of the products of two vectors' elements is `a @ b`: one pass instead of two."""
    product = _parts(build, expr.args[0], MUL)
    if product is None or len(expr.args) > 1 or expr.kwargs:
        return None
    a, b = map(build.kind, product)
    lengths = dims(a)
    if lengths is None or len(lengths) != 1 or lengths != dims(b) or lengths[0] == 1:
        return None
    if a != b or not is_floating(build, product[0]):
        return None
    return build.apply("operator.matmul", *product)


def _factor_outwards(build: Builder, expr: Apply) -> Expr | None:
    """f(c * x) is c * f(x) and f(-x) is -f(x), for a number c and a linear f: one pass less."""
    negated = _parts(build, expr.args[0], NEG)
    if negated is not None and is_floating(build, negated[0]):
        return build.apply(NEG, build.operation(_with_first(expr, negated[0])))
    product = _parts(build, expr.args[0], MUL)
    if product is None:
        return None
    for number, other in (product, product[::-1]):
        if dims(build.kind(number)) == () and dims(build.kind(other)) != ():
            if build.kind(other) != build.kind(expr.args[0]):
                continue
            return build.apply(MUL, number, build.operation(_with_first(expr, other)))
    return None


def _with_first(expr: Apply, first: Expr) -> Apply:
    return Apply(expr.op, (first, *expr.args[1:]), expr.kwargs)


def _view_of_broadcast(build: Builder, expr: Apply) -> Expr | None:
    """reshape(broadcast_to(c, s), t) is broadcast_to(c, t) for a number c."""
    broadcast = _parts(build, expr.args[0], BROADCAST)
    if broadcast is None or expr.kwargs or dims(build.kind(broadcast[0])) != ():
        return None
    return build.apply(BROADCAST, broadcast[0], expr.args[1])


def size_of_shape(build: Builder, shape: Expr, lengths: Dims | None) -> Expr:
    """The number of elements of an array of a shape that is given as an expression."""
    size = exact_size(lengths)
    if size is not None:
        return Const(size)
    owner = _parts(build, shape, "attribute.shape")
    if owner is not None:
        return build.apply("attribute.size", owner[0])
    return build.apply("math.prod", shape)


# ----- masks: what `where` does not take has a strong zero -----


def _mask_outwards(build: Builder, expr: Apply) -> Expr | None:
    """where(c, g, 0) * x is where(c, g * x, 0): an x that is infinite or nan where c is false
    leaves no trace (0 * inf is 0 here)."""
    for i in (0, 1) if expr.op == MUL else (0,):
        masked = _parts(build, expr.args[i], WHERE)
        if masked is None or len(masked) != 3:
            continue
        keep = next((k for k in (1, 2) if _number(masked[3 - k]) == 0), None)
        if keep is None or not covers(
            dims(build.kind(expr.args[1 - i])), dims(build.kind(expr.args[i]))
        ):
            continue
        operands = list(expr.args)
        operands[i] = masked[keep]
        branches = [masked[1], masked[2]]
        branches[keep - 1] = build.apply(expr.op, *operands)
        return build.apply(WHERE, masked[0], *branches)
    return None


def _negated_mask(build: Builder, expr: Apply) -> Expr | None:
    masked = _parts(build, expr.args[0], WHERE)
    if masked is None or len(masked) != 3 or 0 not in (_number(masked[1]), _number(masked[2])):
        return None
    if not all(is_exact(build.kind(branch)) for branch in masked[1:]):
        return None
    branches = [m if _number(m) == 0 else build.apply(NEG, m) for m in masked[1:]]
    return build.apply(WHERE, masked[0], *branches)


# ----- shapes -----


def _undone_transpose(build: Builder, expr: Apply) -> Expr | None:
    inner = _parts(build, expr.args[0], "attribute.T")
    return inner[0] if inner is not None else None


def _same_shape(build: Builder, expr: Apply) -> Expr | None:
    """reshape(x, x.shape) is x; reshape of a reshape is one reshape."""
    inner = _parts(build, expr.args[0], "numpy.reshape")
    if inner is not None and not expr.kwargs:
        return build.apply("numpy.reshape", inner[0], expr.args[1])
    shape = dims(build.kind(expr.args[0]))
    if shape is None or shape != dims(build.kind(expr)):
        return None
    return expr.args[0]


def _shape_of_number(build: Builder, expr: Apply) -> Expr | None:
    kind = build.kind(expr.args[0])
    if isinstance(kind, Scalar) or dims(kind) == ():
        return Apply("tuple")
    known = isinstance(kind, Array) and kind.dims is not None
    return build.apply("attribute.shape", expr.args[0]) if known else None


def _size_of_number(build: Builder, expr: Apply) -> Expr | None:
    if expr.kwargs or len(expr.args) > 1:
        return None
    kind = build.kind(expr.args[0])
    if isinstance(kind, Scalar) or dims(kind) == ():
        return Const(1)
    known = isinstance(kind, Array) and kind.dims is not None
    return build.apply("attribute.size", expr.args[0]) if known else None


def _kept_axis(build: Builder, expr: Apply) -> Expr | None:
    """sum(x, axis=1, keepdims=True)[:, 0] is sum(x, axis=1)."""
    total = build.definition(expr.args[0])
    index = expr.args[1]
    if total is None or total.op != "numpy.sum" or not isinstance(index, Apply):
        return None
    options = dict(total.kwargs)
    if options.get("keepdims") != Const(True) or "axis" not in options:
        return None
    axis = options["axis"]
    axes = axis.args if isinstance(axis, Apply) else (axis,)
    zeros = [i for i, part in enumerate(index.args) if part == Const(0)]
    if sorted(_number(a) or 0 for a in axes) != zeros:
        return None
    return build.apply("numpy.sum", *total.args, axis=axis)


def _static_length(build: Builder, expr: Apply) -> Expr | None:
    """An element of a shape that is known to be a number is that number."""
    shape = _parts(build, expr.args[0], "attribute.shape")
    axis = _number(expr.args[1])
    if shape is None or axis is None:
        return None
    lengths = dims(build.kind(shape[0]))
    if lengths is None or not -len(lengths) <= axis < len(lengths):
        return None
    length = lengths[int(axis)]
    return Const(length) if isinstance(length, int) else None


def _power_of_one(build: Builder, expr: Apply) -> Expr | None:
    exponent = _number(expr.args[1])
    return expr.args[0] if exponent == 1 and is_floating(build, expr.args[0]) else None


Identity = Callable[["Builder", Apply], "Expr | None"]

_ARITHMETIC = {ADD, SUB, MUL, DIV, NEG}
_CONSTANT = "constant"

# What one operand at least must be for an identity to apply: a constant, or made by an operation.
_NEEDED: dict[Identity, frozenset[str]] = {
    _fold: frozenset({_CONSTANT}),
    _unit: frozenset({_CONSTANT}),
    _zero_term: frozenset({_CONSTANT}),
    _power_of_one: frozenset({_CONSTANT}),
    _static_length: frozenset({"attribute.shape"}),
    _sign_of_product: frozenset({NEG}),
    _sign_of_sum: frozenset({NEG}),
    _negative_term: frozenset({MUL, DIV}),
    _scaled_twice: frozenset({MUL, DIV}),
    _reciprocal: frozenset({DIV}),
    _integer_factor: frozenset({MUL}),
    _double_negation: frozenset({NEG, MUL, SUB}),
    _small_operand: frozenset({BROADCAST, *_VIEWS}),
    _negated_broadcast: frozenset({BROADCAST}),
    _scattered: frozenset({BROADCAST}),
    _sum_of_broadcast: frozenset({BROADCAST}),
    _view_of_broadcast: frozenset({BROADCAST}),
    _mask_outwards: frozenset({WHERE}),
    _negated_mask: frozenset({WHERE}),
    _factor_outwards: frozenset({NEG, MUL}),
    _inner_product: frozenset({MUL}),
    _undone_transpose: frozenset({TRANSPOSE}),
    _transposed_product: frozenset({"operator.matmul"}),
    _kept_axis: frozenset({"numpy.sum"}),
    _squared_modulus: frozenset({CONJ}),
    _turned_real: frozenset({MUL}),
}

_BY_OPERATION: dict[str, tuple[Identity, ...]] = {
    ADD: (_fold, _doubled, _zero_term, _sign_of_sum, _negative_term, _small_operand),
    SUB: (_fold, _zero_term, _sign_of_sum, _negative_term, _small_operand),
    MUL: (
        _fold,
        _unit,
        _sign_of_product,
        _small_operand,
        _mask_outwards,
        _scaled_twice,
        _reciprocal,
        _integer_factor,
        _squared_modulus,
    ),
    DIV: (_fold, _unit, _integer_factor, _sign_of_product, _small_operand, _mask_outwards),
    NEG: (_fold, _double_negation, _negated_broadcast, _negated_mask),
    "operator.pow": (_power_of_one,),
    CONJ: (_of_real,),
    "numpy.real": (_of_real, _turned_real),
    BROADCAST: (_broadcast_to_itself,),
    "scatter.add": (_scattered,),
    "scatter.at": (_scattered,),
    "numpy.sum": (_sum_of_broadcast, _factor_outwards, _inner_product),
    "numpy.expand_dims": (_factor_outwards,),
    "numpy.squeeze": (_factor_outwards,),
    "numpy.shape": (_shape_of_number,),
    "numpy.size": (_size_of_number,),
    "numpy.reshape": (_same_shape, _view_of_broadcast, _factor_outwards),
    TRANSPOSE: (_undone_transpose, _transposed_product, _factor_outwards),
    "index": (_static_length, _kept_axis),
}

_IDENTITIES = {
    op: [(identity, _NEEDED.get(identity)) for identity in identities]
    for op, identities in _BY_OPERATION.items()
}
