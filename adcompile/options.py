"""What is asked of a derivative."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

from adcompile.errors import UsageError

__all__ = ["Options", "Wrt"]

Wrt = int | str | Sequence[int | str]


class Options(NamedTuple):
    """What is asked of a derivative.

    Attributes:
        verb: the function of the API.
        wrt: position, name, or a tuple of them.
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

    def names(self, signature: inspect.Signature) -> tuple[str, ...]:
        """The names of the parameters that `wrt` means.

        Positions count the arguments that a caller writes: `self` is not one of them.

        Raises:
            UsageError: there is no such parameter.
        """
        wanted = self.wrt if isinstance(self.wrt, tuple) else (self.wrt,)
        names = tuple(_parameter(signature, item) for item in wanted)
        if not names:
            raise UsageError("`wrt` is empty", "name at least one parameter")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise UsageError(f"`wrt` names `{twice}` twice", "name each parameter once")
        return names


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


def _parameter(signature: inspect.Signature, item: int | str) -> str:
    names = list(signature.parameters)
    if isinstance(item, str):
        if item in names:
            return item
        raise UsageError(
            f"`wrt` names `{item}`, which is not a parameter",
            f"the parameters are {', '.join(names)}" if names else "the function has none",
        )
    counted = names[1:] if names[:1] in (["self"], ["cls"]) else names
    if not -len(counted) <= item < len(counted):
        raise UsageError(
            f"`wrt` is position {item}, but there are {len(counted)} parameters",
            f"the parameters are {', '.join(counted)}" if counted else "the function has none",
        )
    return counted[item]
