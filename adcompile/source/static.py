"""Functions read off a file, which is not executed: NumPy is imported, nothing else is run."""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import tokenize
import types
from collections.abc import Iterator
from typing import Any

from adcompile import implicit, marks
from adcompile.checkpointing import checkpoint
from adcompile.errors import RefusedError, Span
from adcompile.records import record
from adcompile.source import bindings, constants
from adcompile.source.bindings import Assigned, Binding, Defined, Imported
from adcompile.source.function import Source, default_nodes
from adcompile.source.matching import written_out
from adcompile.source.names import Global, Guard
from adcompile.source.through import looked_through

# What may be imported: it belongs to Python or is NumPy or SciPy, and importing it does nothing.
_IMPORTABLE = ("numpy", "math", "scipy", "itertools", "logging", "warnings")
_HINT = "use --run, which executes the file"


@record
class Definition:
    """A function in a file.

    Attributes:
        name: its qualified name (`loss`, `Model.loss`, `make.loss`).
        node: the `def`.
        owner: the class around it.
        hidden: the names that functions around it bind, whose values nobody knows.
    """

    name: str
    node: ast.FunctionDef
    owner: ast.ClassDef | None
    hidden: frozenset[str]


@record
class StaticScope:
    """The names of a function that was read off a file."""

    file: File
    hidden: frozenset[str] = frozenset()

    def lookup(self, name: str) -> Any:
        """What a name means.

        Raises:
            KeyError: nothing has this name.
            RefusedError: only executing the file can tell.
        """
        if name in self.hidden:
            raise RefusedError(f"`{name}` belongs to the function around this one", _HINT)
        return self.file.lookup(name)

    def guard(self, name: str) -> Guard | None:
        return None


