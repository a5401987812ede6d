"""Which functions of a file to differentiate, and what is asked of each."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence

from adcompile import api
from adcompile.differentiate import Request
from adcompile.errors import RefusedError, UsageError
from adcompile.kinds import Array, Items, Kind, Many, Mapping, Nothing, Record, Scalar, Text
from adcompile.options import Options, Wrt
from adcompile.parts import Part, located
from adcompile.records import record, replace
from adcompile.source import Source
from adcompile.source.annotations import of_parameters
from adcompile.source.bindings import Assigned, Defined
from adcompile.source.classes import class_of
from adcompile.source.static import TRANSPARENT, Definition, File
from adcompile.specialisations import promoted

_STATIC = "builtins.staticmethod"
_VERBS = {
    f"{space}.{verb}": verb
    for space in ("adcompile", "adcompile.api")
    for verb in ("grad", "value_and_grad")
}


@record
class Target:
    """A function of a file that is to be differentiated.

    Attributes:
        name: what the user calls it.
        file: the file.
        node: the function.
        ask: says what is asked of it; raises `AdcompileError` if that makes no sense.
        definition: its `def`, None for a lambda.
        result: the name of the generated function, None for the usual one.
    """

    name: str
    file: File
    node: ast.FunctionDef | ast.Lambda
    ask: Callable[[], Options]
    definition: Definition | None = None
    result: str | None = None

    def source(self) -> Source:
        """The function as the compiler takes it."""
        hidden = frozenset[str]() if self.definition is None else self.definition.hidden
        for decorator in getattr(self.node, "decorator_list", []):
            if _call_of(self.file, decorator) is not None:
                continue
            if self.file.path_of(decorator) not in TRANSPARENT and self._matters(decorator):
                raise self.file.refuse(
                    decorator, f"`{self.name}` is what this decorator makes of the function"
                )
        name = self.result if isinstance(self.node, ast.Lambda) else None
        return self.file.source(self.node, name, hidden)

    def _matters(self, decorator: ast.expr) -> bool:
        """Whether a decorator stands between the function and `grad`."""
        decorators = getattr(self.node, "decorator_list", [])
        own = [i for i, d in enumerate(decorators) if _call_of(self.file, d) is not None]
        return not own or decorators.index(decorator) > own[-1]

    def kinds(self, source: Source, wrt: Sequence[Part]) -> list[Kind]:
        """The kinds of its parameters, as annotated.

        Args:
            source: the function.
            wrt: the parameters, and parts of them, to differentiate with respect to.

        Raises:
            UsageError: one of those has no derivative.
        """
        kinds = of_parameters(self.file, self.node, self._owner())
        names = list(source.signature.parameters)
        for part in wrt:
            i = names.index(part.name)
            kinds[i] = kinds[i] if part.steps else promoted(kinds[i])
            _check_differentiable(str(part), located(part, kinds[i])[1])
        return kinds

    def _owner(self) -> type | None:
        """The class of a method, as far as it is known."""
        if self.definition is None or self.definition.owner is None:
            return None
        if any(self.file.path_of(d) == _STATIC for d in self.definition.node.decorator_list):
            return None
        try:
            return class_of(self.file, self.definition.owner)
        except RefusedError:
            return None


def request_of(options: Options, parts: tuple[Part, ...], along: tuple[Part, ...] = ()) -> Request:
    """Options as the compiler takes them."""
    return Request(**options.request(parts, along))


def decorated(file: File) -> list[Target]:
    """The functions of a file that the API's functions are applied to, in the order of the text."""
    found = [
        target for definition in file.definitions() for target in _of_decorators(file, definition)
    ]
    for bindings in file.bindings.values():
        for binding in bindings:
            if isinstance(binding, Assigned):
                found += _of_assignment(file, binding)
    return sorted(found, key=lambda target: target.node.lineno)


def named(file: File, name: str, known: Sequence[Target]) -> Target:
    """The function that the user named.

    Args:
        file: the file.
        name: the name.
        known: the functions that the API's functions are applied to.

    Raises:
        LookupError: there is no such function.
        RefusedError: there are several.
    """
    applied = [target for target in known if target.name == name]
    if applied:
        return applied[-1]
    found = [definition for definition in file.definitions() if definition.name == name]
    if not found:
        raise LookupError(name)
    if len(found) > 1:
        raise file.refuse(found[-1].node, f"`{name}` is defined more than once")
    default = Options.of("grad", 0, False, False)
    return Target(name, file, found[0].node, lambda: default, found[0])


