"""The function that users call: it looks at its arguments and runs the text compiled for them.

It is generated, with the signature of the user's function and its guards written out, because a
chain of `type(x) is float` takes 25 ns where a dictionary of types takes 250.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.inlined import Body, body_of, placed
from adcompile.kinds import Array, Items, Kind, Mapping, Record, Resolved, Scalar, Text, of_value
from adcompile.records import record
from adcompile.source import Assumption

__all__ = ["Entry", "dispatcher", "entry", "floats", "prefix"]

# What `math` raises where NumPy gives inf or nan.
ARITHMETIC = (ArithmeticError, ValueError)

_MANY = 4  # from here on the types of a sequence are compared at once


@record(eq=False)
class Entry:
    """One compiled text, and when to run it.

    Attributes:
        slot: its number among the entries of a dispatcher; the names below begin with it.
        parameters: the names of the parameters.
        conditions: what must hold for the arguments and outside, as text.
        arguments: what is passed to the text, as text.
        names: what the texts name.
        assumptions: what must hold outside.
        function: runs the text.
        plain: runs the function as the user wrote it after an arithmetic error; None where the
            text is just that.
        text: the text.
        body: what the text does, where that is short.
    """

    slot: int
    parameters: tuple[str, ...]
    conditions: tuple[str, ...]
    arguments: str
    names: dict[str, Any]
    assumptions: tuple[Assumption, ...]
    function: Callable[..., Any]
    plain: Callable[..., Any] | None
    text: str
    body: Body | None

    def holds(self) -> bool:
        """Whether what it assumes of the outside still holds."""
        return all(a.guard is None or a.guard.finds(a.target) for a in self.assumptions)

    def accepts(self, values: Sequence[Any]) -> bool:
        """Whether it is right for these arguments, now."""
        if not self.holds():
            return False
        text = f"lambda {', '.join(self.parameters)}: {' and '.join(self.conditions) or True}"
        return bool(eval(_code(text, "eval"), self.names)(*values))

    def run(self, values: Sequence[Any]) -> Any:
        """Run the text for arguments that it accepts."""
        text = f"lambda {', '.join(self.parameters)}: ({self.arguments})"
        passed = eval(_code(text, "eval"), self.names)(*values)
        if self.plain is None:
            return self.function(*passed)
        try:
            return self.function(*passed)
        except ARITHMETIC:
            return self.plain(*passed)


def entry(
    slot: int,
    signature: inspect.Signature,
    values: Sequence[Any],
    kinds: Sequence[Kind],
    function: Callable[..., Any],
    assumptions: tuple[Assumption, ...],
    plain: Callable[..., Any] | None,
    text: str,
) -> Entry:
    """An entry for arguments like these; the arguments themselves are not kept.

    Args:
        slot: its number among the entries of a dispatcher.
        signature: of the user's function.
        values: example arguments.
        kinds: their kinds.
        function: runs the text.
        assumptions: what must hold outside.
        plain: runs the function as the user wrote it.
        text: the text.
    """
    parameters = tuple(signature.parameters)
    guards = _Guards(f"{prefix(signature)}{slot}_")
    for name, value, kind in zip(parameters, values, kinds, strict=True):
        guards.value(name, value, kind)
    for assumption in assumptions:
        guards.assumption(assumption)
    arguments = "".join(
        guards.passed(name, value, kind) + ", "
        for name, value, kind in zip(parameters, values, kinds, strict=True)
    )
    as_they_are = arguments == "".join(f"{name}, " for name in parameters)
    start, twice = prefix(signature), plain is not None
    return Entry(
        slot=slot,
        parameters=parameters,
        conditions=tuple(dict.fromkeys(guards.conditions)),
        arguments=arguments,
        names=guards.names,
        assumptions=assumptions,
        function=function,
        plain=plain,
        text=text,
        body=body_of(function, text, parameters, start, twice=twice) if as_they_are else None,
    )


def dispatcher(
    signature: inspect.Signature, entries: Sequence[Entry], compile_: Callable[..., Any]
) -> Callable[..., Any]:
    """The function that users call.

    Args:
        signature: of the user's function.
        entries: the texts compiled so far.
        compile_: finds or compiles a further text for the arguments it is given, and runs it.
    """
    start = prefix(signature)
    names: dict[str, Any] = {f"{start}compile": compile_, f"{start}arithmetic": ARITHMETIC}
    lines = [f"def dispatch({_parameters(signature, start, names)}):"]
    for item in entries:
        names |= item.names
        names[f"{start}{item.slot}_function"] = item.function
        names[f"{start}{item.slot}_plain"] = item.plain
        lines += _branch(item, start)
    lines.append(f"    return {start}compile({', '.join(signature.parameters)})")
    made: dict[str, Callable[..., Any]] = {}
    exec(_together("\n".join(lines), entries, names), names, made)
    (function,) = made.values()
    return function


def _together(text: str, entries: Sequence[Entry], names: dict[str, Any]) -> types.CodeType:
    """The code of a dispatcher; the text made last is part of it where it is short."""
    body = entries[0].body if entries else None
    if body is None:
        return _code(text, "exec")
    names |= body.names
    (call,) = (name for name, value in names.items() if value is body.function)
    return placed(text, call, body.function.__code__, body.text)


def _branch(item: Entry, start: str) -> list[str]:
    call = f"{start}{item.slot}_{{}}({item.arguments.rstrip(', ')})"
    if item.plain is None:
        body = [f"return {call.format('function')}"]
    else:
        body = [
            "try:",
            f"    return {call.format('function')}",
            f"except {start}arithmetic:",
            f"    return {call.format('plain')}",
        ]
    return [f"    if {' and '.join(item.conditions) or True}:", *(f"        {b}" for b in body)]


# The text stays the same where one object outside takes the place of another.
@functools.lru_cache(maxsize=512)
def _code(text: str, mode: str) -> types.CodeType:
    return compile(text, "<adcompile dispatch>", mode, dont_inherit=True)


def prefix(signature: inspect.Signature) -> str:
    """How the names in a dispatcher begin; no parameter begins so."""
    start = "_"
    while any(name.startswith(start) for name in signature.parameters):
        start += "_"
    return start


def _parameters(signature: inspect.Signature, start: str, names: dict[str, Any]) -> str:
    """The parameters as in the user's `def`, without annotations."""
    stripped = []
    for parameter in signature.parameters.values():
        default = parameter.default
        if default is not parameter.empty:
            name = f"{start}default_{parameter.name}"
            names[name] = default
            default = _Named(name)
        stripped.append(parameter.replace(annotation=parameter.empty, default=default))
    return str(inspect.Signature(stripped))[1:-1]


