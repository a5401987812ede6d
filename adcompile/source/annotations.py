"""From annotations to kinds: `float`, `np.ndarray`, `NDArray`, jaxtyping's `Float[..., "n d"]`.

An annotation is a promise of the user's. Axes of the same name have the same length, and an axis
with a name is taken to be longer than one; for an axis of length one, jaxtyping's notation is `1`.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.kinds import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    UNKNOWN,
    ArgumentAxis,
    Array,
    Dim,
    Dims,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Origin,
    Record,
    Scalar,
    Sym,
    Text,
    fresh,
    of_constant,
    shifted,
)
from adcompile.source.bindings import Assigned
from adcompile.source.classes import Layout, layout_of
from adcompile.source.function import default_nodes
from adcompile.source.static import File

Axes = dict[str, Sym]

_PLAIN: dict[str, Kind] = {
    "builtins.float": FLOAT,
    "builtins.int": INT,
    "builtins.bool": BOOL,
    "builtins.complex": Scalar(complex),
    "builtins.str": Text(),
    "numpy.ndarray": Array(None, None),
    "numpy.typing.NDArray": Array(None, None),
}
_SPACES = ("", "typing.", "typing_extensions.", "builtins.", "collections.abc.")

# jaxtyping's names of dtypes; None where a name stands for several. An integer of any width is
# taken for the widest, which is what NumPy's arithmetic with floats assumes least about.
_DTYPES: dict[str, Any] = {
    **{f"Float{n}": f"float{n}" for n in (16, 32, 64)},
    **{f"{i}Int{n}": f"{i.lower()}int{n}" for i in ("", "U") for n in (8, 16, 32, 64)},
    **{f"Complex{n}": f"complex{n}" for n in (64, 128)},
    **dict.fromkeys(("Float", "Inexact", "Real", "Num", "Shaped")),
    "Int": "int64",
    "Integer": "int64",
    "UInt": "uint64",
    "Bool": "bool",
    "Complex": None,
}


def of_parameters(file: File, node: ast.FunctionDef | ast.Lambda, owner: Any = None) -> list[Kind]:
    """The kinds of a function's parameters.

    Args:
        file: the file.
        node: the function, as it stands in the tree of the file.
        owner: the class of a method.

    Returns:
        A kind for each parameter, in order; unknown where there is no annotation.
    """
    a = node.args
    groups = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]
    nones = _none_defaults(a)
    axes: Axes = {}
    # The first round gives every axis a name, the second uses it where it occurs inside a list.
    for _ in range(2):
        kinds: list[Kind] = []
        for position, parameter in enumerate(p for p in groups if p is not None):
            kind = Annotations(file, axes).kind(parameter.annotation, parameter.arg)
            if owner is not None and position == 0 and parameter.annotation is None:
                kind = of_class(owner, parameter.arg)
            if parameter is a.vararg:
                kind = Many(tuple, kind)
            if parameter is a.kwarg or (parameter.arg in nones and not isinstance(kind, Nothing)):
                kind = UNKNOWN
            kinds.append(kind)
    return kinds


def has_named_axis(kind: Kind) -> bool:
    """Whether a kind says of a length only that it is not one."""
    match kind:
        case Array(_, tuple() as lengths):
            return any(isinstance(length, Sym) and not length.one for length in lengths)
        case Items(_, items):
            return any(map(has_named_axis, items))
        case Many(_, element):
            return has_named_axis(element)
        case Mapping(tuple() as pairs):
            return any(has_named_axis(item) for _, item in pairs)
        case Record(_, fields):
            return any(has_named_axis(field) for _, field in fields)
    return False


def of_class(target: Any, path: str) -> Kind:
    """The kind of an object of a class of the file."""
    layout = layout_of(target)
    if layout is None:
        return UNKNOWN
    fields = _fields(layout, path)
    if layout.form == "typeddict":
        return Mapping(tuple((name, kind) for name, kind in fields))
    return Record(target, fields)


def _fields(layout: Layout, path: str) -> tuple[tuple[str, Kind], ...]:
    annotations = Annotations(layout.file, {})
    spell = "{}[{!r}]" if layout.form == "typeddict" else "{}.{}"
    return tuple(
        (name, annotations.kind(annotation, spell.format(path, name)))
        for name, annotation in layout.fields.items()
    )


def _none_defaults(a: ast.arguments) -> set[str]:
    """The parameters with the default None, whatever their annotation says."""
    nodes = default_nodes(a)
    return {name for name, v in nodes.items() if isinstance(v, ast.Constant) and v.value is None}


class Annotations:
    """Reads the annotations of one function.

    Args:
        file: the file.
        axes: the lengths that axes have by name; grows.
    """

    def __init__(self, file: File, axes: Axes) -> None:
        self._file = file
        self._axes = axes
        self._open: list[str] = []
        self._repeated = False

    def kind(self, node: ast.expr | None, path: str) -> Kind:
        """The kind that an annotation says a value has.

        Args:
            node: the annotation.
            path: how the value is spelled, e.g. `params.w`.
        """
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str() as text):
                try:
                    return self.kind(ast.parse(text.strip(), mode="eval").body, path)
                except SyntaxError:
                    return UNKNOWN
            case ast.Name() | ast.Attribute():
                return self._named(node, path)
            case ast.Subscript(value=base, slice=argument):
                return self._subscript(base, argument, path)
        return UNKNOWN

    def _named(self, node: ast.Name | ast.Attribute, path: str) -> Kind:
        name = self._file.path_of(node)
        if name is None:
            return self._local(node, path) if isinstance(node, ast.Name) else UNKNOWN
        if name in _PLAIN:
            return _PLAIN[name]
        dtype = _numpy_scalar(name)
        return UNKNOWN if dtype is None else Array(dtype, ())

    def _local(self, node: ast.Name, path: str) -> Kind:
        """A name that the file gives to an annotation or a class."""
        found = self._file.bindings.get(node.id, [])
        if len(found) != 1 or node.id in self._open:
            return UNKNOWN
        self._open.append(node.id)
        try:
            if isinstance(found[0], Assigned) and not isinstance(found[0].value, ast.Call):
                return self.kind(found[0].value, path)
            return of_class(self._file.lookup(node.id), path)
        except LookupError:
            return UNKNOWN
        finally:
            self._open.pop()

    def _subscript(self, base: ast.expr, argument: ast.expr, path: str) -> Kind:
        name = self._file.path_of(base) or ""
        space, _, last = name.rpartition(".")
        parts = argument.elts if isinstance(argument, ast.Tuple) else [argument]
        if space == "jaxtyping" and last in _DTYPES and len(parts) == 2:
            return self._jaxtyping(last, parts[1], path)
        if name in ("numpy.typing.NDArray", "numpy.ndarray"):
            return Array(self._dtype(parts[-1]), None)
        if f"{space}." in _SPACES:
            handler = _GENERIC.get(last.lower())
            return UNKNOWN if handler is None else handler(self, parts, path)
        return UNKNOWN

    # ----- arrays -----

    def _dtype(self, node: ast.expr) -> np.dtype[Any] | None:
        """`np.float32`, `np.dtype[np.float32]`."""
        if isinstance(node, ast.Subscript):
            return self._dtype(node.slice)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return _numpy_scalar(self._file.path_of(node) or "")
        return None

    def _jaxtyping(self, name: str, shape: ast.expr, path: str) -> Kind:
        if not isinstance(shape, ast.Constant) or not isinstance(shape.value, str):
            return UNKNOWN
        dtype = None if _DTYPES[name] is None else np.dtype(_DTYPES[name])
        return Array(dtype, self._dims(shape.value.split(), path))

    def _dims(self, names: list[str], path: str) -> Dims | None:
        if any(name == "..." or name.lstrip("#?_").startswith("*") for name in names):
            return None
        return tuple(self._dim(name, path, axis) for axis, name in enumerate(names))

    def _dim(self, text: str, path: str, axis: int) -> Dim:
        text = text.rpartition("=")[2]
        if re.fullmatch(r"\d+", text):
            return int(text)
        place = Sym(ArgumentAxis(path, axis))
        match = re.fullmatch(r"([A-Za-z]\w*)(?:([+-])(\d+))?", text)
        if match is None:
            # `#n` may be one, `_` is any length, `2*n` is not followed.
            return fresh() if self._repeated else place
        name, sign, number = match.groups()
        offset = int(f"{sign}{number}") if sign else 0
        if name not in self._axes:
            if self._repeated:
                return Sym(Origin(), one=offset < 0)
            self._axes[name] = Sym(place.origin, -offset, one=False)
        length = shifted(self._axes[name], offset)
        assert isinstance(length, Sym)
        return Sym(length.origin, length.offset, one=offset < 0)

    # ----- containers -----

    def _tuple(self, parts: list[ast.expr], path: str) -> Kind:
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
            return Many(tuple, self._element(parts[0], path))
        if len(parts) == 1 and isinstance(parts[0], ast.Tuple):
            return Items(tuple, ())
        return Items(tuple, tuple(self.kind(p, f"{path}[{i}]") for i, p in enumerate(parts)))

    def _list(self, parts: list[ast.expr], path: str) -> Kind:
        return Many(list, self._element(parts[0], path))

    def _element(self, node: ast.expr, path: str) -> Kind:
        """The kind of any element: an axis that only elements have has no place of its own."""
        before, self._repeated = self._repeated, True
        try:
            return self.kind(node, f"{path}[0]")
        finally:
            self._repeated = before

    def _annotated(self, parts: list[ast.expr], path: str) -> Kind:
        return self.kind(parts[0], path)

    def _literal(self, parts: list[ast.expr], path: str) -> Kind:
        values = [part.value for part in parts if isinstance(part, ast.Constant)]
        if len(values) == len(parts) == 1:
            return of_constant(values[0])
        return Text() if values and all(isinstance(value, str) for value in values) else UNKNOWN


_GENERIC: dict[str, Callable[[Annotations, list[ast.expr], str], Kind]] = {
    "tuple": Annotations._tuple,
    "list": Annotations._list,
    "annotated": Annotations._annotated,
    "final": Annotations._annotated,
    "literal": Annotations._literal,
}


def _numpy_scalar(path: str) -> np.dtype[Any] | None:
    """The dtype of `numpy.float32`; None for what names several, such as `numpy.floating`."""
    space, _, name = path.rpartition(".")
    type_ = getattr(np, name, None) if space == "numpy" else None
    if not isinstance(type_, type) or not issubclass(type_, np.generic):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            dtype = np.dtype(type_)
        except TypeError:
            return None
    return dtype if dtype.type is type_ else None
