"""The methods of lists and dicts that change or copy them, `append`, `pop` and their like, and the
statements that do the same: `del L[0]`, `L += [e]`."""

from __future__ import annotations

import ast
from collections.abc import Callable

from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import (
    Array,
    Many,
    Mapping,
    Nothing,
    rank,
)
from adcompile.lower import (
    arguments,
    calls,
    closures,
    comprehensions,
    container_writes,
    containers,
    expressions,
    functions,
    ordering,
    reads,
)
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Memory, WritesError, is_container
from adcompile.rules.registry import static_value


def delete(frame: Frame, node: ast.Subscript) -> None:
    """`del L[i]`, `del d[key]`."""
    base = expressions.lower(frame, node.value)
    if not is_container(frame.kind(base)):
        raise frame.refuse(
            node,
            "`del` changes an object in place, which cannot be differentiated yet",
            "build a new one without it",
        )
    index = expressions.lower(frame, node.slice)
    known, key = static_value(frame.kind(index))
    if known and isinstance(key, slice):
        what, held = container_writes.display_of(frame, node, base)
        parts = list(held.args)
        del parts[key]
        container_writes.put(frame, node, what, held.op, parts)
        return
    _pop(frame, node, base, [index])


def update(frame: Frame, node: ast.AugAssign, target: Expr) -> None:
    """`L += elements`, which changes the list L; `d |= other`."""
    is_dict = isinstance(frame.kind(target), Mapping)
    expected = ast.BitOr if is_dict else ast.Add
    if not isinstance(node.op, expected):
        raise frame.refuse(
            node,
            "this changes a container in place in a way that cannot be differentiated yet",
            "make a new one",
        )
    value = expressions.lower_sequence(frame, node.value)
    method(frame, node, target, "update" if is_dict else "extend", [value], {})


# ----- methods -----


