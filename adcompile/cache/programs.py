"""Compiled texts by what was asked for, in memory and on disk.

The key covers what is known before anything is compiled: the function, the kinds of its arguments,
the request, the versions. What else a text depends on (globals, the functions it calls, their
globals, ...) is found out by compiling. A program therefore says of each such thing where it was
found and of what nature it was; it counts only while everything that is found there today is of the
same nature. The objects that the text names are found again the same way, so a program also serves
where they were replaced by others alike: an array by another of its rank, in this process or the
next.
"""

from __future__ import annotations

import itertools
import operator
import threading
import types
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from adcompile.cache import disk, natures, versions
from adcompile.cache.natures import NoNatureError
from adcompile.kinds import Kind, of_value
from adcompile.loading import Module, load
from adcompile.records import record
from adcompile.source import Assumption, Guard, LiveScope

__all__ = ["Query", "Ready", "clear", "find", "keep"]

Step = tuple[str, "str | int"]
Place = tuple[Step, ...]

_VARIANTS = 8  # programs of one key: for different values of globals
_KEYS = 512  # keys in memory

_memory: OrderedDict[str, tuple[Program, ...]] = OrderedDict()
_lock = threading.Lock()


class Query:
    """What is asked for.

    Attributes:
        function: the user's function.
        kinds: the kinds of its parameters.
        key: identifies everything that is known before compiling; None where that has no nature.
    """

    __slots__ = ("function", "key", "kinds")

    def __init__(
        self, function: types.FunctionType, kinds: Sequence[Kind], request: tuple[Any, ...]
    ) -> None:
        """
        Args:
            function: the user's function.
            kinds: the kinds of its parameters.
            request: everything else that the text depends on: strings, booleans, tuples of them.
        """
        self.function = function
        self.kinds = tuple(kinds)
        self.key = _key(function, self.kinds, request)


@record
class Ready:
    """A text that can be run.

    Attributes:
        text: the text.
        function: the function that it defines.
        assumptions: what must hold outside for it to be right.
        fast: whether it is to be run again as the user wrote it after an arithmetic error.
    """

    text: str
    function: Callable[..., Any]
    assumptions: tuple[Assumption, ...]
    fast: bool


@record
class Read:
    """Something that compiling looked at.

    Attributes:
        place: where it was found.
        nature: the digest of its nature.
        guarded: whether it may be replaced while the program runs.
    """

    place: Place
    nature: str
    guarded: bool


@record
class Program:
    """A text without the objects that it names.

    Attributes:
        text: the text.
        name: the function that it defines.
        fast: as for `Ready`.
        native: whether numba compiles it.
        outside: where to find what the text names, by name.
        reads: what it depends on besides its key.
        same: pairs of places where one object was found. Two closures of one `def` are of the same
            nature, and a text for one of them twice is wrong for the two.
    """

    text: str
    name: str
    fast: bool
    native: bool
    outside: tuple[tuple[str, Place], ...]
    reads: tuple[Read, ...]
    same: tuple[tuple[Place, Place], ...]


class Compiled(Protocol):
    """What a compilation returns."""

    module: Module
    assumptions: Sequence[Assumption]
    fast: bool
    called: Sequence[object]


def find(query: Query) -> Ready | None:
    """The text for what is asked, if it was compiled before, by this process or another one."""
    if query.key is None:
        return None
    known = _memory.get(query.key, ())
    for program in known:
        ready = _revived(program, query)
        if ready is not None:
            return ready
    for program in _on_disk(query.key):
        ready = _revived(program, query) if program not in known else None
        if ready is not None:
            _remember(query.key, program)
            return ready
    return None


def keep(query: Query, compiled: Compiled) -> None:
    """Keep a compiled text for later calls of `find`; one that depends on what has no nature, or
    on what cannot be found again, is not kept."""
    if query.key is None:
        return
    try:
        program = _program(query, compiled)
    except NoNatureError:
        return
    _remember(query.key, program)
    others = [other for other in _on_disk(query.key) if other != program]
    disk.store(query.key, {"programs": [_as_json(p) for p in [program, *others[: _VARIANTS - 1]]]})


def clear() -> None:
    """Forget the programs in memory."""
    with _lock:
        _memory.clear()


def _key(
    function: types.FunctionType, kinds: tuple[Kind, ...], request: tuple[Any, ...]
) -> str | None:
    compiler = versions.of_compiler()
    text = natures.text_of(function)
    # Without text there is nothing to compile, and nothing that an entry could be right for.
    if compiler is None or not text:
        return None
    try:
        arguments = tuple(map(natures.of_kind, kinds))
    except NoNatureError:
        return None
    return disk.key("program", compiler, natures.of_function(function, text), arguments, request)


def _remember(key: str, program: Program) -> None:
    with _lock:
        others = [other for other in _memory.pop(key, ()) if other != program]
        _memory[key] = (program, *others[: _VARIANTS - 1])
        while len(_memory) > _KEYS:
            _memory.popitem(last=False)


# ----- from a compilation to a program -----


def _program(query: Query, compiled: Compiled) -> Program:
    """
    Raises:
        NoNatureError: something has no nature, or was found in a way that is not known.
    """
    places, same = _places(query, compiled.assumptions)
    if any(id(function) not in places for function in compiled.called):
        raise NoNatureError
    reads = tuple(
        Read((*places[id(a.holder)], a.step), _digest(a.target), a.guard is not None)
        for a in compiled.assumptions
    )
    outside = tuple(
        (name, _place(places, target))
        for name, target in compiled.module.outside.items()
        if not isinstance(target, _LITERALS)
    )
    module = compiled.module
    return Program(module.text, module.name, compiled.fast, module.native, outside, reads, same)


