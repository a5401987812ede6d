"""The text of a compiled gradient, and the function that it defines."""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Sequence
from typing import Any

from adcompile import ir
from adcompile.emit.expressions import HELPERS, Writer, literal
from adcompile.emit.imports import MODULES, Imports
from adcompile.emit.names import Names, identifier
from adcompile.emit.printer import line_of, text_of
from adcompile.emit.statements import Emitter, Placeholder, none
from adcompile.emit.tapes import run_over_tapes
from adcompile.errors import RefusedError
from adcompile.ir import Function, Ref
from adcompile.loading import Module
from adcompile.lower.custom import Custom
from adcompile.lower.implicit import Implicit
from adcompile.lower.made import Made
from adcompile.records import record


@record
class Origin:
    """The dotted name of something that is imported, or copied out of `runtime`."""

    path: str


class Outside:
    """The things outside that a text names; two things never share a name.

    Attributes:
        targets: objects by the names they have in the text.
        imports: what is imported: NumPy, `math`.
        helpers: functions of `runtime` and other modules, by the names they have in the text.
        hidden: names that mean something else inside the functions: their parameters.
        variables: names that the functions' variables ask for.
    """

    def __init__(self) -> None:
        self.targets: dict[str, Any] = {}
        self.imports = Imports()
        self.helpers: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.variables: set[str] = set()
        self._owners: dict[str, object] = {n: Origin(path) for n, path in MODULES.items()}

    def copy(self) -> Outside:
        """The same, to go on with as if this one stayed as it is."""
        other = Outside()
        other.targets, other.helpers = dict(self.targets), dict(self.helpers)
        other.imports.add(self.imports)
        other._owners = dict(self._owners)
        other.hidden, other.variables = self.hidden, self.variables
        return other

    def claim(self, base: str, owner: object) -> str:
        """A name for something: `base`, with a number where that is another's."""
        name, number = base, 0
        while self._means_another(name, number, owner):
            number += 1
            name = f"{base}_{number}"
        return name

    def _means_another(self, name: str, number: int, owner: object) -> bool:
        # Variables give way to the plain name.
        if name in self.hidden or (number and name in self.variables):
            return True
        return not _is_same(self._owners.setdefault(name, owner), owner)

    def refer(self, ref: Ref) -> str:
        """The name of something outside, in the text."""
        if isinstance(ref.target, (Custom, Implicit)):
            ref = Ref(ref.name, ref.target.called, ref.kind)
        root = ref.name.partition(".")[0]
        if root == "scipy":
            return self._of_scipy(ref.name)
        if root == "numpy":
            return self.refer(Ref("np" + ref.name.removeprefix("numpy"), "numpy"))
        if root in MODULES and (isinstance(ref.target, str) or ref.name != root):
            self.imports.module(MODULES[root], root)
            return ref.name
        if isinstance(ref.target, types.ModuleType) and ref.target.__name__ == MODULES.get(root):
            self.imports.module(MODULES[root], root)
            return root
        if isinstance(ref.target, str) and ref.target in {f"{s}.{ref.name}" for s in HELPERS}:
            name = self.claim(ref.name, Origin(ref.target))
            self.helpers[name] = ref.target
            return name
        plain = ref.name.removeprefix("builtins.")
        if getattr(builtins, plain, self) is ref.target and plain not in self.hidden:
            return plain
        return self._bind(ref)

    def _of_scipy(self, path: str) -> str:
        """`special.erf`."""
        _, module, rest = path.split(".", 2)
        name = self.claim(module, Origin(f"scipy.{module}"))
        self.imports.member("scipy", module, name)
        return f"{name}.{rest}"

    def _bind(self, ref: Ref) -> str:
        if isinstance(ref.target, tuple) and hasattr(ref.target[0], "label"):
            pair, side = ref.target
            return str(pair.label[side])
        if isinstance(ref.target, Made):
            raise RefusedError(
                f"the function `{ref.target.name}` would have to be a value in the gradient",
                "call it, pass it to Python functions, or define it outside",
            )
        is_module = isinstance(ref.target, types.ModuleType)
        owner = Origin(ref.target.__name__) if is_module else ref.target
        name = self.claim(ref.name.rpartition(".")[2], owner)
        self.targets[name] = ref.target
        return name


def _is_same(a: object, b: object) -> bool:
    """Whether a name may stand for both."""
    return a is b or (isinstance(a, Origin) and a == b)


def module(main: Function, pairs: Sequence[Any]) -> Module:
    """The text of a gradient and of the functions that it calls."""
    outside = Outside()
    body = bodies(arrange(main, pairs, outside), outside)
    return assembled(main.name, body, outside)


def assembled(name: str, body: str, outside: Outside, constants: Sequence[str] = ()) -> Module:
    """The text of functions with what they need from outside, and further constants."""
    imports = outside.imports
    for alias, helper in outside.helpers.items():
        space, _, member = helper.partition(".")
        imports.member(HELPERS[space], member, alias)
    constants = [
        *(assigned(name, target) for name, target in outside.targets.items() if is_literal(target)),
        *constants,
    ]
    header = "\n\n".join(filter(None, [imports.render(), "\n".join(constants)]))
    text = f"{header}\n\n\n{body}" if header else body
    return Module(text, name, dict(outside.targets))


def arrange(main: Function, pairs: Sequence[Any], outside: Outside) -> list[Function]:
    """The functions of a gradient, each under a name of its own, the main one last."""
    functions: list[Function] = []
    everything = [*(function for pair in pairs for function in pair.sides().values()), main]
    outside.hidden = {str(param.hint) for f in everything for param in f.params}
    outside.variables = {
        identifier(var.hint)
        for f in everything
        for s in ir.walk(f.body)
        for var in ir.defined(s)
        if var.hint
    }
    for pair in pairs:
        for side, function in pair.sides().items():
            function.name = outside.claim(function.name, function)
            pair.label[side] = function.name
            functions.append(function)
    main.name = outside.claim(main.name, main)
    return [*functions, main]


def bodies(functions: Sequence[Function], outside: Outside) -> str:
    """The text of functions, without what they need from outside."""
    nodes = trees(functions, outside)
    for node in nodes:
        run_over_tapes(node)
    return text_of(nodes)


def trees(
    functions: Sequence[Function], outside: Outside, placeholder: Placeholder = none
) -> list[ast.FunctionDef]:
    """Functions as syntax trees; `placeholder` is what stands in for a value that is not there."""
    reserved = {f.name for f in functions} | _outside_names(functions)
    nodes: list[ast.FunctionDef] = []
    for function in functions:
        names = Names(function, reserved)
        writer = Writer(names.of, outside.refer)
        nodes.append(Emitter(function, names, writer, placeholder).emit())
    return nodes


def assigned(name: str, value: object) -> str:
    """`name = value`, for a literal."""
    return f"{name} = {line_of(literal(value))}"


def is_literal(value: Any) -> bool:
    """Whether a value can be written into the text."""
    return type(value) in (bool, int, float, complex, str, type(None))


def _outside_names(functions: Sequence[Function]) -> set[str]:
    """The names of things outside that the functions may use."""
    found = {"np", "math"}
    for function in functions:
        operations, outside = ir.mentions(function)
        found |= {name.partition(".")[0] for name in outside}
        found |= {path.split(".")[1] for path in operations | outside if path[:6] == "scipy."}
        found |= {op.partition(".")[2] for op in operations if op.partition(".")[0] in HELPERS}
        if "record" in operations:
            found.add("make")
    return found
