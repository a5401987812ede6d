"""The adjoints of values and of the parts of containers, while the backward sweep is written.

The adjoint of a part with a known key (`p["w"]`, `p[0].b`) belongs to the container: its *place* is
the container and the path into it. So what is added to parts in different ways ends up together.
"""

from __future__ import annotations

import operator

from adcompile.builder import Builder
from adcompile.differentiate.displays import display
from adcompile.differentiate.fields import in_field, of_dtype
from adcompile.differentiate.scopes import Path, Place, Scope
from adcompile.differentiate.shapes import zero
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import Items, Kind, Many, Record, carries_derivative, children, dims


class Adjoints:
    """Keeps the adjoints of one function's values.

    Attributes:
        build: where the backward sweep goes.
        scope: the adjoints at this point.
        depths: how many loops stand around each value of the forward sweep.
        hints: names for the adjoints of places.
    """

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.scope = Scope()
        self.depths: dict[Var, int] = {}
        self.hints: dict[Place, str] = {}

    def place(self, expr: Expr) -> Place | None:
        """Where the adjoint of an atom is kept: parts of containers belong to the container."""
        if not isinstance(expr, Var):
            return None
        definition = self.build.definitions.get(expr)
        if definition is not None and self.build.is_projection(definition):
            base = self.place(definition.args[0])
            if base is not None:
                return base[0], (*base[1], self.build.key(definition))
            return None
        return expr, ()

    def accumulate(self, expr: Expr, contribution: Expr) -> None:
        """Add to the adjoint of a value."""
        if isinstance(expr, Apply) and expr.op in ("tuple", "list", "dict", "record"):
            self.distribute(expr, contribution)
            return
        if not self.build.varied(expr):
            return
        place = self.place(expr)
        assert place is not None and isinstance(expr, Var), expr
        if children(expr.kind):
            self._spread(expr, contribution)
        else:
            self._add(place, expr, in_field(self.build, contribution, expr))

    def _add(self, place: Place, var: Var, contribution: Expr) -> None:
        self.note_hint(place, var)
        current = self.scope.current(place, self._carrier)
        if current is not None:
            is_list = isinstance(var.kind, (Items, Many))
            add = "runtime.add" if is_list else "operator.add"
            contribution = self.build.apply(add, current, contribution)
        self.replace(place, contribution)

    def note_hint(self, place: Place, var: Var) -> None:
        """Name the adjoint of a place after the value."""
        if var.hint is not None:
            self.hints.setdefault(place, f"d_{var.hint}")

    def is_backward(self, var: Var) -> bool:
        """Whether a value was computed by the backward sweep."""
        return var not in self.depths

    def replace(self, place: Place, value: Expr) -> None:
        """Replace the adjoint of a place."""
        if isinstance(value, Var) and value.hint is None and self.is_backward(value):
            value.hint = self.hints.get(place)
        self.scope.values[place] = value

    def current(self, place: Place) -> Expr | None:
        """The adjoint of a place, None while it is zero."""
        return self.scope.current(place, self._carrier)

    def _spread(self, var: Var, contribution: Expr) -> None:
        """Add the adjoint of a container to those of its parts."""
        for key, kind in children(var.kind):
            if not carries_derivative(kind):
                continue
            part = self.project(var, key)
            if isinstance(contribution, Apply) and contribution.op in ("tuple", "list"):
                self.accumulate(part, contribution.args[key])
            else:
                self.accumulate(part, self._part_of(contribution, var, key))

    def _part_of(self, contribution: Expr, var: Var, key: object) -> Expr:
        if isinstance(contribution, Apply) and contribution.op == "record":
            return dict(contribution.kwargs)[str(key)]
        if isinstance(var.kind, Record):
            return self.build.apply(f"attribute.{key}", contribution)
        return self.build.apply("index", contribution, Const(key))

    def _reads(self, var: Var, key: object) -> Apply:
        """What reads the part of a container with a key."""
        if isinstance(var.kind, Record):
            return Apply(f"attribute.{key}", (var,))
        return Apply("index", (var, Const(key)))

    def project(self, var: Var, key: object) -> Var:
        """The part of a container with a key, as a value of the forward sweep."""
        expr = self._reads(var, key)
        for known, definition in self.build.definitions.items():
            if definition == expr:
                return known
        part = Var(str(key) if isinstance(key, str) else None, dict(children(var.kind))[key], True)
        self.build.definitions[part] = expr
        return part

    def distribute(self, container: Apply, contribution: Expr) -> None:
        """Add the adjoint of a container that is written out to those of its parts."""
        if container.op == "record":
            self._distribute_fields(container, contribution)
            return
        values = container.args[1::2] if container.op == "dict" else container.args
        for position, part in enumerate(values):
            if not self.build.varied(part):
                continue
            key = container.args[2 * position] if container.op == "dict" else Const(position)
            if isinstance(contribution, Apply) and contribution.op in ("tuple", "list"):
                self.accumulate(part, contribution.args[position])
            else:
                self.accumulate(part, self.build.apply("index", contribution, key))

    def _distribute_fields(self, container: Apply, contribution: Expr) -> None:
        for name, part in container.kwargs:
            if not self.build.varied(part):
                continue
            if isinstance(contribution, Apply) and contribution.op == "record":
                self.accumulate(part, dict(contribution.kwargs)[name])
            else:
                self.accumulate(part, self.build.apply(f"attribute.{name}", contribution))

    def full(self, value: Expr, like: Var) -> Expr:
        """An adjoint in memory of its own, where it may be read-only or smaller so far, or real for
        a complex value."""
        return of_dtype(self.build, self._in_own_memory(value, like), like)

    def _in_own_memory(self, value: Expr, like: Var) -> Expr:
        definition = self.build.definition(value)
        if definition is None or definition.op != "numpy.broadcast_to":
            return value
        if definition.args[0] == Const(1.0):
            return self.build.apply("numpy.ones_like", like)
        if dims(self.build.kind(definition.args[0])) == ():
            return self.build.apply("numpy.full_like", like, definition.args[0])
        return self.build.apply("ndarray.copy", value)

    def take(self, var: Var) -> Expr | None:
        """The finished adjoint of a value, at the statement that defines it; None for zero."""
        paths = self.scope.parts(var)
        if not paths:
            return None
        if paths == [()]:
            return self._finished(var, (var, ()))
        return self.assemble(var, var.kind, (), remove=True)

    def _finished(self, var: Var, place: Place) -> Expr:
        return self.named(self.scope.values.pop(place), place, var)

    def named(self, value: Expr, place: Place, var: Var) -> Expr:
        """A finished adjoint is worth a line where its variable is."""
        self.note_hint(place, var)
        hint = self.hints.get(place)
        definition = self.build.definition(value)
        if definition is not None and definition.op == "numpy.broadcast_to":
            return value  # it will be smaller still where it is used
        if isinstance(value, Var) and self.is_backward(value) and value.hint in (None, "d_t", hint):
            value.hint = hint or "d_t"
            value.named = value.named or var.named
        return value

    def assemble(self, var: Var, kind: Kind, path: Path, remove: bool) -> Expr:
        """The adjoint of a container, put together from those of its parts."""
        place = (var, path)
        if place in self.scope.values:
            whole = self.scope.values.pop(place) if remove else self.scope.values[place]
            rest = self._rest(var, kind, path, remove)
            return whole if rest == Const(None) else self.build.apply("runtime.add", whole, rest)
        parts = list(children(kind))
        if not parts:
            return self.zero_at(var, path, kind)
        values = [self.assemble(var, k, (*path, key), remove) for key, k in parts]
        return self._whole(kind, values) or display(kind, values)

    def _whole(self, kind: Kind, values: list[Expr]) -> Expr | None:
        """The container of a kind that some values are all parts of, in order."""
        first = self.build.definition(values[0])
        base = first.args[0] if first is not None and first.args else None
        if not isinstance(base, Var) or _form(base.kind) != _form(kind):
            return None
        parts = (self._reads(base, key) for key, _ in children(kind))
        same = all(map(operator.eq, map(self.build.definition, values), parts))
        return base if same else None

    def _rest(self, var: Var, kind: Kind, path: Path, remove: bool) -> Expr:
        """What was added to parts of a container whose adjoint is kept whole; None for nothing."""
        values: list[Expr] = []
        for key, child in children(kind):
            place = (var, (*path, key))
            if place in self.scope.values:
                values.append(self.assemble(var, child, place[1], remove))
            else:
                values.append(self._rest(var, child, place[1], remove))
        return Const(None) if all(v == Const(None) for v in values) else display(kind, values)

    def zero_at(self, var: Var, path: Path, kind: Kind) -> Expr:
        """A zero adjoint of the value at a path into a container."""
        if not carries_derivative(kind):
            return Const(None)
        return zero(self.build, self.at(var, path))

    def at(self, var: Var, path: Path) -> Var:
        """The value at a path into a container, as the generated code reaches it."""
        for key in path:
            part = self.build.operation(self._reads(var, key))
            assert isinstance(part, Var)
            var = part
        return var

    def part(self, var: Var, path: Path) -> Var:
        """As `at`, where only its kind and name are asked for."""
        for key in path:
            var = self.project(var, key)
        return var

    def _carrier(self, place: Place) -> Var:
        """A fresh carried adjoint for a place outside the loop."""
        value = self.part(*place)
        hint = self.hints.get(place) or (f"d_{value.hint}" if value.hint else None)
        return Var(hint, value.kind, named=True)


def _form(kind: Kind) -> tuple[object, ...]:
    """What the containers of a kind have in common."""
    return (type(kind), getattr(kind, "type", None), *(key for key, _ in children(kind)))
