"""What a text may depend on, of things outside it, as values that can be compared between runs.

The *nature* of an object is a tuple of numbers, strings and bytes that tells it from every object
for which the compiler might write another text: of a constant its value, of a function its code
and the text that comments quote, of an array its dtype, its rank and which axes have length one.
"""

from __future__ import annotations

import functools
import linecache
import sys
import types
from collections.abc import Iterator
from typing import Any

from adcompile import libraries
from adcompile.errors import RefusedError
from adcompile.kinds import (
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Nothing,
    Record,
    Resolved,
    Scalar,
    Text,
    Unknown,
    of_value,
)

__all__ = ["NoNatureError", "of_code", "of_function", "of_kind", "of_object", "parts", "text_of"]

Nature = tuple[Any, ...]

_CONSTANTS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
# By name, as asking NumPy for the last two loads them.
_LIBRARIES = ("builtins", "math", "numpy", "numpy.linalg", "numpy.random", "numpy.fft")
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class made by a `class` statement
# They say where a class stands, not what it does.
_PLACE = {"__module__", "__qualname__", "__firstlineno__", "__dict__", "__weakref__"}


class NoNatureError(Exception):
    """An object cannot be compared between runs."""


def of_object(target: Any) -> Nature:
    """The nature of any object.

    Raises:
        NoNatureError: it has none.
    """
    if isinstance(target, _CONSTANTS):
        return ("constant", type(target).__qualname__, repr(target))
    if isinstance(target, types.ModuleType):
        return ("module", target.__name__, *libraries.version(target.__name__))
    if callable(target):
        library = _library_name(target)
        if library is not None:
            return ("library", library, *libraries.version(library))
    if isinstance(target, types.FunctionType):
        return of_function(target)
    if isinstance(target, types.MethodType):
        return ("method", of_object(target.__func__), of_object(target.__self__))
    if isinstance(target, functools.partial):
        named = tuple((name, of_object(value)) for name, value in target.keywords.items())
        return ("partial", of_object(target.func), tuple(map(of_object, target.args)), named)
    if isinstance(target, property):
        return ("property", of_object(target.fget))
    if isinstance(target, type):
        return _of_class(target)
    try:
        kind = of_value(target, "")
    except (RecursionError, RefusedError):
        raise NoNatureError from None
    if isinstance(kind, Resolved):
        return _named("callable", target, of_object(type(target)))
    return ("object", of_kind(kind))


def of_function(function: types.FunctionType, text: str | None = None) -> Nature:
    """The nature of a function: its code, its text (if it is known), and which parameters have
    defaults, with those that are constants."""
    named = sorted((function.__kwdefaults__ or {}).items())
    return (
        "function",
        of_code(function.__code__),
        text_of(function) if text is None else text,
        tuple(_of_member(value) for value in function.__defaults__ or ()),
        tuple((name, _of_member(value)) for name, value in named),
    )


def of_code(code: types.CodeType) -> Nature:
    """The nature of a code object: all of it but where it stands."""
    return (
        code.co_name,
        code.co_code,
        tuple(_of_code_constant(constant) for constant in code.co_consts),
        (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars),
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags),
        code.co_linetable,
        code.co_exceptiontable,
    )


def _of_code_constant(constant: Any) -> Nature:
    if isinstance(constant, types.CodeType):
        return of_code(constant)
    if isinstance(constant, tuple):
        return ("tuple", *map(_of_code_constant, constant))
    if isinstance(constant, frozenset):  # its order changes from run to run
        return ("frozenset", *sorted(map(_of_code_constant, constant), key=repr))
    return (type(constant).__name__, repr(constant))


def text_of(function: types.FunctionType) -> str:
    """The lines of a function in its file, empty where they are not to be had.

    From its first line to the last one that is indented deeper; what follows a nested text in the
    same lines does no harm.
    """
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    first, end = code.co_firstlineno - 1, _last_line(code)
    if end > len(lines):
        return ""
    margin = _indentation(lines[first])
    while end < len(lines) and (not lines[end].strip() or _indentation(lines[end]) > margin):
        end += 1
    if end < len(lines) and lines[end].lstrip()[:1] in ")]}":
        end += 1
    return "".join(lines[first:end]).rstrip()


