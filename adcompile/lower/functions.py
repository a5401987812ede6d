"""Python's own functions, where what they do depends on the kinds of their arguments."""

from __future__ import annotations

import ast
import collections
import functools
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile import kinds
from adcompile.classes import ABSENT, member
from adcompile.implicit import fixed_point, root
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Items,
    Many,
    Mapping,
    Nothing,
    Record,
    Resolved,
    Scalar,
    Text,
    dims,
    forget_value,
    is_object,
    rank,
)
from adcompile.lower import (
    arguments,
    closures,
    comprehensions,
    container_methods,
    containers,
    expressions,
    hooks,
    implicit,
    iterator_functions,
    mapped,
    marks,
    operators,
    ordering,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import Made
from adcompile.lower.session import is_library
from adcompile.marks import on_backward, stop_gradient
from adcompile.rules.registry import static_value
from adcompile.source import Source

Special = Callable[[Frame, ast.AST, list[Expr], dict[str, Expr]], "Expr | None"]


# ----- sums and extremes -----


def _sum(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    """`sum` of a sequence whose elements are known is their sum."""
    start = [*args[1:], *(kwargs[name] for name in kwargs if name == "start")]
    if not args or len(start) > 1 or len(args) + len(kwargs) > 2:
        raise frame.refuse(node, "this call of `sum` does not fit")
    if isinstance(frame.kind(args[0]), Items):
        elements = arguments.spread(frame, node, args[0])
        return added(frame, node, elements, start[0] if start else None)
    total = frame.apply(node, "builtins.sum", args[0])
    if isinstance(total, Var) and isinstance(frame.kind(args[0]), Many):
        total.mixed = True  # the sum of no elements is an int
    return expressions.binary(frame, node, "add", start[0], total) if start else total


def added(frame: Frame, node: ast.AST, elements: Sequence[Expr], start: Expr | None) -> Expr:
    """`start + a + b + c`."""
    total = start
    for element in elements:
        if total is None:
            total = element
        elif isinstance(total, Const) and isinstance(element, Const):
            total = Const(total.value + element.value)
        else:
            total = expressions.binary(frame, node, "add", total, element)
    return Const(0) if total is None else total


def _extremum(op: str) -> Special:
    def lower(
        frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
    ) -> Expr | None:
        if not args:
            return None
        if "key" in kwargs and len(args) == 1 and ordering.is_active(frame, args, kwargs):
            return ordering.first_of(frame, node, op, args[0], kwargs)
        if "key" in kwargs:
            return _of_passive(frame, node, op, args, kwargs, "`key=`")
        if len(args) > 1:
            return extremum(frame, node, op, args)
        kind = frame.kind(args[0])
        if isinstance(kind, (Items, Record)) and not is_object(kind):
            elements = arguments.spread(frame, node, args[0])
            if elements or "default" not in kwargs:
                return extremum(frame, node, op, elements)
            return kwargs["default"]
        if kwargs:
            return _of_passive(frame, node, op, args, kwargs, "`default=`")
        args, _ = containers.as_arrays(frame, node, "numpy.max", args, {})
        if rank(frame.kind(args[0])) == 1:
            return frame.apply(node, op.replace("builtins", "numpy"), args[0])
        if not frame.varied(args[0]):
            return _of_passive(frame, node, op, args, kwargs, "")
        return extremum(frame, node, op, arguments.spread(frame, node, args[0]))

    return lower


def extremum(frame: Frame, node: ast.AST, op: str, elements: Sequence[Expr]) -> Expr:
    """`max(a, b, c)` is `max(max(a, b), c)`."""
    if not elements:
        raise frame.refuse(node, "there is no element to choose from")
    result = elements[0]
    for element in elements[1:]:
        result = frame.apply(node, op, result, element)
    return result


def _of_passive(
    frame: Frame,
    node: ast.AST,
    op: str,
    args: list[Expr],
    kwargs: dict[str, Expr],
    what: str,
) -> Expr:
    """A call that is kept as it is, of values that are not differentiated."""
    name = op.removeprefix("builtins.")
    if arguments.varied(frame, args, kwargs):
        raise frame.refuse(
            node,
            f"`{name}` with {what} of values that are differentiated has no derivative rule",
            "find the position with values that are not differentiated, or write a `for` loop",
        )
    function = _BUILTIN[name]
    known, values = static_value(frame.kind(args[0])) if len(args) == 1 else (False, None)
    if known and isinstance(values, (list, tuple)) and not kwargs:
        found = function(values)
        parts = tuple(map(Const, found)) if isinstance(found, list) else ()
        return Apply("list", parts) if isinstance(found, list) else Const(found)
    item = forget_value(kinds.element(frame.kind(args[0])))
    kind = Many(list, item) if function is sorted else item
    callee = Ref(name, function, UNKNOWN if len(args) > 1 or "default" in kwargs else kind)
    return frame.apply(node, "opaque", callee, *args, **kwargs)


_BUILTIN: dict[str, Any] = {"max": max, "min": min, "sorted": sorted}


def lower_sorted(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """`sorted`, of numbers or by a key."""
    if len(args) != 1:
        return None
    if not ordering.is_active(frame, args, kwargs):
        return _of_passive(frame, node, "builtins.sorted", args, kwargs, "")
    return ordering.in_order(frame, node, args[0], kwargs)


# ----- arithmetic -----


def _pow(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    return frame.apply(node, "operator.pow", *args) if len(args) == 2 and not kwargs else None


def _divmod(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    """`divmod(a, b)` is `(a // b, a % b)`."""
    if len(args) != 2:
        return None
    parts = [expressions.binary(frame, node, name, *args) for name in ("floordiv", "mod")]
    return Apply("tuple", tuple(parts))


# ----- containers -----


def _converted(op: str) -> Special:
    def lower(
        frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
    ) -> Expr | None:
        if args and op == "list":
            return container_methods.copied(frame, node, args[0])
        return Apply(op, tuple(arguments.spread(frame, node, args[0]) if args else ()))

    return lower


def _dict(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    """`dict(d, key=value)`."""
    pairs: list[tuple[Expr, Expr]] = []
    if args:
        is_dict = isinstance(frame.kind(args[0]), Mapping)
        pairs += (
            entries(frame, node, args[0])
            if is_dict
            else [two(frame, node, part) for part in arguments.spread(frame, node, args[0])]
        )
    pairs += [(Const(name), value) for name, value in kwargs.items()]
    return comprehensions.dict_of(frame, node, pairs)


def entries(frame: Frame, node: ast.AST, value: Expr) -> list[tuple[Const, Expr]]:
    """The keys and values of a dict whose keys are known."""
    kind = frame.kind(value)
    if not isinstance(kind, Mapping):
        raise frame.refuse(node, "this is not known to be a dict")
    if kind.items is None:
        raise frame.refuse(node, "the keys of this dict are not known while compiling")
    keys = [Const(key) for key, _ in kind.items]
    return [(key, expressions.item(frame, node, value, key)) for key in keys]


def two(frame: Frame, node: ast.AST, pair: Expr) -> tuple[Expr, Expr]:
    """The parts of a pair."""
    parts = arguments.spread(frame, node, pair)
    if len(parts) != 2:
        raise frame.refuse(node, "these are no pairs of a key and a value")
    return parts[0], parts[1]


# ----- questions that kinds answer -----


def _isinstance(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    if len(args) != 2:
        return None
    classes = _classes(args[1])
    types_of = _types(frame, args[0])
    if classes is None or types_of is None:
        return None
    outcomes = {issubclass(type_, classes) for type_ in types_of}
    return Const(outcomes.pop()) if len(outcomes) == 1 else None


def _classes(expr: Expr) -> tuple[type, ...] | None:
    """The classes that the second argument of `isinstance` names."""
    if isinstance(expr, Apply) and expr.op == "tuple":
        parts = [_classes(part) for part in expr.args]
        return None if None in parts else tuple(c for part in parts if part for c in part)
    if isinstance(expr, Ref) and isinstance(expr.target, type):
        return (expr.target,)
    return None


def _types(frame: Frame, expr: Expr) -> tuple[type, ...] | None:
    """The types that a value may have, None where that is not known."""
    kind = frame.kind(expr)
    match kind:
        case Scalar(type_):
            return _number_types(frame, expr, type_)
        case Array(dtype, dims) if dims and dtype is not None:
            return (np.ndarray,)
        case Array(dtype, dims):
            # One number may be Python's, NumPy's, or an array of no axes.
            return (float, int, np.ndarray, np.float64, np.int64, *_scalar_types(dtype))
        case Items(type_) | Many(type_) | Record(type_):
            return (type_,) if isinstance(type_, type) else None
        case Mapping():
            return (dict,)
        case Text():
            return (str,)
        case Nothing():
            return (type(None),)
        case Resolved(target):
            return (types.FunctionType if isinstance(target, Made) else type(target),)
    return None


def _number_types(frame: Frame, expr: Expr, kind: type) -> tuple[type, ...]:
    """The types of a number. What has been calculated may be of a type that counts as its kind:
    `max(1, 0.5)` is an int, a comparison of NumPy's a bool of NumPy's."""
    exact = not (isinstance(expr, Var) and expr.mixed) and frame.build.definition(expr) is None
    if exact:
        return (kind,)
    return {bool: (bool, np.bool_), float: (float, int), int: (int, float)}.get(kind, (kind,))


def _scalar_types(dtype: np.dtype[Any] | None) -> tuple[type, ...]:
    return (np.float32, np.bool_) if dtype is None else (dtype.type,)


def _type(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    """`type(x)`."""
    found = _types(frame, args[0]) if len(args) == 1 else None
    if found is None or len(found) > 1:
        return None
    return expressions.reference(found[0].__name__, found[0])


def _callable(
    frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    kind = frame.kind(args[0]) if len(args) == 1 else UNKNOWN
    if isinstance(kind, Resolved):
        return Const(isinstance(kind.target, Made) or callable(kind.target))
    if isinstance(kind, Record):
        return Const(member(kind.type, "__call__") is not ABSENT)
    return (
        Const(False) if isinstance(kind, (Scalar, Array, Items, Mapping, Text, Nothing)) else None
    )


def _slice(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    """`slice(a, b)` where it can be written in brackets."""
    if not all(isinstance(arg, Const) for arg in args) or not 1 <= len(args) <= 3:
        return None
    given = [Const(None), *args] if len(args) == 1 else args
    return Apply("slice", (*given, *[Const(None)] * (3 - len(given))))


def _hasattr(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr | None:
    if len(args) != 2 or not isinstance(args[1], Const):
        return None
    name = str(args[1].value)
    kind = frame.kind(args[0])
    if isinstance(kind, Resolved):
        return _live_attribute(frame, kind.target, name)
    if isinstance(args[0], Ref) and isinstance(args[0].target, (types.ModuleType, type)):
        return _live_attribute(frame, args[0].target, name)
    if isinstance(kind, Record):
        known = name in dict(kind.fields) or _static_attribute(frame, kind.type, name)
        # It may make attributes up.
        return Const(known) if known or not hasattr(kind.type, "__getattr__") else None
    if isinstance(kind, Array) and not dims(kind):
        return None
    found = _types(frame, args[0])
    return None if found is None or len(found) > 1 else Const(hasattr(found[0], name))


def _live_attribute(frame: Frame, owner: Any, name: str) -> Expr | None:
    """Whether a module, function or class has an attribute; that one has none may change."""
    if isinstance(owner, (Made, Source)):
        return None
    if hasattr(owner, name):
        frame.session.assume_attribute(owner, name, getattr(owner, name))
        return Const(True)
    return Const(False) if is_library(owner) else None


def _static_attribute(frame: Frame, owner: Any, name: str) -> bool:
    if member(owner, name) is ABSENT:
        return False
    frame.session.assume_attribute(owner, name, getattr(owner, name))
    return True


SPECIAL: dict[str, Special] = {
    "builtins.sum": _sum,
    "builtins.pow": _pow,
    "builtins.divmod": _divmod,
    "builtins.max": _extremum("builtins.max"),
    "builtins.min": _extremum("builtins.min"),
    "builtins.sorted": lower_sorted,
    "builtins.tuple": _converted("tuple"),
    "builtins.list": _converted("list"),
    "builtins.dict": _dict,
    "builtins.isinstance": _isinstance,
    "builtins.type": _type,
    "builtins.callable": _callable,
    "builtins.hasattr": _hasattr,
    "builtins.slice": _slice,
    "numpy.vectorize": mapped.vectorized,
    "numpy.apply_along_axis": mapped.along_axis,
    "numpy.apply_over_axes": mapped.over_axes,
    "numpy.fromfunction": mapped.from_function,
}


# ----- functools, and functions of this package -----


def _partial(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    return closures.lower_partial(frame, node, args, kwargs)


def _refuse_cached(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    raise frame.refuse(
        node, "a function with a cache, made here, cannot be differentiated yet", "leave it out"
    )


KNOWN: dict[Any, Callable[[Frame, ast.AST, list[Expr], dict[str, Expr]], Expr]] = {
    **operators.FUNCTIONS,
    **iterator_functions.FUNCTIONS,
    collections.defaultdict: lambda *call: container_methods.default_dict(*call),
    functools.partial: _partial,
    functools.lru_cache: _refuse_cached,
    functools.cache: _refuse_cached,
    stop_gradient: lambda *call: marks.lower_stop(*call),
    on_backward: lambda *call: hooks.lower(*call),
    fixed_point: lambda *call: implicit.lower("fixed_point", *call),
    root: lambda *call: implicit.lower("root", *call),
}