class _Named:
    """A default that prints as the name it is bound to."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


class _Guards:
    """Conditions under construction, and the objects that they name.

    Attributes:
        conditions: the conditions.
        names: the objects. Builtins have names too, because a parameter may be called `type`.
    """

    def __init__(self, start: str) -> None:
        self._start = start
        self._known: dict[int, str] = {}
        self.conditions: list[str] = []
        self.names: dict[str, Any] = {}

    def _name(self, target: Any) -> str:
        name = self._known.get(id(target))
        if name is None:
            name = self._known[id(target)] = f"{self._start}{len(self.names)}"
            self.names[name] = target
        return name

    def _if(self, condition: str) -> None:
        self.conditions.append(condition)

    def passed(self, place: str, value: Any, kind: Kind) -> str:
        """An argument as the text takes it: a Python int that is differentiated is a float."""
        if type(value) is int and kind == Scalar(float):
            return f"{self._name(float)}({place})"
        return f"{self._name(floats)}({place})" if _has_promoted(value, kind) else place

    def assumption(self, assumption: Assumption) -> None:
        """What was found outside is still there, and still what it was."""
        if assumption.guard is None:
            return
        guard, target = assumption.guard, assumption.target
        if guard.absent:
            self._if(f"{guard.key!r} not in {self._name(guard.holder)}")
            return
        name, holder = self._name(target), self._name(guard.holder)
        if guard.attribute:
            self._if(f"{holder}.{guard.attribute} is {name}")
        else:
            self._if(f"{guard.key!r} in {holder} and {holder}[{guard.key!r}] is {name}")
        if not callable(target) and not isinstance(target, _FIXED):
            self.value(name, target, of_value(target, ""))

    def value(self, place: str, value: Any, kind: Kind) -> None:
        """The value at a place is of a kind."""
        if value is None:
            self._if(f"{place} is None")
            return
        if isinstance(kind, Resolved):
            self._if(f"{place} is {self._name(value)}")
            return
        self._if(f"{self._name(type)}({place}) is {self._name(type(value))}")
        match kind:
            case Array(_, dims) if isinstance(value, np.ndarray):
                self._array(place, value)
                for axis, length in enumerate(dims or ()):
                    if isinstance(length, int) and length != 1:
                        self._if(f"{place}.shape[{axis}] == {length}")
            case Text(str() as expected):
                self._if(f"{place} == {expected!r}")
            case Items(_, items):
                self._items(place, value, items)
            case Mapping(tuple() as pairs):
                keys = tuple(key for key, _ in pairs)
                self._if(f"{self._name(tuple)}({place}) == {self._name(keys)}")
                for key, item in pairs:
                    at = repr(key) if type(key) in (str, int) else self._name(key)
                    self.value(f"{place}[{at}]", value[key], item)
            case Record(_, fields):
                if hasattr(value, "__dict__"):
                    names = self._name(frozenset(vars(value)))
                    self._if(f"{place}.__dict__.keys() == {names}")
                for name, item in fields:
                    self.value(f"{place}.{name}", getattr(value, name), item)

    def _array(self, place: str, value: np.ndarray[Any, Any]) -> None:
        """The dtype, the rank, and which axes have length one."""
        dtype = self._name(value.dtype)
        # Equal dtypes are mostly one object, and asking that takes a third of the time.
        self._if(f"({place}.dtype is {dtype} or {place}.dtype == {dtype})")
        self._if(f"{place}.ndim == {value.ndim}")
        if value.ndim == 1:  # a vector's `shape` takes twice the time of its `len`
            self._if(f"{self._name(len)}({place}) {'==' if len(value) == 1 else '!='} 1")
            return
        if value.ndim and 1 not in value.shape:
            self._if(f"1 not in {place}.shape")
            return
        for axis, length in enumerate(value.shape):
            self._if(f"{place}.shape[{axis}] {'==' if length == 1 else '!='} 1")

    def _items(self, place: str, value: Sequence[Any], items: Sequence[Kind]) -> None:
        if len(items) < _MANY or not all(isinstance(item, Scalar) for item in items):
            self._if(f"{self._name(len)}({place}) == {len(items)}")
            for i, item in enumerate(items):
                self.value(f"{place}[{i}]", value[i], item)
            return
        found = f"{self._name(list)}({self._name(map)}({self._name(type)}, {place}))"
        self._if(f"{found} == {self._name([type(v) for v in value])}")


# What cannot come to be of another kind while it is the same object.
_FIXED = (
    bool, int, float, complex, str, bytes, type(None), types.ModuleType, types.CodeType, property,
)  # fmt: skip


def _has_promoted(value: Any, kind: Kind) -> bool:
    match kind:
        case Scalar():
            return type(value) is int and kind.type is float
        case Items(_, items):
            return any(map(_has_promoted, value, items))
        case Mapping(tuple() as pairs):
            return any(_has_promoted(value[key], item) for key, item in pairs)
        case Record(_, fields):
            return any(_has_promoted(getattr(value, name), item) for name, item in fields)
    return False


def floats(tree: Any) -> Any:
    """A tuple, list or dict, nested, with the Python ints in it as floats."""
    if type(tree) is int:
        return float(tree)
    if type(tree) is dict:
        return {key: floats(value) for key, value in tree.items()}
    if type(tree) in (tuple, list):
        return type(tree)(map(floats, tree))
    return type(tree)(*map(floats, tree)) if hasattr(tree, "_fields") else tree
