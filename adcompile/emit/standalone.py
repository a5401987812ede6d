"""One text for a whole file of gradients that runs without this package."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Protocol

from adcompile import ir, runtime
from adcompile.emit.copies import Copy, copy_of, free_names, renamed, without_annotations
from adcompile.emit.imports import Imports
from adcompile.emit.module import Outside, arrange, bodies
from adcompile.errors import RefusedError


class Program(Protocol):
    """The functions of one gradient, see `differentiate.Program`."""

    @property
    def pairs(self) -> Sequence[Any]: ...
    @property
    def main(self) -> ir.Function: ...


class Standalone:
    """A text that grows by one gradient at a time.

    Args:
        doc: the first lines of the text.
    """

    def __init__(self, doc: str) -> None:
        self._doc = doc
        self._outside = Outside()
        self._imports = Imports()
        self._copies: dict[str, Copy] = {}
        self._bodies: list[str] = []
        self._owners: dict[str, Any] = {}

    def add(self, program: Program) -> None:
        """Write a gradient, and copy what it needs.

        Raises:
            RefusedError: it needs something that cannot be copied; the text stays as it was.
        """
        known = dict(self._outside.targets)
        try:
            body = bodies(arrange(program.main, program.pairs, self._outside), self._outside)
            copies: dict[str, Copy] = {}
            for name, target in self._outside.targets.items():
                self._collect(name, target, copies, ())
        except RefusedError:
            self._outside.targets = known
            raise
        self._copies |= copies
        self._bodies.append(body)

    def _collect(
        self, name: str, target: Any, copies: dict[str, Copy], parents: tuple[str, ...]
    ) -> None:
        """Copy something, after all that it needs."""
        if name in self._copies or name in copies or name in parents:
            return
        copy = copy_of(name, target)
        for needed, thing in copy.needs.items():
            if needed not in copy.imports.names() and self._claim(needed, thing) != needed:
                raise RefusedError(
                    f"two different things are called `{needed}` in one text",
                    f"rename `{needed}` in your file",
                )
            self._collect(needed, thing, copies, (*parents, name))
        copies[name] = copy

    def _claim(self, name: str, target: Any) -> str:
        import types

        if isinstance(target, types.ModuleType):
            return name
        return self._outside.claim(name, target)

    def text(self) -> str:
        """The text."""
        imports = Imports()
        imports.add(self._outside.imports)
        helpers = [self._helper(name, helper) for name, helper in self._outside.helpers.items()]
        if helpers:
            imports.module("numpy", "np")
        for copy in self._copies.values():
            imports.add(copy.imports)
        texts = [copy for copy in self._copies.values() if copy.text]
        parts = [f'"""{self._doc}"""', imports.render()]
        parts.append("\n".join(copy.text.strip("\n") for copy in texts if not copy.is_block))
        head = "\n\n".join(filter(None, parts))
        blocks = [copy.text.strip("\n") for copy in texts if copy.is_block]
        blocks += [text.strip("\n") for text in (*helpers, *self._bodies)]
        return "\n\n\n".join([head, *blocks]) + "\n"

    def _helper(self, name: str, helper: str) -> str:
        """A function of `runtime` as source; each needs nothing but NumPy."""
        text = inspect.getsource(getattr(runtime, helper))
        return renamed(without_annotations(text), helper, name)


__all__ = ["Standalone", "free_names"]
