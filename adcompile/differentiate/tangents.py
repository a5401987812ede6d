"""The tangents of values and of the parts of containers, while the forward sweep is written."""

from __future__ import annotations

from adcompile.builder import Builder
from adcompile.differentiate.displays import display
from adcompile.ir import UNDEFINED, UNSET, Apply, Const, Expr, Ref, Var, variables
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Scalar,
    carries_derivative,
    children,
    forget_value,
    is_number,
)

_DISPLAYS = ("tuple", "list", "dict", "record")
# Of the shape and dtype of their first argument.
_LIKE = ("numpy.zeros_like", "numpy.ones_like", "numpy.full_like")
Path = tuple[object, ...]


class Tangents:
    """Keeps the tangents of one function's values; what has none has tangent zero.

    Attributes:
        build: where the function with its tangents goes.
        of_parts: the tangents of parts of parameters, by parameter and path.
    """

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.of_parts: dict[tuple[Var, Path], Expr] = {}
        self._known: dict[Var, Expr] = {}
        self._places: dict[Var, tuple[Var, Path]] = {}

    def seed(self, param: Var, path: Path, tangent: Expr) -> None:
        """Give a parameter, or a part of one, its tangent."""
        if path:
            self.of_parts[param, path] = tangent
            self._places[param] = (param, ())
        else:
            self._known[param] = tangent

    def set(self, var: Var, tangent: Expr | None) -> None:
        """Give a value its tangent, None for zero."""
        if tangent is not None:
            self._known[var] = tangent

    def of(self, expr: Expr) -> Expr | None:
        """The tangent of an expression, None where it is zero."""
        if isinstance(expr, Var):
            if expr in self._known:
                return self._known[expr]
            return self._assembled(*self._places[expr]) if expr in self._places else None
        if isinstance(expr, Apply) and expr.op in _DISPLAYS:
            return self._displayed(expr)
        # Whoever asks has given what is nested a value of its own.
        assert all(self.of(var) is None for var in variables(expr)), expr
        return None

    def full(self, expr: Expr) -> Expr:
        """The tangent of an expression, zeros of its shape where it is zero."""
        tangent = self.of(expr)
        return self.zero(expr) if tangent is None else tangent

    # ----- containers -----

    def _displayed(self, container: Apply) -> Expr | None:
        """The tangent of a container that is written out."""
        parts = parts_of(container)
        tangents = [self.of(part) for part in parts]
        if all(tangent is None for tangent in tangents):
            return None
        full = (
            self._zero_part(part) if tangent is None else tangent
            for part, tangent in zip(parts, tangents, strict=True)
        )
        return with_parts(container, list(full))

    def _zero_part(self, part: Expr) -> Expr:
        kind = self.build.kind(part)
        holds = isinstance(kind, (Scalar, Array)) or children(kind) or carries_derivative(kind)
        return self.zero(part) if holds else Const(None)

    def _assembled(self, param: Var, path: Path) -> Expr | None:
        """The tangent of a container of which some parts have one."""
        if (param, path) in self.of_parts:
            return self.of_parts[param, path]
        if not any(p is param and q[: len(path)] == path for p, q in self.of_parts):
            return None
        at = self._at(param, path)
        values = []
        for key, _ in children(self.build.kind(at)):
            part = self._assembled(param, (*path, key))
            if part is None:
                part = self._zero_part(self._at(param, (*path, key)))
            values.append(part)
        return display(self.build.kind(at), values)

    def _at(self, expr: Expr, path: Path) -> Expr:
        for key in path:
            expr = self.build.operation(_projection(self.build.kind(expr), expr, key))
        return expr

    def part(self, var: Var, base: Var, key: object) -> Expr | None:
        """The tangent of `var`, the part of `base` with a key."""
        if base in self._places:
            param, path = self._places[base]
            path = (*path, key)
            if (param, path) in self.of_parts:
                return self.of_parts[param, path]
            self._places[var] = (param, path)
            return None
        tangent = self.of(base)
        if tangent is None:
            return None
        written = self.build.definition(tangent)
        if written is not None and written.op in _DISPLAYS:
            return _part_of(written, base.kind, key)
        return self.build.operation(_projection(base.kind, tangent, key))

    # ----- zeros -----

    def zero(self, expr: Expr) -> Expr:
        """Zeros of the shape of an expression's value."""
        if expr in (UNSET, UNDEFINED, Const(None)):
            return expr
        kind = self.build.kind(expr)
        if is_number(kind):
            return Const(0.0)
        definition = self.build.definition(expr)
        if definition is not None and definition.op == "runtime.zeros":
            return self.build.operation(definition)
        if isinstance(expr, Apply) and expr.op in _DISPLAYS:
            return with_parts(expr, [self._zero_part(part) for part in parts_of(expr)])
        if children(kind):
            keys = [key for key, _ in children(kind)]
            parts = tuple(self._at(expr, (key,)) for key in keys)
            return display(kind, [self._zero_part(part) for part in parts])
        if isinstance(kind, (Many, Items)):
            return self.build.apply("runtime.zeros", expr)
        if isinstance(kind, Array) and not carries_derivative(kind):
            return self.build.apply("numpy.zeros", self.build.apply("numpy.shape", expr))
        if definition is not None and definition.op in _LIKE and not definition.kwargs:
            expr = definition.args[0]
        return self.build.apply("numpy.zeros_like", expr)


def beside(var: Var) -> Var:
    """A new value for the tangent of one."""
    name = f"{var.hint}_dot" if var.hint else None
    dot = Var(name, tangent_kind(var.kind), named=var.named)
    dot.unset = var.unset
    return dot


def tangent_kind(kind: Kind) -> Kind:
    """The kind of the tangent of a value of a kind."""
    kind = forget_value(kind)
    if isinstance(kind, Items):
        return Items(kind.type, tuple(map(tangent_kind, kind.items)))
    if isinstance(kind, Mapping) and kind.items is not None:
        return Mapping(tuple((key, tangent_kind(value)) for key, value in kind.items))
    if isinstance(kind, Record):
        return Record(kind.type, tuple((name, tangent_kind(value)) for name, value in kind.fields))
    return Scalar(float) if isinstance(kind, Scalar) and kind.type is int else kind


def _projection(kind: Kind, base: Expr, key: object) -> Apply:
    if isinstance(kind, Record):
        return Apply(f"attribute.{key}", (base,))
    return Apply("index", (base, Const(key)))


def parts_of(container: Apply) -> tuple[Expr, ...]:
    """The values in a container that is written out."""
    if container.op == "record":
        return tuple(value for _, value in container.kwargs)
    return container.args[1::2] if container.op == "dict" else container.args


def with_parts(container: Apply, parts: list[Expr]) -> Apply:
    """A container with the same keys and other parts."""
    if container.op == "record":
        names = [name for name, _ in container.kwargs]
        (owner,) = container.args
        assert isinstance(owner, Ref)
        return Apply("record", (owner,), tuple(zip(names, parts, strict=True)))
    if container.op == "dict":
        pairs = zip(container.args[::2], parts, strict=True)
        return Apply("dict", tuple(expr for pair in pairs for expr in pair))
    return Apply(container.op, tuple(parts))


def _part_of(container: Apply, kind: Kind, key: object) -> Expr:
    """A part of a container that is written out; a record may be written as a tuple."""
    if container.op == "record":
        return dict(container.kwargs)[str(key)]
    return parts_of(container)[[known for known, _ in children(kind)].index(key)]
