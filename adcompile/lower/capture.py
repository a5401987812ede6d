"""What functions that a program makes capture, as parameters of a function of its own.

The derivative of a nested function is one of its arguments, and a function of all that it captures:
every captured value becomes a parameter. Bodies that are lowered elsewhere see copies of the frames
around them, in which names stand for these parameters.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import UNBOUND, Kind, refreshed
from adcompile.lower import closures, containers
from adcompile.lower.closures import Closure, Partial
from adcompile.lower.frame import Frame
from adcompile.lower.made import made_function
from adcompile.records import replace

_TAKEN = ("np", "math", "range", "reversed", "len", "float", "tuple")


class Captures:
    """The values that functions capture, where a call of theirs stands.

    Attributes:
        values: what each parameter stands for, by the names of the parameters.
    """

    def __init__(self, frame: Frame, node: ast.AST, names: set[str]) -> None:
        """
        Args:
            frame: where the call stands.
            node: the call.
            names: those that parameters cannot have.
        """
        self.values: dict[str, Expr] = {}
        self._frame = frame
        self._node = node
        self._names = {*names, *_TAKEN}
        self._parameters: dict[Expr, str] = {}
        self._seen: dict[Frame, dict[str, Expr]] = {}

    def add(self, name: str, value: Expr) -> None:
        """Let a value, and all that functions in it capture, be parameters."""
        if isinstance(value, Ref):
            self._add_function(value)
        elif isinstance(value, Apply) and self._is_split(value):
            for i, part in enumerate(value.args):
                self.add(f"{name}_{i}", part)
        elif not isinstance(value, Const) and value not in self._parameters:
            free = name
            while free in self._names:
                free += "_"
            self._names.add(free)
            self._parameters[value] = free
            self.values[free] = value

    def _is_split(self, value: Apply) -> bool:
        return value.op == "tuple" and made_function(self._frame.kind(value)) is not None

    def _add_function(self, value: Ref) -> None:
        for name, part in parts_of(value):
            self.add(name, part)
        if isinstance(value.target, Closure):
            free = {n.id for n in ast.walk(value.target.source.node) if isinstance(n, ast.Name)}
            self._add_names(value.target.frame, free)

    def _add_names(self, owner: Frame | None, names: set[str]) -> None:
        while owner is not None:
            seen = self._seen.setdefault(owner, {})
            now = closures.newest(self._frame, owner, names & owner.env.keys())
            for name, value in now.items():
                if name not in seen and (found := self._now(value)) is not None:
                    seen[name] = found
                    self.add(name, found)
            owner = owner.outer

    def _now(self, value: Expr) -> Expr | None:
        """What a value is at the call; None for what no other function can be given."""
        if isinstance(value, (Const, Ref)):
            return value
        try:
            value = containers.current(self._frame, self._node, value)
        except RefusedError:
            return None
        kind = self._frame.kind(value)
        splits = isinstance(value, Apply) and self._is_split(value)
        return value if splits or (kind != UNBOUND and made_function(kind) is None) else None

    def inside(self, frame: Frame) -> Inside:
        """What the captured values are in a body that has the parameters."""
        return Inside(frame, self._seen, self._parameters, self._frame.kind)


class Inside:
    """Captured values, as a body that has them as parameters sees them.

    Args:
        frame: the body.
        seen: the values of names, by the frames that have them.
        parameters: the names of the parameters that values have become; the body need not have
            those that it does not read.
        kind: tells the kinds of the values.

    Attributes:
        unread: what stands for values whose parameters the body does not have.
    """

    def __init__(
        self,
        frame: Frame,
        seen: Mapping[Frame, Mapping[str, Expr]],
        parameters: Mapping[Expr, str],
        kind: Callable[[Expr], Kind],
    ) -> None:
        self._frame = frame
        self._seen = seen
        self._parameters = parameters
        self._kind = kind
        self.unread: dict[str, Var] = {}
        self._frames: dict[Frame, Frame] = {}
        self._before: list[tuple[Frame, dict[str, Expr]]] = []

    def value(self, value: Expr) -> Expr:
        """What a value is inside."""
        if isinstance(value, Const):
            return value
        if isinstance(value, Ref):
            return self._function(value)
        if value in self._parameters:
            name = self._parameters[value]
            return self._frame.env[name] if name in self._frame.env else self._unread(name, value)
        assert isinstance(value, Apply)
        return Apply(value.op, tuple(map(self.value, value.args)))

    def _unread(self, name: str, value: Expr) -> Var:
        """What stands for a value that the body names, and does not read."""
        if name not in self.unread:
            self.unread[name] = Var(name, refreshed(self._kind(value)), named=True)
        return self.unread[name]

    def _function(self, value: Ref) -> Ref:
        match value.target:
            case Closure(source=source, frame=frame, defaults=defaults):
                inside = {name: self.value(part) for name, part in defaults.items()}
                return closures.value_of(Closure(source, self._copy(frame), inside))
            case Partial(function=function, args=args, kwargs=kwargs) as partial:
                named = {key: self.value(part) for key, part in kwargs.items()}
                inner, given = self.value(function), list(map(self.value, args))
                return closures.value_of(partial.rebuilt(inner, given, named))
        return value

    def _copy(self, owner: Frame) -> Frame:
        """A frame in which names stand for parameters."""
        if owner not in self._frames:
            copy = replace(
                owner,
                session=self._frame.session,
                build=self._frame.build,
                heap=self._frame.heap,
                env={},
                nested=False,
                exits={},
                shared={},
                caller=None,
                outer=None if owner.outer is None else self._copy(owner.outer),
            )
            self._frames[owner] = copy
            for name, value in self._seen.get(owner, {}).items():
                copy.env[name] = self.value(value)
            self._before.append((copy, dict(copy.env)))
        return self._frames[owner]

    def rebound(self) -> str | None:
        """A name of a frame around that the body has given another value."""
        return next(
            (
                name
                for frame, before in self._before
                for name, value in frame.env.items()
                if value is not before.get(name)
            ),
            None,
        )


def parts_of(function: Ref) -> list[tuple[str, Expr]]:
    """The values that a function holds itself, with names for them."""
    match function.target:
        case Closure(defaults=defaults):
            return list(defaults.items())
        case Partial(name=name, function=inner, args=args, kwargs=kwargs):
            numbered = [(f"{name}_{i}", value) for i, value in enumerate(args)]
            return [(name, inner), *numbered, *kwargs.items()]
    return []
