"""Containers as trees.

A *tree* is a tuple, named tuple, list, dict or dataclass instance, nested to any depth. Everything
else is a *leaf*: numbers, arrays, strings, ``None``, objects of other classes and other subclasses
of ``tuple``. A bare leaf is a tree too. Gradients by such arguments come back in the argument's own
structure; this module takes structures apart and rebuilds them.

A container that contains itself is not a tree: the functions here end with ``RecursionError`` on
it.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

__all__ = ["leaves", "map_leaves", "rebuild"]


def leaves(tree: object) -> list[tuple[str, object]]:
    """List the leaves of a tree in order, each with the text that selects it.

    Args:
        tree: any value.

    Returns:
        Pairs of path and leaf. A path is what to write after the tree's name to get the leaf, such
        as ``["W"][0].b``; it is empty for a tree that is a single leaf.
    """
    return list(_walk("", tree))


def rebuild(tree: object, new_leaves: Iterable[object]) -> Any:
    """Make a tree with the structure of another one and other leaves.

    Args:
        tree: gives the structure: types, lengths, order of dict keys, and the attributes of a
            dataclass instance that are not fields. It is not changed.
        new_leaves: one value per leaf of `tree`, in the order of `leaves`.

    Returns:
        The new tree. Dataclass instances are made without running ``__init__`` or
        ``__post_init__``, which may refuse values that are right for a gradient.

    Raises:
        ValueError: the number of new leaves is not the number of leaves of `tree`.
    """
    replacements = list(new_leaves)
    count = sum(1 for _ in _walk("", tree))
    if len(replacements) != count:
        raise ValueError(f"a tree with {count} leaves cannot be rebuilt from {len(replacements)}")
    remaining = iter(replacements)
    return map_leaves(lambda _old: next(remaining), tree)


def map_leaves(fn: Callable[..., object], tree: object, *others: object) -> Any:
    """Apply a function to each leaf, or to the leaves in the same place of several trees.

    Args:
        fn: called with one leaf of each tree; its result takes the place of the leaf.
        tree: gives the structure of the result, and the order in which `fn` sees the leaves.
        others: trees of the same structure. The order of dict keys may differ.

    Returns:
        A new tree with the results; the trees given are not changed.

    Raises:
        ValueError: the trees differ in structure; the message says where.
    """
    return _map(fn, "", tree, others)


def _walk(path: str, tree: object) -> Iterator[tuple[str, object]]:
    parts = _parts(tree)
    if parts is None:
        yield path, tree
        return
    for key, part in parts.items():
        yield from _walk(path + _suffix(tree, key), part)


def _map(fn: Callable[..., object], path: str, tree: object, others: tuple[object, ...]) -> object:
    parts = _parts(tree)
    for other in others:
        _require_same_form(path, tree, other)
    if parts is None:
        return fn(tree, *others)
    others_parts = [_parts(other) or {} for other in others]
    return _with_parts(
        tree,
        {
            key: _map(fn, path + _suffix(tree, key), part, tuple(o[key] for o in others_parts))
            for key, part in parts.items()
        },
    )


def _require_same_form(path: str, tree: object, other: object) -> None:
    """Raise ValueError unless both are leaves, or containers of one type with the same keys."""
    parts, other_parts = _parts(tree), _parts(other)
    if parts is None and other_parts is None:
        return
    if parts is None or other_parts is None or type(tree) is not type(other):
        difference = f"{_describe(tree)} against {_describe(other)}"
    elif parts.keys() != other_parts.keys():
        difference = f"parts {list(parts)} against {list(other_parts)}"
    else:
        return
    raise ValueError(f"the structures differ{f' at {path}' if path else ''}: {difference}")


def _describe(tree: object) -> str:
    name = type(tree).__name__
    return f"a leaf ({name})" if _parts(tree) is None else f"a container ({name})"


def _parts(tree: object) -> dict[Any, object] | None:
    """The parts of a container by dict key, index or field name; None for a leaf."""
    if isinstance(tree, dict):
        return dict(tree)
    if isinstance(tree, list) or type(tree) is tuple:
        return dict(enumerate(tree))
    names = _field_names(tree)
    if names is None:
        return None
    # A field with init=False and no default may be unset.
    return {name: getattr(tree, name) for name in names if hasattr(tree, name)}


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
