"""The texts compiled for one function and one request, and how another one comes to be."""

from __future__ import annotations

import inspect
import threading
import types
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from adcompile.errors import RefusedError, UsageError
from adcompile.options import PRIMAL, called_with, with_cotangent
from adcompile.parts import Part, located
from adcompile.records import replace
from adcompile.trees import leaves

if TYPE_CHECKING:
    from adcompile.cache.programs import Query, Ready
    from adcompile.dispatch import Entry
    from adcompile.kinds import ArgumentAxis, Kind
    from adcompile.options import Options
    from adcompile.source import Assumption

__all__ = ["Specialisations", "forget_all", "listeners", "promoted"]

# Each costs its guards at every call that a later one serves.
_ENTRIES = 32

# Told of every text that a call is the first to run: of what, for which kinds.
listeners: list[Callable[[Specialisations, tuple[Kind, ...], str], None]] = []

_all: weakref.WeakSet[Specialisations] = weakref.WeakSet()
_all_lock = threading.Lock()


def forget_all() -> None:
    """Forget what was compiled for every function."""
    with _all_lock:
        known = list(_all)
    for specialisations in known:
        specialisations.forget()


class Asked(NamedTuple):
    """What is asked for, and by which parameters it is meant."""

    options: Options
    wrt: tuple[Part, ...]
    along: tuple[Part, ...]

    def request(self) -> dict[str, Any]:
        """As the fields of `differentiate.Request`."""
        return self.options.request(self.wrt, self.along)


