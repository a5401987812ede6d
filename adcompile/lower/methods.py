"""Calls of methods: of arrays and containers, of objects, of generators of random numbers."""

from __future__ import annotations

import ast
import inspect
import types
from typing import Any

import numpy as np

from adcompile.custom import CustomRule
from adcompile.ir import Apply, Const, Expr, Ref
from adcompile.kinds import Mapping, Record, Resolved
from adcompile.lower import (
    arguments,
    calls,
    container_methods,
    containers,
    custom,
    definitions,
    expressions,
    library_calls,
    objects,
    user_calls,
    writes,
)
from adcompile.lower.frame import Frame
from adcompile.options import of_derivative
from adcompile.rules import registry, unruled
from adcompile.source import Source

IN_PLACE = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update",
    "setdefault", "fill", "put", "itemset", "resize", "partition", "setflags", "add", "discard",
}  # fmt: skip


def call(frame: Frame, node: ast.Call, value: Expr, name: str) -> Expr:
    """`value.name(...)`."""
    if name == "extend" and len(node.args) == 1:
        args: list[Expr] = [expressions.lower_sequence(frame, node.args[0])]
        kwargs: dict[str, Expr] = {}
    else:
        args, kwargs = arguments.lowered(frame, node)
    kind = frame.kind(value)
    if isinstance(kind, Record):
        return call_of_record(frame, node, kind, value, name, args, kwargs)
    written = writes.method(frame, node, value, name, args, kwargs)
    if written is None:
        written = container_methods.method(frame, node, value, name, args, kwargs)
    if written is not None:
        return written
    if name in IN_PLACE:
        raise frame.refuse(
            node,
            f"`.{name}()` changes a value in place, which cannot be differentiated yet",
            "build a new value instead",
        )
    if isinstance(kind, Mapping):
        return _mapping_method(frame, node, kind, value, name, args)
    op = f"ndarray.{name}"
    defined = definitions.lower(frame, node, op, [value, *args], kwargs)
    if defined is not None:
        return defined
    if registry.find(op) is not None:
        return frame.apply(node, op, value, *args, **kwargs)
    if arguments.varied(frame, [value, *args], kwargs):
        raise frame.refuse(node, *unruled.message(op))
    return frame.apply(node, f"ndarray.{name}", value, *args, **kwargs)


def _mapping_method(
    frame: Frame, node: ast.Call, kind: Mapping, value: Expr, name: str, args: list[Expr]
) -> Expr:
    """`d.items()`, `d.keys()`, `d.values()`, `d.get(key)` where the keys are known."""
    if kind.items is not None:
        keys = [Const(key) for key, _ in kind.items]
        values = [expressions.item(frame, node, value, key) for key in keys]
        default = args[1] if len(args) > 1 else Const(None)
        match name:
            case "keys":
                return containers.view(frame, value, Apply("tuple", tuple(keys)))
            case "values":
                return containers.view(frame, value, Apply("tuple", tuple(values)))
            case "items":
                pairs = (Apply("tuple", pair) for pair in zip(keys, values, strict=True))
                return containers.view(frame, value, Apply("tuple", tuple(pairs)))
            case "copy":
                return Apply(
                    "dict", tuple(p for pair in zip(keys, values, strict=True) for p in pair)
                )
            case "get" if args and isinstance(args[0], Const):
                return values[keys.index(args[0])] if args[0] in keys else default
            case "get" if args:
                names = {"d": value, "key": args[0], "default": default}
                return definitions.value(frame, "d[key] if key in d else default", names)
    raise frame.refuse(node, f"`.{name}()` of this dict is not known while compiling")


def call_of_record(
    frame: Frame,
    node: ast.AST,
    kind: Record,
    value: Expr,
    name: str,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    if kind.type in (np.random.Generator, np.random.RandomState):
        return _draw(frame, node, value, name, args, kwargs)
    fields = dict(kind.fields)
    known = fields.get(name)
    if isinstance(known, Resolved):
        return calls.call_target(frame, node, name, known.target, args, kwargs)
    member = method_of(frame, node, kind, name)
    if name == "_replace" and not args:
        changed = objects.replaced(frame, node, value, kwargs)
        if changed is not None:
            return changed
    if isinstance(member, staticmethod):
        return calls.call_target(frame, node, name, member.__func__, args, kwargs)
    if isinstance(member, classmethod):
        frame.session.assume_attribute(kind.type, f"{name}.__func__", member.__func__)
        owner = expressions.reference(kind.type.__name__, kind.type)
        return calls.call_target(frame, node, name, member.__func__, [owner, *args], kwargs)
    if isinstance(member, (types.FunctionType, Source)):
        return user_calls.call_user(frame, node, name, member, [value, *args], kwargs)
    if isinstance(member, CustomRule):
        frame.session.assume_attribute(kind.type, name, member)
        return custom.call(frame, node, name, member, [value, *args], kwargs)
    if of_derivative(member) is not None:
        return calls.call_target(frame, node, name, member, [value, *args], kwargs)
    return library_calls.opaque(frame, node, Ref(name, member), [value, *args], kwargs)


def method_of(frame: Frame, node: ast.AST, kind: Record, name: str) -> Any:
    """A method as it stands in the class of an object."""
    try:
        member = inspect.getattr_static(kind.type, name)
    except AttributeError:
        raise frame.refuse(node, f"`{kind.type.__name__}` has no method `{name}`") from None
    known = isinstance(member, (staticmethod, types.FunctionType))
    if known or of_derivative(member) is not None:
        frame.session.assume_attribute(kind.type, name, getattr(kind.type, name))
    return member


def _draw(
    frame: Frame, node: ast.AST, rng: Expr, name: str, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A method of a generator of random numbers."""
    if registry.find(f"generator.{name}") is None:
        raise frame.refuse(
            node,
            f"`.{name}()` of a random generator is not known",
            "draw outside and pass the draws in",
        )
    return frame.apply(node, f"generator.{name}", rng, *args, **kwargs)
