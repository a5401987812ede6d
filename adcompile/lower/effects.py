"""What may happen besides the calculation: calls that change values, tests that are not the same
when asked again."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import TYPE_CHECKING, Any

from adcompile import libraries
from adcompile.errors import RefusedError
from adcompile.ir import Const, Expr, Ref
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Record,
    Resolved,
    Scalar,
    Text,
)
from adcompile.lower import library_calls
from adcompile.rules import registry

if TYPE_CHECKING:
    from adcompile.lower.frame import Frame

# NumPy functions that write into an argument.
WRITERS = {
    f"numpy.{name}"
    for name in ("put", "place", "putmask", "copyto", "fill_diagonal", "put_along_axis")
} | {"numpy.random.shuffle"}

# Calls for their effect that show their arguments and change nothing.
SHOWN = {"print", "warn", "debug", "info", "warning", "error"}

# Builtins that reach for variables and attributes behind the compiler's back.
_REFLECTIVE = {
    f"builtins.{name}"
    for name in ("eval", "exec", "locals", "globals", "vars", "setattr", "delattr", "super")
}

# Functions that give a frame, from which variables can be reached.
_FRAMES = (sys._getframe, inspect.currentframe, inspect.stack)

_PURE_METHODS = {
    "format", "join", "upper", "lower", "strip", "split", "items", "keys", "values", "get",
    "item", "tolist", "startswith", "endswith", "count", "index",
}  # fmt: skip


def is_immutable(kind: Kind) -> bool:
    """Whether a value of a kind cannot be changed in place."""
    match kind:
        case Scalar() | Text() | Nothing() | Resolved():
            return True
        case Items(type, items):
            return type is tuple and all(map(is_immutable, items))
        case Many(type, element):
            return type in (tuple, range) and is_immutable(element)
        case Array(_, dims):
            return dims == ()
    return False


def check_kept(frame: Frame, statement: ast.stmt) -> None:
    """Refuse a statement that would be kept although it may change a value."""
    # A call that is a statement shows its arguments, or has been looked into.
    whole = statement.value if isinstance(statement, ast.Expr) else None
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call) or node is whole:
            continue
        if not _is_harmless(frame, node):
            raise frame.refuse(
                node,
                "this call may change a value, in a statement that is kept as it is",
                "call it on a line of its own and keep its result in a variable",
            )


def is_shown(node: ast.expr) -> bool:
    """Whether a call only shows its arguments, by its name."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SHOWN


def _is_harmless(frame: Frame, node: ast.Call) -> bool:
    function = node.func
    if isinstance(function, ast.Name):
        if function.id in frame.env:
            return False
        return _is_library(_target(frame, function.id))
    if not isinstance(function, ast.Attribute):
        return False
    root = function.value
    while isinstance(root, ast.Attribute):
        root = root.value
    if isinstance(root, ast.Name) and root.id not in frame.env:
        target = resolved(frame, function)
        if target is not None:
            return _is_library(target)
    return function.attr in _PURE_METHODS or (registry.find(f"ndarray.{function.attr}") is not None)


def _target(frame: Frame, name: str) -> Any:
    try:
        return frame.source.scope.lookup(name)
    except KeyError:
        return None


def resolved(frame: Frame, node: ast.expr) -> Any:
    """What a dotted name outside the function means, None where it is no module's."""
    if isinstance(node, ast.Name):
        return None if node.id in frame.env else _target(frame, node.id)
    if not isinstance(node, ast.Attribute):
        return None
    return getattr(resolved(frame, node.value), node.attr, None)


def _is_library(target: Any) -> bool:
    """Whether something is a function of Python's or NumPy's that writes nothing, or an error."""
    if isinstance(target, type) and issubclass(target, BaseException):
        return True
    name = library_calls.dotted(target)
    return name is not None and name not in WRITERS


def refuse_reflection(frame: Frame, node: ast.AST, op: str) -> None:
    """Refuse a builtin that reads or writes what its arguments do not show."""
    if op in _REFLECTIVE:
        raise _unknown(frame, node, op.removeprefix("builtins."))


def _unknown(frame: Frame, node: ast.AST, name: str) -> RefusedError:
    return frame.refuse(
        node,
        f"what `{name}` reads and writes is not known while compiling",
        "name the variables and attributes",
    )


def refuse_writing(
    frame: Frame, node: ast.AST, callee: Ref, args: list[Expr], kwargs: dict[str, Expr]
) -> None:
    """Refuse a call that cannot be looked into and gets something that it could change."""
    name = library_calls.dotted(callee.target)
    if any(callee.target is function for function in _FRAMES):
        raise _unknown(frame, node, callee.name)
    of_scipy = callee.name.startswith("scipy.")
    if name in WRITERS or (of_scipy and _is_let_write(callee.target, args, kwargs)):
        raise frame.refuse(
            node, f"`{callee.name}` writes into its argument", "build a new array instead"
        )
    changeable = [k for k in map(frame.kind, [*args, *kwargs.values()]) if not is_immutable(k)]
    if of_scipy:  # its functions leave arrays as they are, and draw with a generator
        changeable = [kind for kind in changeable if isinstance(kind, (Record, Mapping))]
    if (name is None or of_scipy) and changeable:
        raise frame.refuse(
            node,
            f"`{callee.name}` cannot be looked into, and it might change an argument",
            "pass it numbers, or call it outside and pass its result in",
        )


def _is_let_write(target: Any, args: list[Expr], kwargs: dict[str, Expr]) -> bool:
    """Whether a function of SciPy's is told that it may write into an argument."""
    named = {**dict(zip(libraries.parameters(target), args, strict=False)), **kwargs}
    allowing = {n: value for n, value in named.items() if n == "out" or n.startswith("overwrite_")}
    return any(value not in (Const(False), Const(None)) for value in allowing.values())
