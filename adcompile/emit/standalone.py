"""One text for a whole file of gradients, which runs without this package."""

from __future__ import annotations

import inspect
import textwrap
import types
from collections.abc import Sequence
from typing import Any, Protocol

from adcompile import ir, runtime
from adcompile.emit.copies import Copy, copy_of
from adcompile.emit.imports import MODULES, Imports
from adcompile.emit.module import Origin, Outside, arrange, bodies
from adcompile.emit.surgery import free_names, renamed, without_annotations
from adcompile.errors import RefusedError

_WIDTH = 79


class Program(Protocol):
    """The functions of one gradient, see `differentiate.Program`."""

    @property
    def pairs(self) -> Sequence[Any]: ...
    @property
    def main(self) -> ir.Function: ...


class Standalone:
    """A text that grows by one gradient at a time.

    Args:
        doc: the docstring of the text.
    """

    def __init__(self, doc: str) -> None:
        self._doc = doc
        self._outside = Outside()
        self._copies: dict[str, Copy] = {}
        self._bodies: list[str] = []
        self._notes: list[str] = []
        self._others: list[str] = []

    def note(self, sentence: str) -> None:
        """Add a sentence to the docstring, unless it is there."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def add(self, program: Program) -> None:
        """Write a gradient, and copy what it needs.

        Raises:
            RefusedError: it needs something that cannot be copied; the text stays as it was.
        """
        outside = self._outside.copy()
        body = bodies(arrange(program.main, program.pairs, outside), outside)
        copies = dict(self._copies)
        for name, target in list(outside.targets.items()):
            _collect(name, target, copies, outside)
        self._outside, self._copies = outside, copies
        self._bodies.append(body)

    def append(self, text: str) -> None:
        """Add a text that has what it needs."""
        self._others.append(text)

    def text(self) -> str:
        """The text."""
        others = "\n\n\n".join(text.strip("\n") for text in self._others)
        if not self._bodies:
            return others + "\n"
        return self._own() + (f"\n\n{others}\n" if others else "")

    def _own(self) -> str:
        imports = Imports()
        imports.add(self._outside.imports)
        helpers = [_helper(name, helper) for name, helper in _helpers(self._outside)]
        for name in sorted({name for helper in helpers for name in free_names(helper)}):
            if name in MODULES:
                imports.module(MODULES[name], name)
        for copy in self._copies.values():
            imports.add(copy.imports)
        copied = [copy for copy in self._copies.values() if copy.text]
        values = "\n".join(copy.text.strip("\n") for copy in copied if not copy.is_block)
        blocks = [copy.text for copy in copied if copy.is_block]
        head = "\n\n".join(filter(None, [self._docstring(), imports.render(), values]))
        texts = [head, *blocks, *helpers, *self._bodies]
        return "\n\n\n".join(text.strip("\n") for text in texts) + "\n"

    def _docstring(self) -> str:
        notes = [line for note in self._notes for line in textwrap.wrap(note, _WIDTH)]
        return "\n".join(['"""' + self._doc, "", *notes, '"""']) if notes else f'"""{self._doc}"""'


def _collect(name: str, target: Any, copies: dict[str, Copy], outside: Outside) -> None:
    """Copy something after all that it needs."""
    if name in copies:
        return
    copies[name] = Copy()  # what needs itself is not copied twice
    copy = copy_of(name, target)
    for path, used in copy.imports.origins():
        _reserve(used, Origin(path), outside)
    for used, needed in copy.needs.items():
        is_module = isinstance(needed, types.ModuleType)
        _reserve(used, Origin(needed.__name__) if is_module else needed, outside)
        _collect(used, needed, copies, outside)
    del copies[name]  # it stands after what it needs
    copies[name] = copy


def _reserve(name: str, owner: object, outside: Outside) -> None:
    if outside.claim(name, owner) != name:
        raise RefusedError(
            f"two different things would be called `{name}` in one text", f"rename your `{name}`"
        )


def _helpers(outside: Outside) -> list[tuple[str, str]]:
    """The functions of `runtime` that a text calls, and those that they call."""
    found = {name: path.removeprefix("runtime.") for name, path in outside.helpers.items()}
    pending = list(found.values())
    while pending:
        text = inspect.getsource(getattr(runtime, pending.pop()))
        for name in free_names(without_annotations(text)):
            if inspect.isfunction(getattr(runtime, name, None)) and name not in found.values():
                _reserve(name, Origin(f"runtime.{name}"), outside)
                found[name] = name
                pending.append(name)
    return sorted(found.items())


def _helper(name: str, helper: str) -> str:
    """A function of `runtime` as source."""
    text = inspect.getsource(getattr(runtime, helper))
    return renamed(without_annotations(text), helper, name)
