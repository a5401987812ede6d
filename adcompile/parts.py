"""Arguments and parts of arguments, as `wrt` names them: `x`, `self.W`, `params["w"]`."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from adcompile.errors import UsageError

if TYPE_CHECKING:
    from adcompile.kinds import Kind

__all__ = ["Part", "Step", "located", "parsed", "within"]


class Step(NamedTuple):
    """One step into an argument: an attribute, or what stands under a key."""

    key: str | int
    attribute: bool

    def of(self, value: Any) -> Any:
        """What stands there in a value."""
        return getattr(value, str(self.key)) if self.attribute else value[self.key]

    def __str__(self) -> str:
        return f".{self.key}" if self.attribute else f"[{self.key!r}]"


class Part(NamedTuple):
    """An argument, or the part of it that `steps` lead to."""

    name: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return self.name + "".join(map(str, self.steps))

    def of(self, argument: Any) -> Any:
        """The part of an argument."""
        for step in self.steps:
            argument = step.of(argument)
        return argument

    def replaced(self, argument: Any, value: Any) -> Any:
        """A copy of an argument with another value for the part."""
        if not self.steps:
            return value
        first, rest = self.steps[0], Part(self.name, self.steps[1:])
        inner = rest.replaced(first.of(argument), value)
        if isinstance(argument, tuple):
            fields: tuple[str, ...] = getattr(argument, "_fields", ())
            at = fields.index(str(first.key)) if first.attribute else int(first.key)
            parts = [*argument]
            parts[at] = inner
            return type(argument)(*parts) if fields else tuple(parts)
        result = copy.copy(argument)
        if first.attribute:
            object.__setattr__(result, str(first.key), inner)
        else:
            result[first.key] = inner
        return result


def parsed(text: str) -> Part:
    """A part as the user writes it.

    Raises:
        UsageError: the text is no name with attributes and constant keys after it.
    """
    steps: list[Step] = []
    try:
        node = ast.parse(text.strip(), mode="eval").body
        while not isinstance(node, ast.Name):
            steps.append(_step(node))
            assert isinstance(node, (ast.Attribute, ast.Subscript))
            node = node.value
    except (SyntaxError, ValueError):
        raise UsageError(
            f"`wrt` names `{text}`, which is neither a parameter nor a part of one",
            'write it as in the function: wrt="self.W" or wrt="params[\'w\']"',
        ) from None
    return Part(node.id, tuple(reversed(steps)))


def _step(node: ast.expr) -> Step:
    """
    Raises:
        ValueError: it is no attribute and no constant key.
    """
    if isinstance(node, ast.Attribute):
        return Step(node.attr, attribute=True)
    if not isinstance(node, ast.Subscript):
        raise ValueError
    key = ast.literal_eval(node.slice)
    if type(key) not in (str, int):
        raise ValueError
    return Step(key, attribute=False)


def within(inner: Part, outer: Part) -> bool:
    """Whether a part is another one, or a part of it."""
    steps = inner.steps[: len(outer.steps)]
    return inner.name == outer.name and steps == outer.steps


def located(part: Part, kind: Kind) -> tuple[tuple[object, ...], Kind]:
    """Where a part is in an argument.

    Args:
        part: the part.
        kind: the kind of the argument.

    Returns:
        The keys that lead to it, and its kind.

    Raises:
        UsageError: the argument has no such part.
    """
    from adcompile.kinds import Items, Record, children

    path: list[object] = []
    for number, step in enumerate(part.steps):
        known = dict(children(kind))
        key: object = step.key
        is_tuple = isinstance(kind, Record) and issubclass(kind.type, tuple)
        if not step.attribute and type(step.key) is int and (isinstance(kind, Items) or is_tuple):
            keys = list(known)
            key = keys[step.key] if -len(keys) <= step.key < len(keys) else None
        elif step.attribute != isinstance(kind, Record):
            key = None
        if key not in known:
            raise _missing(part, number, kind)
        path.append(key)
        kind = known[key]
    return tuple(path), kind


def _missing(part: Part, number: int, kind: Kind) -> UsageError:
    """The error about a step that leads nowhere."""
    from adcompile.kinds import Record, children

    whole = Part(part.name, part.steps[:number])
    parts = [
        str(Part(part.name, (*whole.steps, Step(key, isinstance(kind, Record)))))
        for key, _ in children(kind)
    ]
    return UsageError(
        f"`wrt` names `{part}`, but `{whole}` has no part `{part.steps[number]}`",
        f"its parts are {', '.join(parts)}" if parts else f"differentiate by `{whole}`",
    )