def overridden(target: Target, wrt: Wrt | None, value: bool, backend: str | None) -> Target:
    """The function with what the command line asks of it."""

    def ask() -> Options:
        options = target.ask()
        if backend is not None:
            options = options._replace(backend=backend)
        if value:
            options = options._replace(verb="value_and_grad")
        if wrt is not None:
            asked = Options.of(options.verb, wrt, options.has_aux, options.allow_unused)
            options = options._replace(wrt=asked.wrt)
        return options

    return replace(target, ask=ask)


# ----- decorators and assignments -----


def _of_decorators(file: File, definition: Definition) -> Iterator[Target]:
    for decorator in definition.node.decorator_list:
        call = _call_of(file, decorator)
        if call is not None:
            function = call.args[:1] if isinstance(call, ast.Call) else []
            if any(ast.unparse(arg) != "None" for arg in function):
                raise file.refuse(call, "this decorator is applied to another function")
            ask = _asker(file, call)
            yield Target(definition.name, file, definition.node, ask, definition)


def _call_of(file: File, node: ast.expr) -> ast.expr | None:
    """`grad`, `grad(...)` behind a decorator, followed through `by_w = grad(wrt="w")`."""
    if file.path_of(node) in _VERBS:
        return node
    found = file.bindings.get(node.id, []) if isinstance(node, ast.Name) else []
    if len(found) == 1 and isinstance(found[0], Assigned) and isinstance(found[0].value, ast.Call):
        call = found[0].value
        return call if file.path_of(call) in _VERBS and not call.args else None
    return None


def _of_assignment(file: File, binding: Assigned) -> Iterator[Target]:
    """`loss_grad = grad(loss, wrt="w")`."""
    call = binding.value
    if not isinstance(call, ast.Call) or not call.args or file.path_of(call) not in _VERBS:
        return
    function, ask = call.args[0], _asker(file, call)
    if isinstance(function, ast.Lambda):
        yield Target(binding.name, file, function, ask, result=binding.name)
        return
    name = ast.unparse(function)
    definition = next((d for d in file.definitions() if d.name == name), None)
    if definition is None:
        raise file.refuse(function, f"`{name}` is not a function of this file")
    at_top = file.bindings.get(name.partition(".")[0], [])
    if sum(isinstance(found, Defined) for found in at_top) > 1:
        raise file.refuse(function, f"`{name}` is defined more than once")
    result = None if binding.name == name else binding.name
    yield Target(binding.name, file, definition.node, ask, definition, result)


def _asker(file: File, node: ast.expr) -> Callable[[], Options]:
    """Reads the options of `grad`, `grad(...)` or `grad(f, ...)`."""

    def ask() -> Options:
        verb = _VERBS[file.path_of(node) or ""]
        call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
        try:
            args = [_literal(file, arg) for arg in call.args[1:]]
            keywords = {k.arg: _literal(file, k.value) for k in call.keywords if k.arg}
            bound = inspect.signature(getattr(api, verb)).bind(None, *args, **keywords)
        except TypeError as error:
            raise UsageError(f"`{verb}`: {error}", None, file.span(node)) from None
        bound.apply_defaults()
        values = bound.arguments
        try:
            options = Options.of(verb, values["wrt"], values["has_aux"], values["allow_unused"])
            return options.running(values["backend"], values["fastmath"], values["fallback"])
        except UsageError as error:
            raise error.at(file.span(node)) from None

    return ask


def _literal(file: File, node: ast.expr) -> object:
    try:
        return file.constant(node)
    except ValueError:
        raise file.refuse(node, "this argument is not a literal") from None


# ----- what cannot be differentiated -----


def _check_differentiable(name: str, kind: Kind) -> None:
    """Refuse a parameter without a derivative, as a call with such an argument does.

    Raises:
        UsageError: a part of it is an integer array, or it is no number at all.
    """
    for path, part in _parts(name, kind):
        if isinstance(part, Array) and part.dtype is not None and part.dtype.kind in "biu":
            raise UsageError(
                f"`{path}` is an array of {part.dtype}; only floating-point arrays have a "
                "derivative",
                "annotate it with a floating-point dtype",
            )
    if isinstance(kind, (Text, Nothing)) or (isinstance(kind, Scalar) and kind.type is bool):
        what = "a string" if isinstance(kind, Text) else "no number"
        raise UsageError(
            f"`{name}` is {what}; only numbers have a derivative", "leave it out of `wrt`"
        )


def _parts(path: str, kind: Kind) -> Iterator[tuple[str, Kind]]:
    match kind:
        case Items(_, items):
            for i, item in enumerate(items):
                yield from _parts(f"{path}[{i}]", item)
        case Many(_, element):
            yield from _parts(f"{path}[0]", element)
        case Mapping(tuple() as pairs):
            for key, item in pairs:
                yield from _parts(f"{path}[{key!r}]", item)
        case Record(_, fields):
            for field, item in fields:
                yield from _parts(f"{path}.{field}", item)
        case _:
            yield path, kind
