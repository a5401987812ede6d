"""Functions that a program makes while it runs, as far as kinds are concerned."""

from __future__ import annotations

from collections.abc import Callable

from adcompile.ir import Expr, Ref
from adcompile.kinds import Kind, Many, Resolved, children


class Made:
    """A function that the program makes while it runs: a nested one, a partial one.

    Attributes:
        name: what messages call it.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Lost(Made):
    """One of several functions, depending on the path that the program takes."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lost)

    def __hash__(self) -> int:
        return hash(Lost)


class Built(Made):
    """A function of the compiler's own, which code of its own calls.

    Attributes:
        build: lowers a call with certain arguments.
    """

    __slots__ = ("build",)

    def __init__(self, name: str, build: Callable[..., Expr]) -> None:
        super().__init__(name)
        self.build = build


def lost(name: str) -> Ref:
    """The value of a name that stands for another function on another path."""
    function = Lost(name)
    return Ref(name, function, Resolved(function))


def made_function(kind: Kind) -> Made | None:
    """A function in a value of a kind that exists only while the program runs."""
    if isinstance(kind, Resolved):
        return kind.target if isinstance(kind.target, Made) else None
    if isinstance(kind, Many):
        return made_function(kind.element)
    return next((m for _, part in children(kind) if (m := made_function(part))), None)
