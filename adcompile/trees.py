"""Containers as trees.

A *tree* is a tuple, named tuple, list, dict or dataclass instance, nested to any depth. Everything
else is a *leaf*: numbers, arrays, strings, ``None``, objects of other classes and other subclasses
of ``tuple``. A bare leaf is a tree too. Gradients by such arguments come back in the argument's own
structure; this module takes structures apart and rebuilds them.

With `objects=True` the attributes of any other object are parts of it, too, as for gradients.

A container that contains itself is not a tree: the functions here end with ``RecursionError`` on
it.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import json
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

__all__ = ["leaves", "map_leaves", "rebuild"]


def leaves(tree: object, *, objects: bool = False) -> list[tuple[str, object]]:
    """List the leaves of a tree in order, each with the text that selects it.

    Args:
        tree: any value.
        objects: whether attributes of objects of any class are parts.

    Returns:
        Pairs of path and leaf. A path is what to write after the tree's name to get the leaf, such
        as ``["W"][0].b``; it is empty for a tree that is a single leaf.
    """
    return list(_walk("", tree, objects))


def rebuild(tree: object, new_leaves: Iterable[object], *, objects: bool = False) -> Any:
    """Make a tree with the structure of another one and other leaves.

    Args:
        tree: gives the structure: types, lengths, order of dict keys, and the attributes of a
            dataclass instance that are not fields. It is not changed.
        new_leaves: one value per leaf of `tree`, in the order of `leaves`.
        objects: whether attributes of objects of any class are parts.

    Returns:
        The new tree. Dataclass instances are made without running ``__init__`` or
        ``__post_init__``, which may refuse values that are right for a gradient.

    Raises:
        ValueError: the number of new leaves is not the number of leaves of `tree`.
    """
    replacements = list(new_leaves)
    count = sum(1 for _ in _walk("", tree, objects))
    if len(replacements) != count:
        raise ValueError(f"a tree with {count} leaves cannot be rebuilt from {len(replacements)}")
    remaining = iter(replacements)
    return map_leaves(lambda _old: next(remaining), tree, objects=objects)


def map_leaves(
    fn: Callable[..., object], tree: object, *others: object, objects: bool = False
) -> Any:
    """Apply a function to each leaf, or to the leaves in the same place of several trees.

    Args:
        fn: called with one leaf of each tree; its result takes the place of the leaf.
        tree: gives the structure of the result, and the order in which `fn` sees the leaves.
        others: trees of the same structure. The order of dict keys may differ.
        objects: whether attributes of objects of any class are parts.

    Returns:
        A new tree with the results; the trees given are not changed.

    Raises:
        ValueError: the trees differ in structure; the message says where.
    """
    return _map(fn, "", tree, others, objects)


def _walk(path: str, tree: object, objects: bool) -> Iterator[tuple[str, object]]:
    parts = _parts(tree, objects)
    if parts is None:
        yield path, tree
        return
    for key, part in parts.items():
        yield from _walk(path + _suffix(tree, key), part, objects)


def _map(
    fn: Callable[..., object], path: str, tree: object, others: tuple[object, ...], objects: bool
) -> object:
    parts = _parts(tree, objects)
    for other in others:
        _require_same_form(path, tree, other, objects)
    if parts is None:
        return fn(tree, *others)
    rest = [_parts(other, objects) or {} for other in others]
    return _with_parts(
        tree,
        {
            key: _map(fn, path + _suffix(tree, key), part, tuple(o[key] for o in rest), objects)
            for key, part in parts.items()
        },
    )


def _require_same_form(path: str, tree: object, other: object, objects: bool) -> None:
    """Raise ValueError unless both are leaves, or containers of one type with the same keys."""
    parts, other_parts = _parts(tree, objects), _parts(other, objects)
    if parts is None and other_parts is None:
        return
    if parts is None or other_parts is None or type(tree) is not type(other):
        difference = f"{_describe(tree, parts)} against {_describe(other, other_parts)}"
    elif parts.keys() != other_parts.keys():
        difference = f"parts {list(parts)} against {list(other_parts)}"
    else:
        return
    raise ValueError(f"the structures differ{f' at {path}' if path else ''}: {difference}")


def _describe(tree: object, parts: object) -> str:
    name = type(tree).__name__
    return f"a leaf ({name})" if parts is None else f"a container ({name})"


def _parts(tree: object, objects: bool) -> dict[Any, object] | None:
    """The parts of a container by dict key, index or field name; None for a leaf."""
    if isinstance(tree, dict):
        return dict(tree)
    if isinstance(tree, list) or type(tree) is tuple:
        return dict(enumerate(tree))
    names = _field_names(tree)
    if names is None:
        return _attributes(tree) if objects else None
    # A field with init=False and no default may be unset.
    return {name: getattr(tree, name) for name in names if hasattr(tree, name)}


def _attributes(tree: object) -> dict[Any, object] | None:
    """The attributes of an object, by name; None of what is no record of values."""
    is_function = callable(tree) and hasattr(tree, "__name__")
    if is_function or isinstance(tree, (types.ModuleType, functools.partial, np.ndarray, tuple)):
        return None
    return dict(vars(tree)) if hasattr(tree, "__dict__") else None


def _field_names(tree: object) -> tuple[str, ...] | None:
    """The names of the fields of a named tuple or dataclass instance; None for anything else."""
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return tuple(field.name for field in dataclasses.fields(tree))
    if _is_namedtuple(tree):
        return tuple(type(tree)._fields)  # type: ignore[attr-defined]
    return None


def _is_namedtuple(tree: object) -> bool:
    return isinstance(tree, tuple) and hasattr(tree, "_fields") and hasattr(tree, "_make")


def _suffix(tree: object, key: object) -> str:
    """The text that selects one part of a container."""
    if not isinstance(tree, dict | list) and type(tree) is not tuple:
        return f".{key}"
    if isinstance(key, str):
        return f"[{json.dumps(key, ensure_ascii=False)}]"
    return f"[{key!r}]"


def _with_parts(tree: Any, parts: Mapping[Any, object]) -> object:
    """A copy of a container with other parts."""
    if type(tree) is tuple:
        return tuple(parts.values())
    if _is_namedtuple(tree):
        return type(tree)._make(parts.values())
    # Copying keeps what is not a part: a defaultdict's factory, attributes of subclasses.
    result = copy.copy(tree)
    if isinstance(tree, dict | list):
        for key, part in parts.items():
            result[key] = part
        return result
    _forget_cached_properties(result)
    for name, part in parts.items():
        object.__setattr__(result, name, part)  # works on frozen dataclasses too
    return result


def _forget_cached_properties(record: object) -> None:
    """Drop what ``functools.cached_property`` keeps: it goes by the fields of the original."""
    attributes = getattr(record, "__dict__", {})
    for name in list(attributes):
        if isinstance(inspect.getattr_static(type(record), name, None), functools.cached_property):
            del attributes[name]