class File:
    """A file of Python code, read and not executed.

    Attributes:
        path: the file's name, as messages show it.
        lines: its lines.
        tree: its syntax tree.
        bindings: what its names are bound to.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is not Python.
        UnicodeDecodeError: it is not text.
    """

    def __init__(self, path: str) -> None:
        with tokenize.open(path) as stream:
            text = stream.read()
        self.path = path
        self.lines = tuple(text.splitlines())
        self.tree = ast.parse(text, path)
        self.bindings = bindings.of_module(self.tree)
        self._changed = bindings.changed(self.tree)
        self._targets: dict[str, Any] = {}
        self._sources: dict[ast.AST, Source] = {}
        self._looking: list[str] = []

    def span(self, node: ast.AST) -> Span:
        """Where a node of the tree stands."""
        return Span.of(node, self.path, self.lines, 0)

    def refuse(self, node: ast.AST, reason: str, hint: str = _HINT) -> RefusedError:
        """The error for something that only executing the file can tell."""
        return RefusedError(reason, hint, self.span(node))

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        return ast.get_source_segment("\n".join(self.lines), node) or ast.unparse(node)

    # ----- functions -----

    def definitions(self) -> Iterator[Definition]:
        """Every function of the file, in the order of the text."""
        yield from _definitions(self.tree, "", None, frozenset())

    def source(
        self,
        node: ast.FunctionDef | ast.Lambda,
        name: str | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> Source:
        """A function as the compiler takes it; the same object each time.

        Args:
            node: the function, out of `tree`.
            name: its name, by default that of the `def`.
            hidden: the names that functions around it bind.
        """
        if node not in self._sources:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            moved = ast.increment_lineno(copy.deepcopy(node), 1 - first)
            if name is None:
                name = node.name if isinstance(node, ast.FunctionDef) else "f"
            self._sources[node] = Source(
                name,
                looked_through(written_out(moved)),
                self.path,
                self.lines[first - 1 : node.end_lineno],
                first - 1,
                StaticScope(self, hidden),
                self._defaults(node),
            )
        return self._sources[node]

    def _defaults(self, node: ast.FunctionDef | ast.Lambda) -> dict[str, Any]:
        nodes = default_nodes(node.args)
        return {name: self._value(name, value) for name, value in nodes.items()}

    def _value(self, name: str, node: ast.expr) -> Any:
        """The value of an expression where it is a constant, else its text."""
        try:
            return self.constant(node)
        except ValueError:
            return Global(self, name, node)

    # ----- names -----

    def binding(self, name: str) -> Binding:
        """The one statement that binds a name.

        Raises:
            KeyError: there is none.
            RefusedError: there are several that differ.
        """
        found = self.bindings.get(name, [])
        stars = self._foreign_stars()
        if not found:
            if stars:
                raise self.refuse(stars[-1].node, f"`{name}` may come from this import")
            raise KeyError(name)
        first = found[0]
        if any(not _is_same(first, other) for other in found):
            raise self.refuse(found[-1].node, f"`{name}` is bound more than once")
        stars = [star for star in self._stars() if self._may_hold(star, name)]
        later = [star for star in stars if star.node.lineno > first.node.lineno]
        if later:
            raise self.refuse(later[-1].node, f"this import may change what `{name}` is")
        return first

    def _stars(self) -> list[Imported]:
        """The `from module import *` of the file."""
        found = self.bindings.get(bindings.STAR, [])
        return [binding for binding in found if isinstance(binding, Imported)]

    def _foreign_stars(self) -> list[Imported]:
        return [star for star in self._stars() if _library(star.path) is None]

    def _may_hold(self, star: Imported, name: str) -> bool:
        module = _library(star.path)
        return module is None or name in _public(module)

    def lookup(self, name: str) -> Any:
        """What a name means at the top level of the file: a constant, a module, function or class
        of NumPy's, a `Source`, a class, or a `Global`.

        Raises:
            KeyError: nothing has this name.
            RefusedError: only executing the file can tell.
        """
        if name not in self._targets:
            if name in self._looking:
                raise self.refuse(self.binding(name).node, f"`{name}` is defined by itself")
            self._looking.append(name)
            try:
                self._targets[name] = self._resolve(name)
            finally:
                self._looking.pop()
        return self._targets[name]

    def _resolve(self, name: str) -> Any:
        if name not in self.bindings:
            for star in self._stars():
                module = _library(star.path)
                if module is not None and name in _public(module):
                    return getattr(module, name)
            if name in vars(builtins) and not self._foreign_stars():
                return vars(builtins)[name]
        binding = self.binding(name)
        match binding:
            case Imported(path=path, node=node):
                try:
                    return _imported(path)
                except LookupError:
                    raise self.refuse(
                        node, f"`{path}` is not imported while the file is only read"
                    ) from None
            case Defined(node=ast.FunctionDef() as node):
                return self._function(node)
            case Defined(node=ast.ClassDef() as node):
                from adcompile.source.classes import class_of

                return class_of(self, node)
            case Assigned(value=value):
                return self._assigned(name, value)
        raise self.refuse(binding.node, f"the value of `{name}` depends on how the file runs")

    def _function(self, node: ast.FunctionDef) -> Source:
        for decorator in node.decorator_list:
            if self.path_of(decorator) not in TRANSPARENT:
                raise self.refuse(
                    decorator, f"`{node.name}` is what this decorator makes of the function"
                )
        return self.source(node)

    def _assigned(self, name: str, value: ast.expr) -> Any:
        if isinstance(value, ast.Lambda):
            return self.source(value, name)
        if name in self._changed:
            raise self.refuse(value, f"`{name}` is changed in place elsewhere in the file")
        try:
            return self.constant(value)
        except ValueError:
            pass
        from adcompile.source.classes import namedtuple_of

        record = namedtuple_of(self, value)
        if record is not None:
            return record
        self._check_copyable(name, value)
        return Global(self, name, value)

    def _check_copyable(self, name: str, value: ast.expr) -> None:
        """Refuse an expression that may give another value each time, or is not NumPy's."""
        for node in ast.walk(value):
            is_call = isinstance(node, ast.Call) and not self._is_pure(node.func)
            if is_call or isinstance(node, _UNKNOWABLE):
                raise self.refuse(value, f"the value of `{name}` is known only when the file runs")
        for node in ast.walk(value):
            if isinstance(node, ast.Name) and node.id != "__name__":
                try:
                    self.lookup(node.id)
                except KeyError:
                    raise self.refuse(node, f"the name `{node.id}` is not defined") from None

    def _is_pure(self, function: ast.expr) -> bool:
        path = self.path_of(function)
        if path is None:
            attr = function.attr if isinstance(function, ast.Attribute) else None
            return attr is not None and attr not in bindings.IN_PLACE | _IMPURE
        space, _, member = path.rpartition(".")
        if path in ("logging.getLogger", "builtins.float", "builtins.int", "builtins.range"):
            return True
        return (
            space.partition(".")[0] in ("numpy", "math")
            and not space.startswith("numpy.random")
            and member not in _IMPURE
        )

    # ----- what an expression names -----

    def path_of(self, node: ast.expr) -> str | None:
        """The dotted name of what an expression names (`numpy.exp`, `builtins.float`), followed
        through imports and assignments; of the function of a call. None if it names nothing."""
        match node:
            case ast.Name(id=name):
                return self._path_of_name(name)
            case ast.Attribute(value=base, attr=attr):
                path = self.path_of(base)
                return None if path is None else f"{path}.{attr}"
            case ast.Call(func=function):
                return self.path_of(function)
        return None

    def _path_of_name(self, name: str) -> str | None:
        found = self.bindings.get(name, [])
        if not found:
            return f"builtins.{name}" if name in vars(builtins) else self._star_path(name)
        first = found[0]
        if any(not _is_same(first, other) for other in found) or name in self._looking:
            return None
        if isinstance(first, Imported):
            return first.path
        if isinstance(first, Assigned) and isinstance(first.value, (ast.Name, ast.Attribute)):
            self._looking.append(name)
            try:
                return self.path_of(first.value)
            finally:
                self._looking.pop()
        return None

    def _star_path(self, name: str) -> str | None:
        for star in self._stars():
            module = _library(star.path)
            if module is None:
                return f"{star.path.removesuffix('.*')}.{name}"
            if name in _public(module):
                return f"{module.__name__}.{name}"
        return None

    def constant(self, node: ast.expr) -> Any:
        """The value of an expression made of literals, arithmetic and other constants.

        Raises:
            ValueError: it is something else.
        """
        return constants.evaluate(node, self._named_constant)

    def _named_constant(self, node: ast.expr) -> Any:
        """`np.pi`, `EPS`, `float("inf")`."""
        if isinstance(node, ast.Call):
            if self.path_of(node.func) == "builtins.float" and len(node.args) == 1:
                return float(self.constant(node.args[0]))
            raise ValueError("not a constant")
        path = self.path_of(node)
        if path in constants.NAMED:
            return constants.NAMED[path]
        if isinstance(node, ast.Name) and isinstance(self._single(node.id), Assigned):
            value = self.lookup(node.id)
            if isinstance(value, (bool, int, float, complex, str, type(None), tuple)):
                return value
        raise ValueError("not a constant")

    def _single(self, name: str) -> Binding | None:
        found = self.bindings.get(name, [])
        return found[0] if len(found) == 1 and name not in self._looking else None


# Decorators that give the function back as it is.
TRANSPARENT = frozenset(
    {
        "jaxtyping.jaxtyped", "beartype.beartype", "typing.final", "typing.override",
        "typing.no_type_check", "typing_extensions.final", "typing_extensions.override",
        "builtins.staticmethod", "adcompile.checkpoint",
    }
)  # fmt: skip

# What functions may call of this package.
_OWN = {"adcompile.checkpoint": checkpoint} | {
    f"adcompile.{name}": getattr(module, name)
    for module in (marks, implicit)
    for name in module.__all__
}

_IMPURE = {
    "load", "loadtxt", "genfromtxt", "fromfile", "memmap", "save", "savez", "savetxt", "tofile",
    "seterr", "seterrcall", "setbufsize", "set_printoptions", "shuffle", "copyto", "place",
    "put", "putmask", "put_along_axis", "fill_diagonal", "empty", "empty_like",
}  # fmt: skip
_UNKNOWABLE = (ast.Lambda, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.comprehension)


def _is_same(a: Binding, b: Binding) -> bool:
    """Whether two statements bind a name to the same thing: one import, written twice."""
    return a is b or (isinstance(a, Imported) and isinstance(b, Imported) and a.path == b.path)


def _public(module: types.ModuleType) -> list[str]:
    return getattr(module, "__all__", None) or [n for n in vars(module) if n[:1] != "_"]


def _library(path: str) -> types.ModuleType | None:
    """The module whose names `from module import *` binds, if it may be imported."""
    try:
        module = _imported(path.removesuffix(".*"))
    except LookupError:
        return None
    return module if isinstance(module, types.ModuleType) else None


def _imported(path: str) -> Any:
    """What an import of Python's or NumPy's gives, or of a function of ours.

    Raises:
        LookupError: it is another package's, or does not exist.
    """
    if path in _OWN:
        return _OWN[path]
    if path.partition(".")[0] not in _IMPORTABLE:
        raise LookupError(path)
    try:
        return importlib.import_module(path)
    except ImportError:
        pass
    space, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(space), name)
    except (ImportError, AttributeError, ValueError):
        raise LookupError(path) from None


def _definitions(
    node: ast.AST, prefix: str, owner: ast.ClassDef | None, hidden: frozenset[str]
) -> Iterator[Definition]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            name = prefix + child.name
            yield Definition(name, child, owner, hidden)
            inner = hidden | bindings.local_names(child)
            yield from _definitions(child, f"{name}.", None, inner)
        elif isinstance(child, ast.ClassDef):
            yield from _definitions(child, f"{prefix}{child.name}.", child, hidden)
        elif isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from _definitions(child, prefix, owner, hidden)
