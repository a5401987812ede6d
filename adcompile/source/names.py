"""What the names in a function mean: cells, globals, builtins; live, or read off a file."""

from __future__ import annotations

import builtins
import types
from dataclasses import dataclass
from typing import Any, Protocol


class Scope(Protocol):
    """Resolves the names that a function does not define itself."""

    def lookup(self, name: str) -> Any:
        """What a name means.

        Raises:
            KeyError: nothing has this name.
        """

    def guard(self, name: str) -> Guard | None:
        """How to look the name up again, None where it cannot change."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Where a name is looked up: `holder.attribute` or `holder[key]`."""

    holder: Any
    attribute: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class LiveScope:
    """The names of a live function."""

    function: types.FunctionType

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
        return self.function.__closure__[names.index(name)]

    def guard(self, name: str) -> Guard | None:
        cell = self._cell(name)
        if cell is not None:
            return Guard(cell, attribute="cell_contents")
        return Guard(self.function.__globals__, key=name)
