"""What the names in a function mean: cells, globals, builtins; live, or read off a file."""

from __future__ import annotations

import ast
import builtins
import operator
import types
from typing import TYPE_CHECKING, Any, Protocol

from adcompile.kinds import Kind
from adcompile.records import record

if TYPE_CHECKING:
    from adcompile.source.static import File


class Scope(Protocol):
    """Resolves the names that a function does not define itself."""

    def lookup(self, name: str) -> Any:
        """What a name means.

        Raises:
            KeyError: nothing has this name.
        """

    def guard(self, name: str) -> Guard | None:
        """How to look the name up again, None where it cannot change."""


@record
class Guard:
    """Where something is looked up again: `holder.attribute` (which may have dots) or
    `holder[key]`; `absent` says that there is nothing at `holder[key]`, so that the name means a
    builtin."""

    holder: Any
    attribute: str | None = None
    key: str | None = None
    absent: bool = False

    def finds(self, target: Any) -> bool:
        """Whether looking again finds the same object."""
        if self.attribute is not None:
            try:
                return operator.attrgetter(self.attribute)(self.holder) is target
            except (AttributeError, ValueError):  # an empty cell
                return False
        if self.absent:
            return self.key not in self.holder
        return self.key in self.holder and self.holder[self.key] is target


@record
class Assumption:
    """Something outside the function that the text was compiled for.

    Attributes:
        holder: where it was found: a function, a module, a class, another such thing.
        step: how it was found there: `("name", n)`, `("attribute", n)` or `("default", n)`.
        target: what was found.
        guard: how to see that it is still the same; None where it stays what it is.
    """

    holder: Any
    step: tuple[str, str]
    target: Any
    guard: Guard | None


@record
class LiveScope:
    """The names of a live function."""

    function: Any  # a function; as a `FunctionType`, the type checker would bind it

    def lookup(self, name: str) -> Any:
        cell = self._cell(name)
        if cell is not None:
            try:
                return cell.cell_contents
            except ValueError:
                raise KeyError(name) from None
        if name in self.function.__globals__:
            return self.function.__globals__[name]
        return vars(builtins)[name]

    def _cell(self, name: str) -> types.CellType | None:
        names = self.function.__code__.co_freevars
        if name not in names or self.function.__closure__ is None:
            return None
        cell: types.CellType = self.function.__closure__[names.index(name)]
        return cell

    def guard(self, name: str) -> Guard | None:
        cell = self._cell(name)
        if cell is not None:
            return Guard(cell, attribute="cell_contents")
        space = self.function.__globals__
        return Guard(space, key=name, absent=name not in space)


class Global:
    """A value of a file's that is known by its text only, such as `W = np.eye(3)`.

    Attributes:
        file: the file.
        name: its name there.
        value: the expression.
        kind: the kind of the value, None until it has been found out.
    """

    __slots__ = ("file", "kind", "name", "value")

    def __init__(self, file: File, name: str, value: ast.expr) -> None:
        self.file = file
        self.name = name
        self.value = value
        self.kind: Kind | None = None
