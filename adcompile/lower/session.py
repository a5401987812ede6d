"""One compilation: the functions that it has lowered, and what it assumes of the outside."""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Callable
from typing import Any

from adcompile import ir, libraries
from adcompile.errors import RefusedError
from adcompile.kinds import (
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    children,
    forget_value,
    join,
)
from adcompile.lower import rebase
from adcompile.lower.made import made_function
from adcompile.lower.repeating import has_effects
from adcompile.options import of_derivative
from adcompile.records import field, record
from adcompile.source import Assumption, Guard, Source, of_function


@record(frozen=False, eq=False)
class Specialised:
    """A function of the user's, lowered for the kinds and activity of its arguments.

    Attributes:
        source: the function.
        kinds: the kinds of its parameters.
        varied: which of them depend on a differentiated argument.
        parts: the parts of a parameter that do, by its name, where they are not all of it.
        body: its IR, None while it is being lowered.
        result: the kind of its result; while it is being lowered, the best guess.
        result_varied: whether the result depends on a differentiated argument.
        boxed: whether a result that is one number may be an array of no axes.
        recursive: whether it was called while it was being lowered.
        shares: whether its result may share memory with an argument.
        writes: the parameters whose arrays it writes to.
        joint: whether the backward sweep computes it again, from its arguments.
        effects: whether calling it again would be noticed.
        write: lowers the body, where that is not what the source says.
    """

    source: Source
    kinds: tuple[Kind, ...]
    varied: tuple[bool, ...]
    parts: dict[str, tuple[tuple[object, ...], ...]] = field(default_factory=dict)
    body: ir.Function | None = None
    result: Kind = UNKNOWN
    result_varied: bool = True
    boxed: bool = True
    recursive: bool = False
    shares: bool = True
    writes: tuple[str, ...] = ()
    joint: bool = False
    effects: bool = False
    write: Callable[[Any], ir.Expr] | None = None


class ReturnsFunctionError(Exception):
    """A function returns one that it has made: only its body can stand in the place of a call."""


