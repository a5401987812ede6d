"""The text of a compiled gradient, and the function that it defines."""

from __future__ import annotations

import ast
import builtins
import hashlib
import linecache
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from adcompile import ir, runtime
from adcompile.emit.expressions import Writer
from adcompile.emit.names import Names
from adcompile.emit.printer import text_of
from adcompile.emit.statements import Emitter
from adcompile.ir import Function, Ref

_IMPORTS = {"np": "import numpy as np", "math": "import math"}


@dataclass(slots=True)
class Module:
    """A compiled gradient.

    Attributes:
        text: its text.
        name: the name of the function that it defines.
        outside: what its text names from outside, by name.
    """

    text: str
    name: str
    outside: dict[str, Any] = field(default_factory=dict)


class Outside:
    """The things outside that a text names; two things never share a name."""

    def __init__(self) -> None:
        self.targets: dict[str, Any] = {}
        self.imports: dict[str, str] = {}
        self.helpers: dict[str, str] = {}

    def refer(self, ref: Ref) -> str:
        """The name of something outside, in the text."""
        root = ref.name.partition(".")[0]
        if root == "numpy":
            return self.refer(Ref("np" + ref.name.removeprefix("numpy"), "numpy"))
        if root in _IMPORTS and (isinstance(ref.target, str) or ref.name != root):
            self.imports[root] = _IMPORTS[root]
            return ref.name
        if isinstance(ref.target, str) and ref.target.startswith("runtime."):
            self.helpers[ref.name] = f"from adcompile.runtime import {ref.name}"
            return ref.name
        if getattr(builtins, ref.name.removeprefix("builtins."), self) is ref.target:
            return ref.name.removeprefix("builtins.")
        return self._bind(ref)

    def _bind(self, ref: Ref) -> str:
        if isinstance(ref.target, tuple) and hasattr(ref.target[0], "label"):
            pair, side = ref.target
            return str(pair.label[side])
        base = ref.name.rpartition(".")[2]
        name, number = base, 0
        while name in self.targets and self.targets[name] is not ref.target:
            number += 1
            name = f"{base}_{number}"
        self.targets[name] = ref.target
        return name


def module(main: Function, pairs: Sequence[Any]) -> Module:
    """The text of a gradient and of the functions that it calls."""
    outside = Outside()
    functions: list[Function] = []
    for pair in pairs:
        for side in ("forward", "backward"):
            function = getattr(pair, side)
            function.name = _free_name(function.name, [f.name for f in functions])
            pair.label[side] = function.name
            functions.append(function)
    functions.append(main)
    reserved = {f.name for f in functions} | _outside_names(functions)
    nodes: list[ast.stmt] = []
    for function in functions:
        names = Names(function, reserved)
        writer = Writer(names.of, outside.refer)
        nodes.append(Emitter(function, names, writer).emit())
    body = text_of(nodes)
    header = [*sorted(set(outside.imports.values()))]
    if outside.helpers:
        header += (
            ["", *sorted(set(outside.helpers.values()))]
            if header
            else sorted(set(outside.helpers.values()))
        )
    constants = [
        f"{name} = {target!r}" for name, target in outside.targets.items() if is_literal(target)
    ]
    if constants:
        header += ["", *constants]
    text = "\n".join(header) + "\n\n\n" + body if header else body
    return Module(text, main.name, dict(outside.targets))


def is_literal(value: Any) -> bool:
    """Whether a value can be written into the text."""
    return isinstance(value, (bool, int, float, complex, str, type(None)))


def _free_name(name: str, taken: Sequence[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _outside_names(functions: Sequence[Function]) -> set[str]:
    """The names of things outside that the functions may use."""
    found = {"np", "math"}
    for function in functions:
        for statement in ir.walk(function.body):
            stack = list(ir.expressions(statement))
            while stack:
                expr = stack.pop()
                if isinstance(expr, Ref):
                    found.add(expr.name.partition(".")[0])
                elif isinstance(expr, ir.Apply):
                    stack.extend(expr.operands())
                    if expr.op.startswith("runtime."):
                        found.add(expr.op.removeprefix("runtime."))
    return found


def load(compiled: Module, filename: str | None = None) -> Any:
    """The function that a text defines; tracebacks and debuggers show the text.

    Args:
        compiled: the text and what it names from outside.
        filename: the name under which the text is registered.
    """
    if filename is None:
        digest = hashlib.sha256(compiled.text.encode()).hexdigest()[:8]
        filename = f"<adcompile {compiled.name} {digest}>"
    lines = compiled.text.splitlines(keepends=True)
    linecache.cache[filename] = (len(compiled.text), None, lines, filename)
    namespace: dict[str, Any] = {"__name__": f"adcompile.generated.{compiled.name}"}
    namespace |= compiled.outside
    exec(compile(compiled.text, filename, "exec", dont_inherit=True), namespace)
    return namespace[compiled.name]


__all__ = ["Module", "load", "module", "runtime"]