def _last_line(code: types.CodeType) -> int:
    ends = [end for _, end, _, _ in code.co_positions() if end is not None]
    inner = [_last_line(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return max([code.co_firstlineno, *ends, *inner])


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _library_name(target: Any) -> str | None:
    """The dotted name of a function or class of Python's, NumPy's or SciPy's, None for any
    other."""
    name = getattr(target, "__name__", None)
    if isinstance(name, str):
        for module in filter(None, map(sys.modules.get, _LIBRARIES)):
            if getattr(module, name, None) is target:
                return f"{module.__name__}.{name}"
    return libraries.name_of(target)


def _named(tag: str, target: Any, *rest: object) -> Nature:
    name = getattr(target, "__qualname__", None) or getattr(target, "__name__", None)
    return (tag, str(getattr(target, "__module__", None)), str(name), *rest)


def _of_class(class_: type) -> Nature:
    """A class with what its instances inherit: methods, properties, constants."""
    bases = [base for base in class_.__mro__ if base.__flags__ & _HEAP_TYPE]
    members = tuple(
        (name, _of_member(member))
        for base in bases
        for name, member in sorted(vars(base).items(), key=lambda item: item[0])
        if name not in _PLACE
    )
    return _named("class", class_, tuple(_named("base", b) for b in class_.__mro__), members)


def _of_member(member: Any) -> Nature:
    if isinstance(member, (staticmethod, classmethod)):
        return (type(member).__name__, _of_member(member.__func__))
    if isinstance(member, property):
        return ("property", _of_member(member.fget))
    if isinstance(member, types.FunctionType):
        return of_function(member)
    if isinstance(member, _CONSTANTS):
        return ("constant", type(member).__qualname__, repr(member))
    return (type(member).__qualname__,)


def of_kind(kind: Kind) -> Nature:
    """The nature of everything of a kind.

    Raises:
        NoNatureError: the kind holds an object that has none.
    """
    match kind:
        case Scalar(type, value):
            known = value is None or isinstance(value, _CONSTANTS)
            return ("scalar", type.__name__, repr(value) if known else "length")
        case Text(value):
            return ("text", value)
        case Nothing():
            return ("none",)
        case Array(dtype, dims):
            axes = None if dims is None else tuple(d if isinstance(d, int) else "n" for d in dims)
            return ("array", repr(dtype), axes)
        case Items(type, items):
            return ("items", type.__name__, *map(of_kind, items))
        case Many(type, element):
            return ("many", type.__name__, of_kind(element))
        case Mapping(None):
            return ("mapping", None)
        case Mapping(tuple() as pairs):
            return ("mapping", *((_of_key(key), of_kind(item)) for key, item in pairs))
        case Record(type, fields):
            return ("record", of_object(type), *((n, of_kind(item)) for n, item in fields))
        case Resolved(target):
            return ("target", of_object(target))
        case Unknown():
            return ("unknown",)
    raise NoNatureError


def _of_key(key: Any) -> Nature:
    if isinstance(key, _CONSTANTS):
        return ("constant", type(key).__qualname__, repr(key))
    if type(key) is tuple:
        return ("tuple", *map(_of_key, key))
    raise NoNatureError


def parts(kind: Kind) -> Iterator[Any]:
    """The objects that a kind holds, in an order that depends on its nature only."""
    match kind:
        case Items(_, items):
            for item in items:
                yield from parts(item)
        case Many(_, element):
            yield from parts(element)
        case Mapping(tuple() as pairs):
            for _, item in pairs:
                yield from parts(item)
        case Record(type, fields):
            yield type
            for _, item in fields:
                yield from parts(item)
        case Resolved(target):
            yield target
