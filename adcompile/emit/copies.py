"""The user's own functions, classes and constants, as text for a file that stands alone."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import sys
import textwrap
import types
from typing import Any

import numpy as np

from adcompile.emit.imports import Imports
from adcompile.emit.module import assigned, is_literal
from adcompile.emit.surgery import Bare, dedented, free_names, renamed, without_annotations
from adcompile.errors import AdcompileError, RefusedError, Span
from adcompile.records import field, record
from adcompile.source import Global, Scope, Source, of_function
from adcompile.source.bindings import Imported
from adcompile.source.classes import Layout, layout_of
from adcompile.source.static import StaticScope

_LARGEST_ARRAY = 1000


@record(frozen=False)
class Copy:
    """The text that gives a name its meaning.

    Attributes:
        text: an assignment, `def` or `class`; empty where an import is all.
        needs: what the text names, by name.
        imports: the imports that the text needs.
    """

    text: str = ""
    needs: dict[str, Any] = field(default_factory=dict)
    imports: Imports = field(default_factory=Imports)

    @property
    def is_block(self) -> bool:
        """Whether blank lines belong around the text."""
        return self.text.startswith(("def ", "class ", "@"))


def copy_of(name: str, target: Any) -> Copy:
    """The text that makes `name` mean `target`.

    Raises:
        RefusedError: the object cannot be written as text.
    """
    if isinstance(target, types.ModuleType):
        imports = Imports()
        imports.module(target.__name__, name)
        return Copy(imports=imports)
    if isinstance(target, Source):
        return _function(name, target)
    if isinstance(target, Global):
        span = target.file.span(target.value)
        text = f"{name} = {_flat(target.file.segment(target.value))}"
        return _resolved(name, text, StaticScope(target.file), span)
    layout = layout_of(target)
    if layout is not None:
        return _static_class(name, layout)
    home = _home(target)
    if home is not None:
        return _member(name, target, home)
    if isinstance(target, types.FunctionType):
        return _live_function(name, target)
    return _live_class(name, target) if isinstance(target, type) else _constant(name, target)


# ----- functions -----


def _function(name: str, source: Source) -> Copy:
    node = source.node
    if isinstance(node, ast.Lambda):
        body = ast.get_source_segment(source.text, node.body) or ast.unparse(node.body)
        text = f"def {name}({ast.unparse(node.args)}):\n    return {_flat(body)}\n"
    else:
        lines = source.lines[node.lineno - 1 : node.end_lineno]
        text = without_annotations(renamed(dedented(lines), source.name, name))
    return _resolved(name, text, source.scope, source.span(source.node))


def _live_function(name: str, target: types.FunctionType) -> Copy:
    try:
        return _function(name, of_function(target))
    except AdcompileError as error:
        raise RefusedError(f"`{name}` cannot be copied: {error.reason}", error.hint) from None


# ----- classes -----


def _static_class(name: str, layout: Layout) -> Copy:
    if isinstance(layout.node, ast.Call):
        text = f"{name} = {_flat(layout.file.segment(layout.node))}"
    else:
        text = _class_text(name, layout.node, layout)
    return _resolved(name, text, StaticScope(layout.file), layout.file.span(layout.node))


def _class_text(name: str, node: ast.ClassDef, layout: Layout | None) -> str:
    """A class whose fields are annotated with what Python and NumPy know, else with `object`."""
    tree = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(tree, ast.ClassDef)
    tree.name = name
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and not _is_plain(statement.annotation, layout):
            statement.annotation = ast.Name("object", ast.Load())
        elif isinstance(statement, ast.FunctionDef):
            Bare().visit(statement)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _is_plain(annotation: ast.expr, layout: Layout | None) -> bool:
    """Whether an annotation needs nothing but Python and NumPy."""
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    if any(isinstance(node, ast.Constant) for node in ast.walk(annotation)):
        return False
    if layout is None:
        return names <= set(vars(builtins))
    paths = [layout.file.path_of(ast.Name(name, ast.Load())) or "" for name in names]
    return all(path.startswith(("builtins.", "numpy")) for path in paths)


def _live_class(name: str, target: type) -> Copy:
    try:
        text = textwrap.dedent(inspect.getsource(target))
        node = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        node = None
    if isinstance(node, ast.ClassDef):
        module = sys.modules.get(target.__module__)
        scope = _ModuleScope(vars(module) if module is not None else {})
        return _resolved(name, _class_text(name, node, None), scope, None)
    fields = getattr(target, "_fields", None)
    if not issubclass(target, tuple) or fields is None:
        raise RefusedError(f"the source of the class `{name}` is not to be had")
    imports = Imports()
    imports.member("collections", "namedtuple", "namedtuple")
    return Copy(f'{name} = namedtuple("{name}", {_written(list(fields))})', imports=imports)


@record
class _ModuleScope:
    """The names of a live module."""

    names: dict[str, Any]

    def lookup(self, name: str) -> Any:
        return self.names[name] if name in self.names else vars(builtins)[name]

    def guard(self, name: str) -> None:
        return None


# ----- what a text names -----


def _resolved(name: str, text: str, scope: Scope, span: Span | None) -> Copy:
    """A copy with what its text names found out."""
    copy = Copy(text)
    for used in free_names(text):
        if used in (name, "__name__") or _import(copy.imports, used, scope):
            continue
        try:
            target = scope.lookup(used)
        except KeyError:
            raise RefusedError(
                f"`{name}` uses `{used}`, which is not defined", None, span
            ) from None
        except RefusedError as error:
            raise error.at(span) from None
        if vars(builtins).get(used, copy) is not target:
            copy.needs[used] = target
    return copy


def _import(imports: Imports, name: str, scope: Scope) -> bool:
    """Note the import of a name that a file imports from the standard library or NumPy."""
    if not isinstance(scope, StaticScope) or name not in scope.file.bindings:
        return False
    binding = scope.file.binding(name)
    if not isinstance(binding, Imported) or not _is_at_hand(binding.path):
        return False
    if isinstance(binding.node, ast.Import):
        imports.module(binding.path, name)
    else:
        space, _, member = binding.path.rpartition(".")
        imports.member(space, member, name)
    return True


def _is_at_hand(path: str) -> bool:
    root = path.partition(".")[0]
    return root == "numpy" or (root in sys.stdlib_module_names and root != "__main__")


# ----- values -----


def _home(target: Any) -> str | None:
    """The module from which something may be imported: Python's, NumPy's, an installed one."""
    name = getattr(target, "__name__", "")
    for module in (builtins, math, np, np.linalg, np.fft, np.random):
        if getattr(module, name, None) is target:
            return module.__name__
    path = getattr(target, "__module__", None)
    found = sys.modules.get(path) if isinstance(path, str) else None
    if found is None or not callable(target) or getattr(found, name, None) is not target:
        return None
    own = found.__name__.partition(".")[0] == "adcompile"  # the text is to run without it
    installed = "site-packages" in (getattr(found, "__file__", None) or "") and not own
    return found.__name__ if installed or _is_at_hand(found.__name__) else None


def _member(name: str, target: Any, home: str) -> Copy:
    """A function or class of Python's or a package's under the user's name."""
    member: str = target.__name__
    if home == "builtins":
        return Copy("" if name == member else f"{name} = {member}")
    imports = Imports()
    imports.member(home, member, name)
    return Copy(imports=imports)


