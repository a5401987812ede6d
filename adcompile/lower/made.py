"""Functions that a program makes while it runs, as far as kinds are concerned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from adcompile.ir import Expr, Ref
from adcompile.kinds import Kind, Many, Resolved, children

if TYPE_CHECKING:
    from adcompile.source import Source


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


class Generator(Made):
    """What a call of a function that yields returns: it can be run over once.

    Attributes:
        source: the function.
        bound: the values of its parameters.
        closure: the nested function that it is, None for one from outside.
        depth: how many loops stand around the call.
        start: what counts its elements starts with, where this is an `enumerate` of it.
        first: itself, or what it is an `enumerate` of.
        used: whether it has been run over.
    """

    __slots__ = ("bound", "closure", "depth", "first", "source", "start", "used")

    def __init__(
        self,
        source: Source,
        bound: Mapping[str, Expr],
        closure: Any,
        depth: int,
    ) -> None:
        super().__init__(source.name)
        self.source = source
        self.bound = dict(bound)
        self.closure = closure
        self.depth = depth
        self.start: Expr | None = None
        self.first = self
        self.used = False

    def counted(self, start: Expr) -> Generator:
        """`enumerate` of it."""
        made = Generator(self.source, self.bound, self.closure, self.depth)
        made.start, made.first = start, self
        return made


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
