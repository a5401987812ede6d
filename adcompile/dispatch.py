"""The function that users call: it looks at its arguments and runs the text compiled for them.

It is generated, with the signature of the user's function and its guards written out, because a
chain of `type(x) is float` takes 25 ns where a dictionary of types takes 250.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adcompile.kinds import (
    Array,
    Callable_,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Record,
    Scalar,
    Text,
)
from adcompile.lower.session import Assumption

# What `math` raises where NumPy gives inf or nan.
_ARITHMETIC = "(ArithmeticError, ValueError)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One compiled text.

    Attributes:
        values: example arguments, in the order of the parameters.
        kinds: their kinds.
        function: runs the text.
        assumptions: what must still hold outside.
        fast: whether to run `plain` where the text raises an arithmetic error.
        plain: runs the function as the user wrote it.
    """

    values: tuple[Any, ...]
    kinds: tuple[Kind, ...]
    function: Callable[..., Any]
    assumptions: Sequence[Assumption]
    fast: bool
    plain: Callable[..., Any]


@dataclass(slots=True)
class _Text:
    """Text under construction, and the objects that it names."""

    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)

    def name(self, prefix: str, value: Any) -> str:
        for known, object_ in self.names.items():
            if object_ is value and known.startswith(f"_{prefix}"):
                return known
        name = f"_{prefix}{len(self.names)}"
        self.names[name] = value
        return name


def dispatcher(
    signature: inspect.Signature, entries: Sequence[Entry], compile_: Callable[..., Any]
) -> Callable[..., Any]:
    """The function that users call.

    Args:
        signature: of the user's function.
        entries: the texts compiled so far.
        compile_: compiles a further text for the arguments it is given, and runs it.
    """
    text = _Text()
    parameters = list(signature.parameters)
    arguments = ", ".join(parameters)
    text.lines.append(f"def dispatch({_signature(text, signature)}):")
    for entry in entries:
        conditions = _conditions(text, parameters, entry)
        function = text.name("function", entry.function)
        text.lines.append(f"    if {' and '.join(conditions) or 'True'}:")
        call = f"({', '.join(_passed(entry, parameters))})"
        if entry.fast:
            plain = text.name("plain", entry.plain)
            text.lines += [
                "        try:",
                f"            return {function}{call}",
                f"        except {_ARITHMETIC}:",
                f"            return {plain}{call}",
            ]
        else:
            text.lines.append(f"        return {function}{call}")
    text.lines.append(f"    return {text.name('compile', compile_)}({arguments})")
    namespace = dict(text.names)
    exec(compile("\n".join(text.lines), "<adcompile dispatch>", "exec"), namespace)
    function = namespace["dispatch"]
    return function  # type: ignore[no-any-return]


def _signature(text: _Text, signature: inspect.Signature) -> str:
    """The parameters as in the user's `def`, without annotations."""
    stripped = [
        parameter.replace(
            annotation=parameter.empty,
            default=parameter.default
            if parameter.default is parameter.empty
            else _Named(text.name("default", parameter.default)),
        )
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=stripped, return_annotation=signature.empty))[1:-1]


class _Named:
    """A default that prints as the name it is bound to."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def _passed(entry: Entry, parameters: Sequence[str]) -> list[str]:
    """The arguments as the text takes them: a Python int that is differentiated is a float."""
    return [
        f"float({name})" if _is_promoted(value, kind) else name
        for name, value, kind in zip(parameters, entry.values, entry.kinds, strict=True)
    ]


def _is_promoted(value: Any, kind: Kind) -> bool:
    return type(value) is int and isinstance(kind, Scalar) and kind.type is float


def _conditions(text: _Text, parameters: Sequence[str], entry: Entry) -> list[str]:
    conditions: list[str] = []
    for name, value, kind in zip(parameters, entry.values, entry.kinds, strict=True):
        _guard(text, name, value, kind, conditions)
    for assumption in entry.assumptions:
        guard = assumption.guard
        holder = text.name("holder", guard.holder)
        place = f"{holder}.{guard.attribute}" if guard.attribute else f"{holder}[{guard.key!r}]"
        conditions.append(f"{place} is {text.name('target', assumption.target)}")
    return conditions


def _guard(text: _Text, place: str, value: Any, kind: Kind, out: list[str]) -> None:
    """The conditions under which a value at a place has a kind."""
    if value is None:
        out.append(f"{place} is None")
        return
    if isinstance(kind, Callable_):
        out.append(f"{place} is {text.name('target', value)}")
        return
    out.append(f"type({place}) is {_type_name(text, type(value))}")
    match kind:
        case Array() if isinstance(value, np.ndarray):
            out.append(f"{place}.dtype == {text.name('dtype', value.dtype)}")
            _guard_shape(place, value.shape, out)
        case Text(str() as expected):
            out.append(f"{place} == {expected!r}")
        case Items(_, items):
            out.append(f"len({place}) == {len(items)}")
            for i, item in enumerate(items):
                _guard(text, f"{place}[{i}]", value[i], item, out)
        case Mapping(tuple() as pairs):
            keys = text.name("keys", tuple(key for key, _ in pairs))
            out.append(f"tuple({place}) == {keys}")
            for key, item in pairs:
                at = f"{place}[{text.name('key', key)}]"
                _guard(text, at, value[key], item, out)
        case Record(_, fields):
            for name, item in fields:
                _guard(text, f"{place}.{name}", getattr(value, name), item, out)


def _type_name(text: _Text, type_: type) -> str:
    if type_ in (float, int, bool, complex, str, list, tuple, dict):
        return type_.__name__
    return text.name("type", type_)


def _guard_shape(place: str, shape: tuple[int, ...], out: list[str]) -> None:
    """The rank, and which axes have length one."""
    if len(shape) == 0:
        out.append(f"{place}.ndim == 0")
    elif 1 not in shape:
        out += [f"{place}.ndim == {len(shape)}", f"1 not in {place}.shape"]
    else:
        ones = tuple(length == 1 for length in shape)
        out.append(f"tuple([n == 1 for n in {place}.shape]) == {ones}")


__all__ = ["Entry", "Many", "Nothing", "dispatcher"]
