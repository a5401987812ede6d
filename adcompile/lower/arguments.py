"""The arguments of a call: spread out, bound to the parameters, defaults filled in."""

from __future__ import annotations

import ast
from collections import abc
from inspect import Parameter
from typing import Any

from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Array, Items, Mapping, Record, exact_length, is_object
from adcompile.lower import containers, expressions, functions
from adcompile.lower.frame import Frame
from adcompile.source import Source


def lowered(frame: Frame, node: ast.Call) -> tuple[list[Expr], dict[str, Expr]]:
    """The arguments of a call, positional and by name."""
    args: list[Expr] = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            args.extend(spread(frame, arg, expressions.lower_sequence(frame, arg.value)))
        else:
            args.append(expressions.lower(frame, arg))
    kwargs: dict[str, Expr] = {}
    for keyword in node.keywords:
        value = expressions.lower(frame, keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        else:
            kwargs |= spread_dict(frame, keyword.value, value)
    return args, kwargs


def spread_dict(frame: Frame, node: ast.AST, value: Expr) -> dict[str, Expr]:
    """What `**value` gives."""
    kind = frame.kind(value)
    if not isinstance(kind, Mapping) or kind.items is None:
        raise frame.refuse(node, "`**` needs a dict whose keys are known here")
    return {str(key.value): part for key, part in functions.entries(frame, node, value)}


# So many elements of an array are taken one by one.
_WRITTEN_OUT = 1000


def spread(frame: Frame, node: ast.AST, value: Expr) -> list[Expr]:
    """The elements of a sequence whose length is known."""
    value = containers.current(frame, node, value)
    if isinstance(value, Apply) and value.op in ("tuple", "list"):
        return list(value.args)
    kind = frame.kind(value)
    if isinstance(kind, (Items, Record)) and not is_object(kind):
        length = len(kind.items) if isinstance(kind, Items) else len(kind.fields)
        return [expressions.item(frame, node, value, Const(i)) for i in range(length)]
    if isinstance(kind, Array) and kind.dims:
        number = exact_length(kind.dims[0])
        if number is not None and number <= _WRITTEN_OUT:
            return [expressions.item(frame, node, value, Const(i)) for i in range(number)]
    named = "give them names first, as in `rows, columns = x.shape`"
    raise frame.refuse(
        node,
        "the number of elements to unpack is not known while compiling",
        named if isinstance(node, ast.Starred) else None,
    )


def varied(frame: Frame, args: list[Expr], kwargs: dict[str, Expr]) -> bool:
    """Whether an argument of a call depends on what is differentiated."""
    return any(map(frame.varied, [*args, *kwargs.values()]))


def bind(
    frame: Frame,
    node: ast.AST,
    source: Source,
    args: list[Expr],
    kwargs: dict[str, Expr],
    defaults: abc.Mapping[str, Expr] | None = None,
) -> dict[str, Expr]:
    """The value of each parameter of a call, defaults included.

    Args:
        frame: where the call stands.
        node: the call.
        source: the function.
        args: the positional arguments.
        kwargs: the others.
        defaults: of a nested function, the values of its defaults.
    """
    try:
        bound = source.signature.bind(*args, **kwargs)
    except TypeError as error:
        raise frame.refuse(node, f"this call of `{source.name}` does not fit: {error}") from None
    values: dict[str, Expr] = {}
    for name, parameter in source.signature.parameters.items():
        if name in bound.arguments:
            values[name] = _collected(frame, parameter, bound.arguments[name])
        elif parameter.kind in _COLLECTED:
            values[name] = _collected(frame, parameter, _COLLECTED[parameter.kind])
        elif defaults is not None:
            values[name] = defaults[name]
        else:
            if not source.lifted:
                frame.session.assume_default(source, name, source.defaults[name])
            values[name] = default(source, name)
    return values


# What `*args` and `**kwargs` are where a call gives none.
_COLLECTED: dict[object, Any] = {Parameter.VAR_POSITIONAL: (), Parameter.VAR_KEYWORD: {}}


def _collected(frame: Frame, parameter: Parameter, given: Any) -> Expr:
    """What a call gives for a parameter, in the case of `*args` and `**kwargs` as one value."""
    if parameter.kind is Parameter.VAR_POSITIONAL:
        return Apply("tuple", tuple(given))
    if parameter.kind is Parameter.VAR_KEYWORD:
        parts = [part for key, value in given.items() for part in (Const(key), value)]
        return containers.identified(frame, Apply("dict", tuple(parts)))
    value: Expr = given
    return value


def default(source: Source, name: str) -> Expr:
    """The value of a parameter that a call leaves out."""
    value = source.defaults[name]
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return Const(value)
    return expressions.reference(name, value)
