"""Real and complex: a derivative by a real number is real, in both modes.

What depends on a complex value has a complex derivative, see `rules.complex_numbers`; where a real
value has entered, or come of, a complex operation, the real part of it counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from adcompile import ir
from adcompile.builder import Builder
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Expr
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    holds_complex,
    is_array,
    is_complex,
    is_real,
)
from adcompile.lower import Session
from adcompile.rules.registry import Call


def note_complex(session: Session, build: Builder, function: ir.Function) -> None:
    """Note whether a function, or one that calls it, has a complex value; then what is of an
    unknown dtype may be one."""
    session.has_complex = build.has_complex = session.has_complex or _has_complex(function)


def _has_complex(function: ir.Function) -> bool:
    kinds = [param.kind for param in function.params]
    for statement in ir.walk(function.body):
        kinds += [var.kind for var in ir.defined(statement)]
        kinds += [kind for expr in ir.expressions(statement) for kind in _kinds_in(expr)]
    return any(map(holds_complex, kinds))


def _kinds_in(expr: Expr) -> Iterator[Kind]:
    """The kinds of what an expression is made of."""
    if isinstance(expr, Apply):
        for operand in expr.operands():
            yield from _kinds_in(operand)
    else:
        yield ir.kind_of(expr)


def in_field(build: Builder, derivative: Expr, value: Expr) -> Expr:
    """A derivative by a value, or a tangent of it: the real part where the value is real."""
    kind, found = build.kind(value), build.kind(derivative)
    if is_real(found) or is_complex(kind) or isinstance(found, _CONTAINERS):
        return derivative
    if not (build.has_complex or is_complex(found)):
        return derivative
    if is_real(kind):
        return build.apply("numpy.real", derivative)
    made = build.definition(derivative)
    done = made is not None and made.op == "runtime.unbroadcast" and made.args[1] == value
    if not isinstance(kind, Array) or done:
        return derivative
    return build.apply("runtime.unbroadcast", derivative, value)


def in_field_of_result(build: Builder, tangent: Expr, target: Expr, name: str) -> Expr:
    """The tangent of the result of a rule. Of what it is not known whether it is real, the tangent
    is so if those of the arguments are, but where moduli are taken."""
    unknown = isinstance(kind := build.kind(target), Array) and kind.dtype is None
    return tangent if unknown and name not in _MODULI else in_field(build, tangent, target)


_MODULI = ("numpy.absolute", "builtins.abs", "numpy.var", "numpy.std")


_CONTAINERS = (Items, Many, Mapping, Record)


def of_dtype(build: Builder, derivative: Expr, value: Expr) -> Expr:
    """A derivative by an array of complex numbers, where some of it is to be written to."""
    kind, found = build.kind(value), build.kind(derivative)
    if not (is_array(kind) and is_complex(kind)) or is_complex(found):
        return derivative
    return build.apply("ndarray.astype", derivative, build.apply("attribute.dtype", value))


def require_known(build: Builder, call: Call) -> None:
    """Refuse an operation that is another one for complex numbers, of what may be complex.

    Raises:
        RefusedError: it is not known whether an argument is.
    """
    rule = call.rule
    either = rule.of_complex is not None and rule.of_complex.either
    if not build.has_complex or either or call.is_complex():
        return
    for name, kind in call.kinds.items():
        if isinstance(kind, Array) and kind.dtype is None and build.varied(call.args[name]):
            raise RefusedError(
                f"whether the argument `{name}` of `{rule.name}` is complex is unknown while "
                "compiling",
                "convert it, as in `x.astype(complex)`",
            )