# The text defines them itself.
_LITERALS = (bool, int, float, complex, str, type(None))


def _places(
    query: Query, assumptions: Sequence[Assumption]
) -> tuple[dict[int, Place], tuple[tuple[Place, Place], ...]]:
    """Where each object was found first, by its identity, and where it was found again."""
    places: dict[int, Place] = {id(query.function): ()}
    same: list[tuple[Place, Place]] = []

    def found(target: Any, place: Place) -> None:
        first = places.setdefault(id(target), place)
        if first != place and not isinstance(target, _LITERALS):
            same.append((first, place))

    for number, part in enumerate(_argument_parts(query)):
        found(part, (("argument", number),))
    for assumption in assumptions:
        place = (*_place(places, assumption.holder), assumption.step)
        found(assumption.target, place)
        for number, part in enumerate(_parts(assumption.target)):
            found(part, (*place, ("part", number)))
    return places, tuple(same)


def _place(places: dict[int, Place], target: object) -> Place:
    if id(target) not in places:
        raise NoNatureError
    return places[id(target)]


def _argument_parts(query: Query) -> list[Any]:
    return list(itertools.chain.from_iterable(map(natures.parts, query.kinds)))


def _parts(target: Any) -> list[Any]:
    """The functions and classes that an object holds, itself excepted."""
    if callable(target) or isinstance(target, (*_LITERALS, types.ModuleType, property)):
        return []
    return list(natures.parts(of_value(target, "")))


def _digest(target: Any) -> str:
    return disk.key(natures.of_object(target))


# ----- from a program to a function -----


def _revived(program: Program, query: Query) -> Ready | None:
    """The program with the objects of today; None unless it is right for them."""
    found: dict[Place, Any] = {}
    try:
        assumptions = []
        for read in program.reads:
            target = _follow(read.place, query, found)
            if _digest(target) != read.nature:
                return None
            assumptions.append(_assumption(read, query, found))
        if any(_follow(a, query, found) is not _follow(b, query, found) for a, b in program.same):
            return None
        outside = {name: _follow(place, query, found) for name, place in program.outside}
        function = load(Module(program.text, program.name, outside, program.native))
    # What is found where is no longer of the user's old program, and an entry's text may be
    # anything: nothing that goes wrong here is the user's concern.
    except Exception:
        return None
    return Ready(program.text, function, tuple(assumptions), program.fast)


def _assumption(read: Read, query: Query, found: dict[Place, Any]) -> Assumption:
    holder, step = _follow(read.place[:-1], query, found), read.place[-1]
    target, name = found[read.place], str(step[1])
    guard = None
    if read.guarded:
        named = step[0] == "name"
        guard = LiveScope(holder).guard(name) if named else Guard(holder, attribute=name)
    return Assumption(holder, (step[0], name), target, guard)


def _follow(place: Place, query: Query, found: dict[Place, Any]) -> Any:
    """What stands at a place today."""
    if not place:
        return query.function
    if place not in found:
        holder = _follow(place[:-1], query, found)
        found[place] = _stepped(holder, place[-1], query)
    return found[place]


def _stepped(holder: Any, step: Step, query: Query) -> Any:
    match step:
        case ("name", str(name)):
            return LiveScope(holder).lookup(name)
        case ("attribute", str(name)):
            return operator.attrgetter(name)(holder)
        case ("default", str(name)):
            return _default(holder, name)
        case ("part", int(number)):
            return _parts(holder)[number]
        case ("argument", int(number)):
            return _argument_parts(query)[number]
    raise KeyError(step)


def _default(function: types.FunctionType, name: str) -> Any:
    code, positional = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(positional) :]
    return {**dict(zip(names, positional, strict=True)), **(function.__kwdefaults__ or {})}[name]


# ----- on disk -----


def _on_disk(key: str) -> list[Program]:
    entry = disk.load(key)
    programs = entry.get("programs") if entry is not None else None
    if not isinstance(programs, list):
        return []
    return [program for program in map(_from_json, programs) if program is not None]


def _as_json(program: Program) -> dict[str, Any]:
    return {
        "text": program.text,
        "name": program.name,
        "fast": program.fast,
        "native": program.native,
        "outside": dict(program.outside),
        "reads": [[read.place, read.nature, read.guarded] for read in program.reads],
        "same": program.same,
    }


def _from_json(entry: Any) -> Program | None:
    """The program of an entry; None unless everything is there and of the right type."""
    match entry:
        case {
            "text": str(text),
            "name": str(name),
            "fast": bool(fast),
            "native": bool(native),
            "outside": dict(outside),
            "reads": list(reads),
            "same": list(same),
        }:
            try:
                named = tuple((str(key), _place_from(place)) for key, place in outside.items())
                pairs = tuple((_place_from(a), _place_from(b)) for a, b in same)
                return Program(
                    text, name, fast, native, named, tuple(map(_read_from, reads)), pairs
                )
            except (TypeError, ValueError):
                return None
    return None


def _place_from(steps: Any) -> Place:
    if not isinstance(steps, list):
        raise ValueError("not a place")
    place: list[Step] = []
    for step in steps:
        match step:
            case [str(tag), str() | int() as name]:
                place.append((tag, name))
            case _:
                raise ValueError("not a step")
    return tuple(place)


def _read_from(entry: Any) -> Read:
    match entry:
        case [[_, *_] as place, str(nature), bool(guarded)]:
            return Read(_place_from(place), nature, guarded)
    raise ValueError("not a read")
