"""Lower calls: which function is called, and which module knows what it does."""

from __future__ import annotations

import ast
import dataclasses
import functools
import types
from typing import Any

import numpy as np

from adcompile import libraries
from adcompile.custom import CustomRule
from adcompile.ir import Expr, Ref
from adcompile.kinds import Record, Resolved
from adcompile.lower import (
    arguments,
    averages,
    checkpoints,
    closures,
    consumers,
    custom,
    expressions,
    functions,
    library_calls,
    mapped,
    methods,
    nested,
    objects,
    operators,
    structures,
    user_calls,
)
from adcompile.lower.frame import Frame
from adcompile.lower.made import Made
from adcompile.options import PRIMAL, of_derivative
from adcompile.source import Source


def lower_call(frame: Frame, node: ast.Call) -> Expr:
    """The value of a call."""
    structure = structures.asked(frame, node)
    if structure is not None:
        return structure
    if isinstance(node.func, ast.Attribute):
        if objects.is_super(frame, node.func.value):
            return objects.call_super(frame, node, node.func.attr, *arguments.lowered(frame, node))
        value = expressions.lower(frame, node.func.value)
        if isinstance(value, Ref) and isinstance(value.target, type):
            return _class_method(frame, node, value.target, node.func.attr)
        if isinstance(value, Ref) and isinstance(value.target, np.ufunc):
            return library_calls.call_of_ufunc(frame, node, value, node.func.attr)
        if isinstance(value, Ref) and libraries.is_distribution(value.target):
            return _distribution_method(frame, node, value.target, node.func.attr)
        if not (isinstance(value, Ref) and isinstance(value.target, types.ModuleType)):
            return methods.call(frame, node, value, node.func.attr)
    callee = expressions.lower(frame, node.func)
    if isinstance(callee, Ref):
        consumed = consumers.lower(frame, node, callee)
        if consumed is not None:
            return consumed
    args, kwargs = arguments.lowered(frame, node)
    consumed = consumers.of_generator(frame, node, callee, args)
    if consumed is not None:
        return consumed
    return call_value(frame, node, callee, args, kwargs)


def call_value(
    frame: Frame, node: ast.AST, callee: Expr, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a value."""
    kind = frame.kind(callee)
    if isinstance(kind, Record):
        return methods.call_of_record(frame, node, kind, callee, "__call__", args, kwargs)
    if not isinstance(kind, Resolved):
        place = node.func if isinstance(node, ast.Call) else node
        raise frame.refuse(place, "it is not known while compiling which function is called")
    name = callee.name if isinstance(callee, Ref) else getattr(callee, "hint", None) or "f"
    return call_target(frame, node, name, kind.target, args, kwargs)


def _distribution_method(frame: Frame, node: ast.Call, owner: Any, name: str) -> Expr:
    """`stats.norm.logpdf(...)`."""
    called = library_calls.dotted(owner)
    method = _member(frame, node, owner, called, name)
    args, kwargs = arguments.lowered(frame, node)
    return library_calls.call(frame, node, f"{called}.{name}", method, args, kwargs)


def _class_method(frame: Frame, node: ast.Call, owner: type, name: str) -> Expr:
    """`Class.method(...)`."""
    member = _member(frame, node, owner, owner.__name__, name)
    args, kwargs = arguments.lowered(frame, node)
    if isinstance(member, types.MethodType) and member.__self__ is owner:
        args = [expressions.reference(owner.__name__, owner), *args]
        member = member.__func__
        frame.session.assume_attribute(owner, f"{name}.__func__", member)
    else:
        frame.session.assume_attribute(owner, name, member)
    return call_target(frame, node, name, member, args, kwargs)


def _member(frame: Frame, node: ast.Call, owner: Any, called: str | None, name: str) -> Any:
    """`owner.name`, where the owner is called so."""
    try:
        return getattr(owner, name)
    except AttributeError:
        raise frame.refuse(node, f"`{called}` has no `{name}`") from None


def call_target(
    frame: Frame, node: ast.AST, name: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a live object, or of a function that the program makes."""
    checkpoints.refuse_elsewhere(frame, node, target)
    op = None if isinstance(target, Made) else _operation(name, target)
    if op is not None:
        return library_calls.call(frame, node, op, target, args, kwargs)
    if isinstance(target, types.MethodType):
        for part in ("__self__", "__func__"):
            frame.session.assume_attribute(target, part, getattr(target, part))
        args = [expressions.reference(f"{name}.__self__", target.__self__), *args]
        target = target.__func__
    for kind in (_known, _derivative, _of_user):
        found = kind(frame, node, name, target, args, kwargs)
        if found is not None:
            return found
    return library_calls.opaque(frame, node, Ref(name, target, Resolved(target)), args, kwargs)


def _operation(name: str, target: Any) -> str | None:
    """What the operation of a library is called; a partial one has the name of the whole."""
    is_named = name.startswith(("numpy.", "math.", "runtime."))
    return name if is_named else library_calls.dotted(target)


def _known(
    frame: Frame, node: ast.AST, name: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """A call of what has a way of its own to be lowered."""
    known = functions.KNOWN.get(target) if is_hashable(target) else None
    if known is not None:
        result: Expr = known(frame, node, args, kwargs)
        return result
    getter = operators.live_getter(frame, node, target)
    if getter is not None:
        return call_value(frame, node, getter, args, kwargs)
    if target is dataclasses.replace and len(args) == 1:
        return objects.replaced(frame, node, args[0], kwargs)
    average = averages.lower(frame, node, target, args, kwargs)
    if average is not None:
        return average
    if isinstance(target, CustomRule):
        return custom.call(frame, node, name, target, args, kwargs)
    if isinstance(target, np.vectorize) and arguments.varied(frame, args, kwargs):
        return mapped.call_vectorized(frame, node, name, target, args, kwargs)
    return None


def _derivative(
    frame: Frame, node: ast.AST, name: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """A call of a derivative, or of what makes one."""
    derived = of_derivative(target)
    if derived is not None and derived[1].verb == PRIMAL:
        return call_value(frame, node, expressions.reference(name, derived[0]), args, kwargs)
    return nested.asked(frame, node, target, args, kwargs)


def _of_user(
    frame: Frame, node: ast.AST, name: str, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """A call of a function or class of the user's."""
    if isinstance(target, (types.FunctionType, Source)):
        return user_calls.call_user(frame, node, name, target, args, kwargs)
    derivative = nested.called(frame, node, name, target, args, kwargs)
    if derivative is not None:
        return derivative
    if isinstance(target, functools.partial):
        target = closures.live_partial(frame, name, target)
    if isinstance(target, Made):
        return closures.call(frame, node, target, args, kwargs)
    if isinstance(target, type):
        return objects.construct(frame, node, target, args, kwargs)
    return None


def is_hashable(target: Any) -> bool:
    """Whether something can be looked up in a table."""
    return type(target).__hash__ is not None