def _constant(name: str, target: Any) -> Copy:
    text = _written(target)
    if text is None:
        raise RefusedError(
            f"`{name}` is a {type(target).__name__}, which cannot be written into a file",
            "pass it to the function as an argument",
        )
    imports = Imports()
    if "np." in text:
        imports.module("numpy", "np")
    return Copy(f"{name} = {text}", imports=imports)


def _written(value: Any) -> str | None:
    """A value as an expression; None where that is not possible."""
    if is_literal(value):
        return assigned("_", value).removeprefix("_ = ")
    if type(value) in (tuple, list):
        parts = [_written(item) for item in value]
        if None in parts:
            return None
        inner = ", ".join(part for part in parts if part is not None)
        if type(value) is list:
            return f"[{inner}]"
        return f"({inner},)" if len(parts) == 1 else f"({inner})"
    if type(value) is dict:
        pairs = [(_written(key), _written(item)) for key, item in value.items()]
        if any(None in pair for pair in pairs):
            return None
        return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
    return _written_array(value)


def _written_array(value: Any) -> str | None:
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in "biuf":
        return None
    if isinstance(value, np.generic):
        return f"np.{value.dtype}({_written(value.item())})"
    if type(value) is not np.ndarray or not 0 < value.size <= _LARGEST_ARRAY:
        return None
    return f"np.array({_written(value.tolist())}, dtype=np.{value.dtype})"


def _flat(text: str) -> str:
    """An expression that may stand after `=`: in parentheses if it needs them."""
    try:
        ast.parse(f"_ = {text}")
    except SyntaxError:
        return f"({text})"
    return text
