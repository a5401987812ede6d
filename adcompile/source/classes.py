"""Classes read off a file: stand-ins with their fields and methods, made without running it."""

from __future__ import annotations

import ast
import collections
import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from adcompile.records import record
from adcompile.source.function import Source

if TYPE_CHECKING:
    from adcompile.source.static import File

# Where a stand-in keeps what it was made from.
_LAYOUT = "__adcompile_layout__"


@record
class Layout:
    """What is known of a class of a file.

    Attributes:
        file: the file.
        node: the `class` statement, or the call of `namedtuple`.
        form: how it was made: "namedtuple", "dataclass", "typeddict" or "class".
        fields: the annotations of its fields, None where there is none.
    """

    file: File
    node: ast.ClassDef | ast.Call
    form: str
    fields: dict[str, ast.expr | None]


def layout_of(target: object) -> Layout | None:
    """What is known of a stand-in; None for any other object."""
    return getattr(target, _LAYOUT, None) if isinstance(target, type) else None


def class_of(file: File, node: ast.ClassDef) -> type:
    """A stand-in for a class: an empty class of this name with the fields and methods.

    Raises:
        RefusedError: only executing the file can tell what the class is.
    """
    form, fields = _form_and_fields(file, node)
    made = _made(form, node.name, fields)
    for base in node.bases:
        inherited = _base(file, base)
        if inherited is not None:
            for name, member in vars(inherited).items():
                if not name.startswith("__"):
                    setattr(made, name, member)
    for name, member in _members(file, node):
        setattr(made, name, member)
    setattr(made, _LAYOUT, Layout(file, node, form, fields))
    return made


def namedtuple_of(file: File, value: ast.expr) -> type | None:
    """The class that `namedtuple("Params", "w b")` makes; None if the expression is another."""
    if not isinstance(value, ast.Call):
        return None
    if file.path_of(value.func) != "collections.namedtuple" or len(value.args) != 2:
        return None
    try:
        name, names = (file.constant(arg) for arg in value.args)
        made = collections.namedtuple(name, names)  # type: ignore[misc]
    except (ValueError, TypeError):
        return None
    setattr(made, _LAYOUT, Layout(file, value, "namedtuple", dict.fromkeys(made._fields)))
    return made


_BASES = {
    "typing.NamedTuple": "namedtuple",
    "typing.TypedDict": "typeddict",
    "typing_extensions.TypedDict": "typeddict",
}
_PLAIN_BASES = ("builtins.object", "abc.ABC", "typing.Protocol", "typing.Generic")


def _form_and_fields(file: File, node: ast.ClassDef) -> tuple[str, dict[str, ast.expr | None]]:
    fields: dict[str, ast.expr | None] = {}
    form = "class"
    for base in node.bases:
        path = file.path_of(base)
        inherited = _base(file, base)
        if path in _BASES:
            form = _BASES[path]
        elif inherited is not None:
            layout = layout_of(inherited)
            assert layout is not None
            form = layout.form
            fields |= layout.fields
        elif path not in _PLAIN_BASES:
            raise file.refuse(base, f"what `{node.name}` inherits is not known from the file")
    for decorator in node.decorator_list:
        if file.path_of(decorator) != "dataclasses.dataclass":
            raise file.refuse(decorator, f"`{node.name}` is what this decorator makes of the class")
        form = "dataclass"
    fields |= dict(_annotated(node))
    if form == "class":
        fields |= {name: fields.get(name) for name in _attributes(node)}
    return form, fields


def _base(file: File, base: ast.expr) -> type | None:
    """A base class that is defined in the same file."""
    if not isinstance(base, ast.Name) or base.id not in file.bindings:
        return None
    if file.path_of(base) is not None:
        return None
    target = file.lookup(base.id)
    return target if layout_of(target) is not None else None


def _annotated(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            annotation = statement.annotation
            if "ClassVar" not in ast.unparse(annotation):
                yield statement.target.id, annotation


def _attributes(node: ast.ClassDef) -> Iterator[str]:
    """The attributes that a class gives itself or, in its methods, its objects."""
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        if isinstance(statement, ast.FunctionDef) and statement.args.args:
            this = statement.args.args[0].arg
            for inner in ast.walk(statement):
                if (
                    isinstance(inner, ast.Attribute)
                    and isinstance(inner.ctx, ast.Store)
                    and isinstance(inner.value, ast.Name)
                    and inner.value.id == this
                ):
                    yield inner.attr


def _made(form: str, name: str, fields: dict[str, ast.expr | None]) -> type:
    match form:
        case "namedtuple":
            return collections.namedtuple(name, list(fields))
        case "dataclass":
            return dataclasses.make_dataclass(name, list(fields))
    return type(name, (), {})


def _members(file: File, node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """The methods of a class, as the compiler takes functions."""
    from adcompile.source.static import TRANSPARENT

    for statement in node.body:
        if not isinstance(statement, ast.FunctionDef) or statement.name.startswith("__"):
            continue
        source: Source = file.source(statement)
        paths = [file.path_of(decorator) for decorator in statement.decorator_list]
        if not paths:
            yield statement.name, source
        elif paths == ["builtins.staticmethod"]:
            yield statement.name, staticmethod(source)  # type: ignore[arg-type]
        elif paths == ["builtins.property"]:
            yield statement.name, property(source)  # type: ignore[arg-type]
        elif TRANSPARENT.issuperset(path or "" for path in paths):
            yield statement.name, source
