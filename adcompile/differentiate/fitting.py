"""Finished adjoints, in the structure, shape and dtype of their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate.adjoints import Adjoints
from adcompile.differentiate.displays import display
from adcompile.errors import UsageError
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import (
    COMPLEX,
    FLOAT,
    INSIDE_ITSELF,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    Unknown,
    carries_derivative,
    children,
    dims,
    same_dtype,
)
from adcompile.parts import Part, located

# All of a parameter, whatever it is called.
WHOLE = Part("")


def result_for(adjoints: Adjoints, param: Var, allow_unused: bool, part: Part = WHOLE) -> Expr:
    """The finished adjoint of a parameter or a part of it, in its structure, shapes and dtypes.

    Args:
        adjoints: the adjoints at the end of the sweep.
        param: the parameter.
        allow_unused: whether what the result does not depend on has adjoint zero.
        part: the part of the parameter.

    Raises:
        UsageError: the result does not depend on the parameter or a part of it.
    """
    taken = {path: adjoints.scope.values.get((param, path)) for path in adjoints.scope.parts(param)}
    path, kind = located(part, param.kind)
    return _at_path(
        adjoints, param, path, kind, taken | _inside(adjoints, param, path, taken), allow_unused
    )


def _inside(
    adjoints: Adjoints,
    param: Var,
    path: tuple[object, ...],
    taken: dict[tuple[object, ...], Expr | None],
) -> dict[tuple[object, ...], Expr | None]:
    """The adjoint at a path, where that of a container around it is kept whole: a list that is
    indexed while running."""
    for length in range(len(path)):
        if taken.get(path[:length]) is not None:
            kind = adjoints.part(param, path[:length]).kind
            value = adjoints.assemble(param, kind, path[:length], remove=False)
            for key in path[length:]:
                step = Apply("index", (value, Const(key)))
                if isinstance(kind, Record):
                    step = Apply(f"attribute.{key}", (value,))
                value, kind = adjoints.build.operation(step), dict(children(kind))[key]
            return {path: value}
    return {}


def _at_path(
    adjoints: Adjoints,
    param: Var,
    path: tuple[object, ...],
    kind: Kind,
    taken: dict[tuple[object, ...], Expr | None],
    allow_unused: bool,
) -> Expr:
    value = taken.get(path)
    if value is not None and any(len(p) > len(path) and p[: len(path)] == path for p in taken):
        value = adjoints.assemble(param, kind, path, remove=False)
    parts = children(kind)
    if value is None and parts:
        values = [
            _at_path(adjoints, param, (*path, key), child, taken, allow_unused)
            for key, child in parts
        ]
        return display(kind, values)
    if kind in _EMPTY:
        return display(kind, [])
    if not carries_derivative(kind):
        return Const(None)
    at = adjoints.at(param, path)
    if value is not None and isinstance(kind, (Items, Many)) and kind.type is tuple:
        return adjoints.build.apply("builtins.tuple", value)
    if value is not None:
        return adjoints.named(fitted(adjoints, value, at), (param, path), at)
    if isinstance(kind, Unknown) and kind.why.endswith(INSIDE_ITSELF):
        raise UsageError(kind.why, "differentiate by parts: `wrt=` takes their names")
    if not allow_unused:
        raise UsageError(
            f"the result does not depend on `{_spelled(param, path)}`",
            "leave it out of `wrt`, or give allow_unused=True for a gradient of zero",
        )
    zero = fitted(adjoints, adjoints.zero_at(param, path, kind), at)
    return adjoints.named(zero, (param, path), at)


_EMPTY = (Items(list, ()), Items(tuple, ()), Mapping(()))


def _spelled(param: Var, path: tuple[object, ...]) -> str:
    kind, text = param.kind, str(param.hint)
    for key in path:
        text += f".{key}" if isinstance(kind, Record) else f"[{key!r}]"
        kind = dict(children(kind))[key]
    return text


def fitted(adjoints: Adjoints, value: Expr, param: Var) -> Expr:
    """A gradient in the dtype and shape of its argument."""
    build = adjoints.build
    wanted, kind = param.kind, build.kind(value)
    if isinstance(wanted, Scalar) and wanted.type is float:
        return _as_float(build, value, kind)
    if wanted == COMPLEX:
        return value if kind == COMPLEX else build.apply("builtins.complex", value)
    if not isinstance(wanted, Array):
        return value
    if wanted.dims == ():
        # Among several paths there may be one with a Python number: only doubles are like them.
        double = wanted.dtype is None or wanted.dtype == np.dtype(float)
        like = kind == FLOAT or _has_dtype(kind, wanted.dtype)
        if double and like and not may_be_integer(build, value):
            return value
        name = "float64" if wanted.dtype is None else wanted.dtype.name
        return build.apply(f"numpy.{name}", value)
    value = adjoints.full(value, param)
    if isinstance(kind, Scalar) or dims(kind) == ():
        return build.apply("numpy.full_like", param, value)
    if isinstance(kind, Array) and not _has_dtype(kind, wanted.dtype) and wanted.dtype is not None:
        return build.apply("ndarray.astype", value, build.apply("attribute.dtype", param))
    return value


def _has_dtype(kind: Kind, dtype: np.dtype[Any] | None) -> bool:
    return isinstance(kind, Array) and same_dtype(kind.dtype, dtype)


def _as_float(build: Builder, value: Expr, kind: Kind) -> Expr:
    """The gradient with respect to a Python float: a double."""
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(float(value.value))
    double = kind == FLOAT or _has_dtype(kind, np.dtype(float))
    certain = double and not may_be_integer(build, value)
    return value if certain or isinstance(kind, Unknown) else build.apply("builtins.float", value)


def may_be_integer(build: Builder, value: Expr) -> bool:
    """Whether a gradient may be an int, because a variable it is computed from is one at first."""
    seen: set[Var] = set()
    stack = [value]
    while stack:
        for var in ir.variables(stack.pop()):
            if var in seen:
                continue
            seen.add(var)
            if var.mixed:
                return True
            definition = build.definitions.get(var)
            if definition is not None and definition.op.startswith("operator."):
                stack.append(definition)
    return False