class Specialisations:
    """The texts compiled for one function and one request.

    Attributes:
        function: the user's function.
        options: the request.
        signature: of the derivative: that of the function, unless it takes tangents too.
        of_function: the signature of the function, or of the derivative that this one is of.
        parameters: the names of its parameters.
        asked: what is asked for in turn: first of the function, last of a derivative of it.
        wrt: the parameters, and parts of them, to differentiate with respect to.
        along: those along which the derivative is taken.
        source: the text made last, None before the first.
    """

    def __init__(
        self,
        function: types.FunctionType,
        options: Options,
        install: Callable[[Callable[..., Any]], None],
    ) -> None:
        """
        Args:
            function: the user's function.
            options: the request.
            install: called with what to call from now on, whenever that changes.

        Raises:
            UsageError: the request does not fit the function.
        """
        self.function = function
        self.options = options
        self.of_function = self.signature = inspect.signature(function, follow_wrapped=False)
        self.asked: list[Asked] = []
        for each in options.in_turn:
            self.of_function = self.signature
            asked = Asked(each, each.parts(self.signature), each.directions(self.signature))
            self.asked.append(asked)
            self.signature = called_with(self.signature, asked.along)
        if options.native and options.verb == "vjp":
            self.signature = with_cotangent(self.signature)
        self.wrt, self.along = asked.wrt, asked.along
        self.parameters = tuple(self.of_function.parameters)
        self.source: str | None = None
        self._install = install
        self._lock = threading.RLock()
        self._entries: tuple[Entry, ...] = ()
        # The axes whose lengths decide what an operation means, and so belong to the kinds.
        self._exact: frozenset[ArgumentAxis] = frozenset()
        install(self._first_call)
        with _all_lock:
            _all.add(self)

    def forget(self) -> None:
        """Forget the texts."""
        with self._lock:
            self._entries = ()
            self.source = None
            self._install(self._first_call)

    def text(self, values: Sequence[Any]) -> str:
        """The text for arguments like these, in the order of the parameters; nothing is run."""
        with self._lock:
            return self._ready(values)[1].text

    def _first_call(self, *args: Any, **kwargs: Any) -> Any:
        """What is called before anything is compiled; making a dispatcher takes its time."""
        from adcompile.dispatch import dispatcher

        return dispatcher(self.signature, (), self._run_other)(*args, **kwargs)

    def _run_other(self, *values: Any) -> Any:
        """What the dispatcher does with arguments that no entry accepts."""
        # Another thread may have made the entry while this one waited for the lock.
        return self.entry(values).run(values)

    def entry(self, values: Sequence[Any]) -> Entry:
        """The text for arguments like these, in the order of the parameters, and how to run it."""
        with self._lock:
            entry = next((e for e in self._entries if e.accepts(values)), None)
            return self._add(values) if entry is None else entry

    def _add(self, values: Sequence[Any]) -> Entry:
        """Make an entry for arguments like these."""
        from adcompile import dispatch

        kinds, ready = self._ready(values)
        kept = [entry for entry in self._entries if entry.holds()][: _ENTRIES - 1]
        taken = {entry.slot for entry in kept}
        entry = dispatch.entry(
            next(slot for slot in range(_ENTRIES) if slot not in taken),
            self.signature,
            values,
            kinds,
            ready.function,
            (*_same_code(self.function, ready.assumptions), *ready.assumptions),
            _Plain(self, kinds) if ready.fast else None,
            ready.text,
        )
        self._entries = (entry, *kept)
        self.source = ready.text
        for listener in listeners:
            listener(self, kinds, ready.text)
        self._install(dispatch.dispatcher(self.signature, self._entries, self._run_other))
        return entry

    def _ready(self, values: Sequence[Any]) -> tuple[tuple[Kind, ...], Ready]:
        """The kinds of arguments and the text for them."""
        from adcompile.kinds import LengthNeededError

        for name, value in zip(self.signature.parameters, values, strict=True):
            _check_array(name, value)
            for part in self._directions():
                if part.name == name:
                    _check_differentiable(str(part), _value_at(part, value))
        while True:
            kinds = self._kinds(values)
            try:
                return kinds, self.compile(kinds, fast=True)
            except LengthNeededError as needed:
                self._exact |= {needed.axis}

    def compile(self, kinds: tuple[Kind, ...], fast: bool) -> Ready:
        """Find or make the text for arguments of these kinds.

        Args:
            kinds: the kinds of the parameters; those of tangents follow from them.
            fast: whether single numbers may be calculated with `math`.
        """
        requests = [asked.request() for asked in self.asked]
        key = tuple(
            tuple(map(str, value)) if isinstance(value, tuple) else value
            for request in requests
            for value in request.values()
        )
        fast = fast and not self.options.debug
        key = (*key, fast)
        # The text that is as the user wrote it is NumPy's.
        if not (fast and self.options.native):
            if self.options.verb == PRIMAL:
                return _itself(self.function)
            return _found(self._query(kinds, key), requests, fast)
        try:
            return self._native(kinds, key, requests)
        except RefusedError:
            if not self.options.fallback:
                raise
            return self.compile(kinds, fast=False)

    def _query(self, kinds: tuple[Kind, ...], key: tuple[Any, ...]) -> Query:
        from adcompile.cache import programs

        query = programs.Query(self.function, kinds[: len(self.parameters)], key)
        if self.options.debug:
            query.key = None  # the text names lines, which may move while the function stays
        return query

    def _native(
        self, kinds: tuple[Kind, ...], key: tuple[Any, ...], requests: Sequence[dict[str, Any]]
    ) -> Ready:
        """The native text; where it is refused only when numba sees it, NumPy's can stand in."""
        from adcompile.native import loading

        key = (*key, "numba", loading.version(), self.options.fastmath)
        query = self._query(kinds, key)
        ready = _found(query, requests, True, self.options)
        if not self.options.fallback:
            return ready
        plain = _Plain(self, kinds)

        def run(*values: Any) -> Any:
            try:
                return ready.function(*values)
            except RefusedError:
                return plain(*values)

        return replace(ready, function=run)

    def _directions(self) -> tuple[Part, ...]:
        """What is differentiated, in any of the derivatives."""
        return tuple(dict.fromkeys(p for asked in self.asked for p in (*asked.wrt, *asked.along)))

    def _kinds(self, values: Sequence[Any]) -> tuple[Kind, ...]:
        from adcompile.kinds import of_value

        kinds = [
            of_value(value, name, self._exact)
            for name, value in zip(self.signature.parameters, values, strict=True)
        ]
        directions = self._directions()
        return tuple(
            promoted(kind) if Part(name) in directions else kind
            for name, kind in zip(self.signature.parameters, kinds, strict=True)
        )


def _same_code(function: types.FunctionType, assumptions: Sequence[Assumption]) -> list[Assumption]:
    """That functions have the code that was compiled: IPython's `autoreload` replaces it inside
    the functions of a module."""
    from adcompile.source import Assumption, Guard

    called = [a.target for a in assumptions if isinstance(a.target, types.FunctionType)]
    same = [
        Assumption(f, ("attribute", "__code__"), f.__code__, Guard(f, attribute="__code__"))
        for f in dict.fromkeys([function, *called])
    ]
    # The defaults of what is called are in the text.
    return same + [
        Assumption(f, ("attribute", name), getattr(f, name), Guard(f, attribute=name))
        for f in dict.fromkeys(called)
        for name in ("__defaults__", "__kwdefaults__")
        if getattr(f, name) is not None
    ]