@record(frozen=False, eq=False)
class Session:
    """What the functions of one compilation share.

    Attributes:
        functions: the functions that it has lowered, by function, kinds and activity.
        assumptions: what the text is compiled for, of the outside.
        sources: the sources that it has read.
        pairs: what differentiation has made of the functions.
        rebound: how often an expression has given a name another value.
        flat: whether the bodies of the functions that are called stand in the places of the calls,
            because the text is to be differentiated again.
        native: whether the text is for the native backend, which looks into all functions.
        derive: compiles a derivative of a function that another session has lowered, as a function
            that can be lowered again.
        depth: in how many derivatives of derivatives this one is.
        has_complex: whether a function has a complex value.
        lifted: nested functions that call themselves, with what they capture as parameters.
        of_any_length: the functions that call themselves with arrays of other lengths, and whether
            they can be lowered once for all lengths.
    """

    functions: dict[tuple[object, ...], Specialised] = field(default_factory=dict)
    assumptions: dict[tuple[object, tuple[str, str]], Assumption] = field(default_factory=dict)
    sources: dict[object, Source] = field(default_factory=dict)
    pairs: dict[Specialised, Any] = field(default_factory=dict)
    rebound: int = 0
    flat: bool = False
    native: bool = False
    derive: Callable[[Session, Specialised, dict[str, Any]], types.FunctionType] | None = None
    depth: int = 0
    has_complex: bool = False
    lifted: dict[ast.AST, Source] = field(default_factory=dict)
    of_any_length: dict[object, bool] = field(default_factory=dict)

    def assume(self, source: Source, name: str, target: Any) -> None:
        """Note that `name` in `source` means `target`."""
        if source.function is not None:
            # What `np` means is not looked at again at every call.
            guard = None if is_library(target) else source.scope.guard(name)
            self._note(source.function, ("name", name), target, guard)

    def assume_attribute(self, holder: Any, name: str, target: Any) -> None:
        """Note that `holder.name` is `target`."""
        if not is_library(holder):
            fixed = isinstance(holder, (types.MethodType, property, functools.partial))
            fixed = fixed or of_derivative(holder) is not None
            guard = None if fixed else Guard(holder, attribute=name)
            self._note(holder, ("attribute", name), target, guard)

    def assume_default(self, source: Source, name: str, target: Any) -> None:
        """Note that the parameter `name` of `source` has the default `target`."""
        if source.function is not None:
            self._note(source.function, ("default", name), target, None)

    def _note(self, holder: Any, step: tuple[str, str], target: Any, guard: Guard | None) -> None:
        # The holder is kept by the assumption, so its `id` stays its own.
        self.assumptions[id(holder), step] = Assumption(holder, step, target, guard)

    def source_of(self, target: Any) -> Source:
        """The source of a function, read once."""
        if isinstance(target, Source):
            return target
        if target not in self.sources:
            self.sources[target] = of_function(target)
        return self.sources[target]

    def lower(
        self,
        source: Source,
        kinds: tuple[Kind, ...],
        parts: dict[str, tuple[tuple[object, ...], ...]],
        write: Callable[[Any], ir.Expr] | None = None,
    ) -> Specialised:
        """The function that is to be differentiated by parts of its arguments, lowered; a recursive
        call of it is another."""
        varied = tuple(name in parts for name in source.signature.parameters)
        spec = Specialised(source, kinds, varied, {n: p for n, p in parts.items() if () not in p})
        spec.write = write
        self._settle(spec)
        if made_function(spec.result) is not None:
            raise source.refuse(
                source.node, f"`{source.name}` returns a function", "return numbers or arrays"
            )
        return spec

    def specialise(
        self, source: Source, kinds: tuple[Kind, ...], varied: tuple[bool, ...]
    ) -> Specialised:
        """The function lowered for these arguments; each once."""
        key = (source.key(), kinds, varied)
        known = self.functions.get(key)
        if known is not None:
            known.recursive = known.recursive or known.body is None
            return known
        self._refuse_growing(source, key[0])
        self._note_lengths(source, kinds, varied)
        spec = Specialised(source, kinds, varied)
        self.functions[key] = spec
        try:
            self._settle(spec)
            if made_function(spec.result) is not None:
                raise ReturnsFunctionError
        except BaseException:
            del self.functions[key]
            raise
        return spec

    def _refuse_growing(self, source: Source, key: object) -> None:
        """Refuse a function that would be lowered anew for each of its recursive calls."""
        unfinished = [of for (of, *_), spec in self.functions.items() if spec.body is None]
        if unfinished.count(key) > _LEVELS:
            raise source.refuse(
                source.node,
                f"`{source.name}` calls itself with arguments of other types each time",
                "give it arguments of the same types and numbers of axes in every call",
            )

    def _note_lengths(self, source: Source, kinds: tuple[Kind, ...], varied: object) -> None:
        """Note that a function of a native text calls itself with arrays of other lengths."""
        if not self.native:
            return
        for spec in self.functions.values():
            is_caller = spec.body is None and spec.source.key() == source.key()
            if is_caller and spec.varied == varied and rebase.are_alike(spec.kinds, kinds):
                self.of_any_length.setdefault(source.key(), True)

    def _settle(self, spec: Specialised) -> None:
        """Lower a function until what its recursive calls assume of its result holds."""
        # Which lower calls by `Session`.
        from adcompile.lower.checkpoints import is_joint
        from adcompile.lower.function import lower_function

        spec.joint = is_joint(self, spec.source)
        for attempt in range(_ATTEMPTS):
            spec.recursive = False
            lowered = lower_function(self, spec)
            assumed = (rebase.freed(spec.result), spec.result_varied)
            holds = assumed == (rebase.freed(lowered.result), lowered.varied)
            if spec.recursive and attempt and _has_unknown(lowered.result):
                break
            if spec.recursive and _is_shapeless(lowered.result, lowered.returns):
                break
            if not spec.recursive or (holds and (attempt or lowered.result != UNKNOWN)):
                spec.effects = has_effects(lowered.body.body, spec)
                spec.body = lowered.body
                result = lowered.body.result
                spec.boxed = isinstance(result, ir.Var) and result.boxed
                spec.result, spec.result_varied = lowered.result, lowered.varied
                spec.shares, spec.writes = lowered.shares, lowered.writes
                # What a recursive function keeps has no type of its own, which numba asks for.
                spec.joint = spec.joint or (self.native and spec.recursive)
                return
            spec.result_varied = lowered.varied or not attempt
            spec.result = _guess(spec.result, lowered.returns) if attempt < 2 else UNKNOWN
        raise RefusedError(
            f"the type of the result of `{spec.source.name}` changes from call to call",
            "make it return the same type on every path",
            spec.source.span(spec.source.node),
        )


def is_library(target: Any) -> bool:
    """Whether something is a module of Python's, NumPy's or SciPy's, which keeps what it holds."""
    return libraries.is_module(target) or (
        isinstance(target, types.ModuleType) and target.__name__.partition(".")[0] in _LIBRARIES
    )


_LIBRARIES = ("numpy", "math")
_ATTEMPTS = 4
# Calls inside calls of a function, each for arguments of other types: those of a nested structure.
_LEVELS = 20


def _is_shapeless(result: Kind, returns: tuple[Kind, ...]) -> bool:
    """Whether a recursive function returns containers of no fixed form."""
    containers = (Items, Mapping, Record)
    unknown = result == UNKNOWN and any(isinstance(kind, containers) for kind in returns)
    return isinstance(result, Many) or unknown


def _has_unknown(kind: Kind) -> bool:
    """Whether a part of a container is of no known kind."""
    return any(part == UNKNOWN or _has_unknown(part) for _, part in children(kind))


def _is_vague(kind: Kind) -> bool:
    """Whether the dtype or the rank of an array is not known."""
    return isinstance(kind, Array) and (kind.dtype is None or kind.dims is None)


def _guess(assumed: Kind, returns: tuple[Kind, ...]) -> Kind:
    """What a recursive call may return: what the paths return that do not recur."""
    known = [kind for kind in (assumed, *returns) if kind != UNKNOWN]
    known = [kind for kind in known if not _has_unknown(kind)] or known
    known = [kind for kind in known if not _is_vague(kind)] or known
    guess = known[0] if known else UNKNOWN
    for kind in known[1:]:
        guess = join(guess, kind)
    return forget_value(guess)
