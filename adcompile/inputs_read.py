"""What the answer of a text depends on: the shapes of its arguments, or their values too."""

from __future__ import annotations

import ast
import builtins
import hashlib
import weakref
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import numpy as np

from adcompile import sets, trees

__all__ = ["key_of"]


def key_of(function: Callable[..., Any], text: str, arguments: tuple[Any, ...]) -> Hashable | None:
    """Two calls with equal keys have the same answer.

    Args:
        function: what the text defines.
        text: the text, which changes nothing.
        arguments: of the call; further ones do not count.

    Returns:
        The key; None where the answer may depend on more than the arguments, or on objects.
    """
    if function not in _known:
        _known[function] = _read(text)
    read = _known[function]
    if read is None:
        return None
    try:
        return function, *(_fingerprint(a, i in read) for i, a in enumerate(arguments))
    except _NoKeyError:
        return None


# Of each text the positions of the arguments that it reads more of than shapes.
_known: weakref.WeakKeyDictionary[Callable[..., Any], frozenset[int] | None]
_known = weakref.WeakKeyDictionary()

# They read only the shapes of their arguments.
_OF_SHAPES = frozenset(
    {f"np.{name}" for name in ("shape", "size", "ndim", "zeros_like", "ones_like", "empty_like")}
    | {"len", "blank", "contracted", "nothing", "product", "spread", "unbroadcast"}
)
_SHAPES = ("shape", "size", "ndim", "dtype")


def _read(text: str) -> frozenset[int] | None:
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    # Besides functions and imports there are literals that the text names.
    known = {function.name for function in functions} | {"np", "math"}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            known |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    if not all(_is_closed(function, known) for function in functions):
        return None
    main = functions[-1]
    names = _names_read(main)
    return frozenset(i for i, arg in enumerate(main.args.args) if arg.arg in names)


def _is_closed(function: ast.FunctionDef, known: set[str]) -> bool:
    """Whether a function reads nothing but its arguments, and calls only what always does the same:
    NumPy, `math`, the builtins, other functions of its text."""
    names = {node for node in ast.walk(function) if isinstance(node, ast.Name)}
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own |= {arg.arg for arg in function.args.args}
    free = {node.id for node in names} - own - known
    return all(hasattr(builtins, name) or hasattr(sets, name) for name in free)


def _names_read(function: ast.FunctionDef) -> set[str]:
    """The names of which a function reads more than shapes."""
    shapes = {
        root
        for node in ast.walk(function)
        for measured in _measured(node)
        if (root := _root(measured)) is not None
    }
    return {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in shapes
    }


def _measured(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions of which an expression reads only the shapes."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in _OF_SHAPES:
        yield from node.args
    elif isinstance(node, ast.Attribute) and node.attr in _SHAPES:
        yield node.value


def _root(node: ast.AST) -> ast.Name | None:
    """The variable that an attribute of an attribute, or of a part, is of."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
            return None
        node = node.value
    return node if isinstance(node, ast.Name) else None


class _NoKeyError(Exception):
    """A value cannot be told from others."""


_DEPTH = 4


def _fingerprint(value: Any, whole: bool, depth: int = 0) -> Hashable:
    """What tells a value from others: of arrays the shape, and everything in them if `whole`."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype != object:
        numbers = np.ascontiguousarray(value).tobytes() if whole else b""
        return value.dtype.str, np.shape(value), hashlib.blake2b(numbers).digest()
    if isinstance(value, (bool, int, float, complex)):
        return type(value), repr(value) if whole else ""
    if isinstance(value, (str, type(None))):
        return value
    parts = trees.leaves(value)
    if len(parts) != 1 or parts[0][0]:
        return type(value), *((path, _fingerprint(leaf, whole, depth)) for path, leaf in parts)
    if whole or depth == _DEPTH:
        raise _NoKeyError
    held = getattr(value, "__dict__", {}) if not isinstance(value, type) else {}
    return type(value), *((k, _fingerprint(v, whole, depth + 1)) for k, v in held.items())