def method(
    frame: Frame,
    node: ast.AST,
    target: Expr,
    called: str,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr | None:
    """The value of a call of a method of a list or dict that changes or copies it; None for any
    other."""
    kind = frame.kind(target)
    if not is_container(kind):
        return None
    if called == "copy" and not isinstance(kind, Mapping) and not args:
        return copied(frame, node, target)
    table = _OF_DICTS if isinstance(kind, Mapping) else _OF_LISTS
    if called == "sort" and not isinstance(kind, Mapping) and not args:
        return ordering.sort(frame, node, target, kwargs)
    known = table.get(called)
    if known is None or (kwargs and called != "update"):
        return None
    if called == "update":
        args = [
            *args,
            comprehensions.dict_of(frame, node, [(Const(k), v) for k, v in kwargs.items()]),
        ]
    return known(frame, node, target, args)


_Method = Callable[[Frame, ast.AST, Expr, list[Expr]], Expr]


def copied(frame: Frame, node: ast.AST, target: Expr) -> Expr:
    """A new list of the elements of a list."""
    target = containers.current(frame, node, target)
    kind = frame.kind(target)
    rows = isinstance(kind, Array) and (frame.source.generated or bool(rank(kind)))
    known = isinstance(kind, Array) and isinstance((kind.dims or (None,))[0], int)
    if known or not (rows or (isinstance(kind, Many) and kind.type is list)):
        return Apply("list", tuple(arguments.spread(frame, node, target)))
    result = frame.apply(node, "builtins.list", target)
    if frame.heap.followed and isinstance(result, Var) and isinstance(target, Var):
        heap = frame.heap
        of, what = heap.origin(target).memory, heap.origin(result).memory
        if rank(kind) == 1:
            heap.contents[what] = set()  # numbers
        else:
            heap.contents[what] = heap.reached(heap.contents.get(of, {of}))
            heap.boxes.add(what)
    return result


def _changed(change: Callable[[Frame, ast.AST, list[Expr], list[Expr]], None]) -> _Method:
    """A method that only changes a list, from a function that changes its elements."""

    def lower(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
        what, held = container_writes.held_by(frame, node, target)
        if not isinstance(held, Apply):
            _change_unknown(frame, node, what, change, args)
            return Const(None)
        parts = list(held.args)
        change(frame, node, parts, args)
        container_writes.put(frame, node, what, held.op, parts)
        return Const(None)

    return lower


def _change_unknown(
    frame: Frame, node: ast.AST, what: Memory, change: object, args: list[Expr]
) -> None:
    """As `_changed`, of a list whose length is not known."""
    if change is _clear:
        _given(frame, node, args, 0, 0)
        container_writes.put(frame, node, what, "list", [])
        return
    if change is not _append and change is not _extend:
        raise frame.refuse(
            node,
            f"the length of {reads.quoted(what.name)} is not known while compiling here",
            "use an array",
        )
    _given(frame, node, args, 1, 1)
    for value in args if change is _append else _elements(frame, node, args[0]):
        container_writes.grow(frame, node, what, "append", value=value)


def _given(frame: Frame, node: ast.AST, args: list[Expr], least: int, most: int) -> None:
    if not least <= len(args) <= most:
        raise frame.refuse(node, "this call does not fit the method")


def _append(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 1, 1)
    parts.append(args[0])


def _extend(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 1, 1)
    parts.extend(_elements(frame, node, args[0]))


def _insert(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 2, 2)
    known, key = static_value(frame.kind(args[0]))
    if not known or not isinstance(key, int):
        raise frame.refuse(node, "where this is inserted is not known while compiling")
    parts.insert(key, args[1])


def _reverse(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 0, 0)
    parts.reverse()


def _clear(frame: Frame, node: ast.AST, parts: list[Expr], args: list[Expr]) -> None:
    _given(frame, node, args, 0, 0)
    parts.clear()


def _elements(frame: Frame, node: ast.AST, value: Expr) -> list[Expr]:
    """The elements of what a list is extended by."""
    kind = frame.kind(value)
    if isinstance(kind, Mapping):
        return [key for key, _ in functions.entries(frame, node, value)]
    return arguments.spread(frame, node, reads.current(frame, node, value))


def _pop(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
    """`L.pop()`, `L.pop(i)`, `d.pop(key)`, `d.pop(key, default)`."""
    what, held = container_writes.held_by(frame, node, target)
    if not isinstance(held, Apply):
        if args and args[0] != Const(-1):
            raise frame.refuse(
                node,
                "an element other than the last is taken out of a list whose length is not known "
                "while compiling",
                "use an array",
            )
        taken = expressions.item(frame, node, held, Const(-1))
        container_writes.grow(frame, node, what, "pop")
        return taken
    if held.op == "dict":
        return _pop_key(frame, node, what, held, args)
    _given(frame, node, args, 0, 1)
    known, key = static_value(frame.kind(args[0])) if args else (True, -1)
    if not known:
        raise frame.refuse(
            node, "which element is taken out is not known while compiling", "use an array"
        )
    position = container_writes.position_of(frame, node, held, key)
    parts = list(held.args)
    taken = parts.pop(position)
    container_writes.put(frame, node, what, "list", parts)
    return taken


def _pop_key(frame: Frame, node: ast.AST, what: Memory, held: Apply, args: list[Expr]) -> Expr:
    _given(frame, node, args, 1, 2)
    key = container_writes.key_of(frame, node, args[0])
    pairs = dict(zip(held.args[::2], held.args[1::2], strict=True))
    if key not in pairs:
        if len(args) < 2:
            raise frame.refuse(node, f"there is no element {key.value!r} here")
        return args[1]
    taken = pairs.pop(key)
    container_writes.put(
        frame, node, what, "dict", [part for pair in pairs.items() for part in pair]
    )
    return taken


def _update(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
    """`d.update(other, key=value)`."""
    what, held = container_writes.display_of(frame, node, target)
    pairs = list(zip(held.args[::2], held.args[1::2], strict=True))
    for given in args:
        if isinstance(frame.kind(given), Mapping):
            pairs += functions.entries(frame, node, reads.current(frame, node, given))
        else:
            pairs += [functions.two(frame, node, p) for p in arguments.spread(frame, node, given)]
    merged = comprehensions.dict_of(frame, node, pairs)
    assert isinstance(merged, Apply)
    container_writes.put(frame, node, what, "dict", merged.args)
    return Const(None)


def _setdefault(frame: Frame, node: ast.AST, target: Expr, args: list[Expr]) -> Expr:
    """`d.setdefault(key, value)`."""
    _given(frame, node, args, 1, 2)
    what, held = container_writes.display_of(frame, node, target)
    key = container_writes.key_of(frame, node, args[0])
    pairs = dict(zip(held.args[::2], held.args[1::2], strict=True))
    if key in pairs:
        return pairs[key]
    value = args[1] if len(args) > 1 else Const(None)
    container_writes.store_key(frame, node, what, held, key, value)
    return value


def default_dict(frame: Frame, node: ast.AST, args: list[Expr], kwargs: dict[str, Expr]) -> Expr:
    """`collections.defaultdict(factory, entries)`."""
    if not frame.heap.followed:
        raise WritesError
    if frame.nested:
        raise closures.needs_statements(frame, node)
    special = functions.SPECIAL["builtins.dict"](frame, node, args[1:], kwargs)
    assert isinstance(special, Apply)
    made = containers.identified(frame, special)
    what = containers.memory_of(frame, made)
    if args and what is not None and not isinstance(frame.kind(args[0]), Nothing):
        frame.heap.factories[what] = args[0]
    return made


def default_at(frame: Frame, node: ast.AST, value: Expr, index: Expr) -> Expr | None:
    """What a `defaultdict` makes for a key that it does not have yet; None of any other dict."""
    what = containers.memory_of(frame, value)
    if what is None or what not in frame.heap.factories:
        return None
    key = container_writes.key_of(frame, node, index)
    assert isinstance(value, Apply)
    if key in value.args[::2]:
        return None
    if frame.nested:
        raise closures.needs_statements(frame, node)
    made = calls.call_value(frame, node, frame.heap.factories[what], [], {})
    made = containers.identified(frame, made)
    container_writes.store_key(frame, node, what, value, key, made)
    return made


_OF_LISTS: dict[str, _Method] = {
    "append": _changed(_append),
    "extend": _changed(_extend),
    "insert": _changed(_insert),
    "reverse": _changed(_reverse),
    "clear": _changed(_clear),
    "pop": _pop,
}
_OF_DICTS: dict[str, _Method] = {
    "clear": _changed(_clear),
    "pop": _pop,
    "update": _update,
    "setdefault": _setdefault,
}