class _Plain:
    """The text with NumPy as the user wrote it, for its answers at inf and nan; made when it is
    first needed."""

    def __init__(self, specialisations: Specialisations, kinds: tuple[Kind, ...]) -> None:
        self._specialisations = specialisations
        self._kinds = kinds
        self._function: Callable[..., Any] | None = None

    def __call__(self, *values: Any) -> Any:
        if self._function is None:
            ready = self._specialisations.compile(self._kinds, fast=False)
            self._function = ready.function
        return self._function(*values)


def _itself(function: types.FunctionType) -> Ready:
    """A function in the place of a text."""
    from adcompile.cache import programs

    return programs.Ready("", function, (), False)


def _found(
    query: Query, requests: Sequence[dict[str, Any]], fast: bool, native: Options | None = None
) -> Ready:
    """The text for a query, compiled where it is not there yet; `native` are the options of one
    that is for numba."""
    from adcompile.cache import programs

    ready = programs.find(query)
    return _compiled(query, requests, fast, native) if ready is None else ready


def _compiled(
    query: Query, requests: Sequence[dict[str, Any]], fast: bool, native: Options | None
) -> Ready:
    """Compile; the compiler itself is imported here and nowhere else."""
    from adcompile import driver
    from adcompile.cache import programs
    from adcompile.differentiate import Request
    from adcompile.driver import Backend
    from adcompile.loading import load
    from adcompile.source import of_function

    source = of_function(query.function)
    asked = [Request(**request) for request in requests]
    backend = Backend() if native is None else Backend(True, native.fastmath)
    compiled = driver.compile_in_turn(source, query.kinds, asked, fast=fast, backend=backend)
    function = load(compiled.module)
    programs.keep(query, compiled)
    return programs.Ready(
        compiled.module.text, function, tuple(compiled.assumptions), compiled.fast
    )


def promoted(kind: Kind) -> Kind:
    """A kind with Python ints as floats, for what is differentiated. The fields of a dataclass
    keep their types: an int there is a setting."""
    from adcompile.kinds import FLOAT, INT, Items, Mapping, Record

    match kind:
        case Items(type, items):
            return Items(type, tuple(map(promoted, items)))
        case Mapping(tuple() as pairs):
            return Mapping(tuple((key, promoted(item)) for key, item in pairs))
        case Record(type, fields) if issubclass(type, tuple):
            return Record(type, tuple((name, promoted(item)) for name, item in fields))
    return FLOAT if kind == INT else kind


def _value_at(part: Part, argument: Any) -> Any:
    """The part of an argument that is to be differentiated.

    Raises:
        UsageError: it has none, or one that holds ints. A caller may give an int for a float, but
            what stands in an object or container is not replaced.
    """
    from adcompile.kinds import of_value

    if not part.steps:
        return argument
    kind = located(part, of_value(argument, part.name))[1]
    if promoted(kind) != kind:
        raise UsageError(
            f"`{part}` is, or holds, an int; in a part of an argument that is no float",
            "write it as a float, such as 1.0",
        )
    return part.of(argument)


def _check_array(name: str, value: Any) -> None:
    """Refuse subclasses of arrays, whose operators mean something else.

    Raises:
        UsageError: the argument is such an array.
    """
    from adcompile.kinds import refuse_subclass

    try:
        refuse_subclass(value, name)
    except RefusedError as error:
        raise UsageError(error.reason, error.hint) from None


def _check_differentiable(name: str, value: Any) -> None:
    """Refuse what has no derivative: integers in arrays, strings, booleans.

    Raises:
        UsageError: a leaf of the argument is an integer array, or no leaf is a number.
    """
    import numpy as np

    try:
        found = leaves(value)
    except RecursionError:
        raise UsageError(
            f"`{name}` is inside of itself", "differentiate by parts: `wrt=` takes their names"
        ) from None
    for path, leaf in found:
        if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "biu":
            raise UsageError(
                f"`{name}{path}` is an array of {leaf.dtype}; only floating-point arrays have "
                "a derivative",
                f"pass `{name}{path}.astype(float)`",
            )
        if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind not in "fc":
            kind = "objects" if leaf.dtype.kind == "O" else str(leaf.dtype)
            raise UsageError(f"`{name}{path}` is an array of {kind}", "pass an array of floats")
    if len(found) == 1 and found[0][0] == "" and isinstance(value, (bool, str, type(None))):
        raise UsageError(
            f"`{name}` is {value!r}; only numbers have a derivative",
            "leave it out of `wrt`",
        )
