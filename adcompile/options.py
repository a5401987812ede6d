"""What is asked of a derivative."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

from adcompile.errors import UsageError
from adcompile.parts import Part, parsed, within

__all__ = ["Options", "Wrt"]

Wrt = int | str | Sequence[int | str]


class Options(NamedTuple):
    """What is asked of a derivative.

    Attributes:
        verb: the function of the API.
        wrt: position, name, part of a parameter, or a tuple of them.
        has_aux: whether the function returns `(value, aux)`.
        allow_unused: whether an argument that the result does not depend on has gradient zero.
    """

    verb: str
    wrt: int | str | tuple[int | str, ...]
    has_aux: bool
    allow_unused: bool

    @classmethod
    def of(cls, verb: str, wrt: Wrt, has_aux: bool, allow_unused: bool) -> Options:
        """Options as users write them: `wrt` may be any sequence, or NumPy's integers.

        Raises:
            UsageError: `wrt` is something else.
        """
        if isinstance(wrt, (tuple, list)):
            return cls(verb, tuple(map(_item, wrt)), bool(has_aux), bool(allow_unused))
        return cls(verb, _item(wrt), bool(has_aux), bool(allow_unused))

    @property
    def value(self) -> bool:
        """Whether the value is returned too."""
        return self.verb == "value_and_grad"

    def parts(self, signature: inspect.Signature) -> tuple[Part, ...]:
        """The parameters, and parts of parameters, that `wrt` means.

        Positions count the arguments that a caller writes: `self` is not one of them.

        Raises:
            UsageError: there is no such parameter.
        """
        wanted = self.wrt if isinstance(self.wrt, tuple) else (self.wrt,)
        parts = tuple(_part(signature, item) for item in wanted)
        if not parts:
            raise UsageError("`wrt` is empty", "name at least one parameter")
        for i, part in enumerate(parts):
            if any(within(part, other) for other in (*parts[:i], *parts[i + 1 :])):
                raise UsageError(f"`wrt` names `{part}` twice", "name each parameter once")
        return parts


def _item(item: Any) -> int | str:
    if isinstance(item, str):
        return item
    try:
        if not isinstance(item, bool):
            return operator.index(item)
    except TypeError:
        pass
    raise UsageError(
        f"`wrt` must be a position or name of a parameter, or a tuple of them, not {item!r}",
        'write wrt=0, wrt="x" or wrt=("x", "y")',
    )


def _part(signature: inspect.Signature, item: int | str) -> Part:
    names = list(signature.parameters)
    if isinstance(item, str):
        part = parsed(item)
        if part.name in names:
            return part
        raise UsageError(
            f"`wrt` names `{part.name}`, which is not a parameter",
            f"the parameters are {', '.join(names)}" if names else "the function has none",
        )
    counted = names[1:] if names[:1] in (["self"], ["cls"]) else names
    if not -len(counted) <= item < len(counted):
        raise UsageError(
            f"`wrt` is position {item}, but there are {len(counted)} parameters",
            f"the parameters are {', '.join(counted)}" if counted else "the function has none",
        )
    return Part(counted[item])
