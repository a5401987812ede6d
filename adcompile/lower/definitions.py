"""Functions that are defined by others: `np.diff(x)` is lowered as `x[1:] - x[:-1]`.

The text stands in the place of a call of which something is differentiated. Any other call is kept
as the user wrote it; of that the text only tells what kind its result is of.
"""

from __future__ import annotations

import ast

from adcompile.errors import RefusedError
from adcompile.ir import Apply, Expr, Var
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Items,
    Kind,
    LengthNeededError,
    Many,
    Scalar,
    any_dtype,
)
from adcompile.lower import arguments, expressions, views
from adcompile.lower.frame import Frame
from adcompile.lower.rule_text import parsed
from adcompile.rules import registry
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import Call


def lower(
    frame: Frame, node: ast.AST, op: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call of a function that has a definition; None where it has none.

    Args:
        frame: where the call stands.
        node: the call.
        op: the dotted name of the function; a method has the array for its first argument.
        args: the positional arguments.
        kwargs: the others.
    """
    rule = registry.find(op)
    if rule is None or rule.definition is None:
        return None
    if frame.template and rule.pullback is not None:
        return None  # a rule's text knows what the rule is for
    varied = frame.template or arguments.varied(frame, args, kwargs)
    try:
        call = registry.bind(op, tuple(args), tuple(kwargs.items()), frame.kind)
        rule.require_of(call)
        text = rule.definition(call)
        if text is None:
            return None
        if varied:
            return _written_out(frame, node, text, call)
        kind = _kind(frame, text, call)
    except (registry.NotStaticError, RefusedError) as error:
        if varied:
            raise _placed(frame, node, rule.name, error) from None
        return None
    result = frame.apply(node, op, *args, **kwargs)
    if isinstance(result, Var):
        result.kind = kind
    return result


def _placed(
    frame: Frame, node: ast.AST, name: str, error: registry.NotStaticError | RefusedError
) -> RefusedError:
    """The error at the call; in the text of a rule there is no place."""
    if isinstance(error, registry.NotStaticError):
        error = error.refusal(name)
    span = None if frame.template else frame.source.span(node)
    return RefusedError(error.reason, error.hint, span)


def value(frame: Frame, text: str, names: dict[str, Expr]) -> Expr:
    """The value of a text in terms of other values."""
    return _value(
        Frame(frame.session, parsed(text), frame.build, names, frame.nested, heap=frame.heap)
    )


def _written_out(frame: Frame, node: ast.AST, text: str, call: Call) -> Expr:
    """The value of the text, in the place of the call."""
    names = {name: _array(frame, node, call, name) for name in call.args}
    inner = Frame(
        frame.session,
        parsed(text),
        frame.build,
        names,
        nested=frame.nested,
        template=frame.template,
        heap=frame.heap,
    )
    result = _value(inner)
    if call.rule.fresh and frame.heap.followed and not _is_new(inner, result):
        return frame.apply(node, "numpy.copy", result)
    return result


def _array(frame: Frame, node: ast.AST, call: Call, name: str) -> Expr:
    """An argument, as an array where the function makes one of it."""
    value = call.args[name]
    if name in call.rule.arrays and isinstance(call.kinds[name], (Items, Many)):
        return frame.apply(node, "numpy.array", value)
    return value


def _kind(frame: Frame, text: str, call: Call) -> Kind:
    """The kind of the text's value, which nothing is to compute.

    The text is for floats: of other numbers the result may be of another dtype.
    """
    found = _kind_of_floats(frame, text, call)
    given = [call.kinds[name] for name in call.rule.arrays or call.kinds]
    return found if all(map(_is_float, given)) else _of_any_dtype(found)


def _is_float(kind: Kind) -> bool:
    """Whether an argument, if it is an array, is one of floats."""
    array = array_kind(kind) if isinstance(kind, (Array, Items)) else None
    return array is None or (array.dtype is not None and array.dtype.kind in "fc")


def _of_any_dtype(kind: Kind) -> Kind:
    """What is left of a kind where the dtype is not known; a Python number may be an int."""
    return UNKNOWN if isinstance(kind, Scalar) else any_dtype(kind)


def _kind_of_floats(frame: Frame, text: str, call: Call) -> Kind:
    with frame.build.inner():
        names = dict(call.args)
        for name in call.rule.arrays:
            if isinstance(call.kinds[name], (Items, Many)):
                names[name] = frame.build.apply("numpy.array", names[name])
        inner = Frame(frame.session, parsed(text), frame.build, names, frame.nested, template=True)
        try:
            return frame.kind(_value(inner))
        except LengthNeededError:
            return UNKNOWN


def _value(frame: Frame) -> Expr:
    assert isinstance(frame.source.node, ast.Lambda)
    return expressions.lower(frame, frame.source.node.body)


def _is_new(frame: Frame, value: Expr) -> bool:
    """Whether a value is certainly no part of what the caller has."""
    if not isinstance(frame.kind(value), Array):
        return True
    defined = frame.build.definition(value)
    return isinstance(defined, Apply) and (views.is_fresh(defined) or views.gathers(frame, defined))
