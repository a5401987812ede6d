"""The straight line from a function to the function that computes its gradient."""

from __future__ import annotations

import ast
import gc
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from adcompile import emit, ir
from adcompile.analyse import Liveness
from adcompile.differentiate import (
    Program,
    Request,
    gradient,
    keep_plain,
    pullback,
    pushforward,
    vectorise,
)
from adcompile.errors import AdcompileError, RefusedError, UsageError
from adcompile.kinds import FLOAT, Kind
from adcompile.loading import Module
from adcompile.lower import Session, Specialised
from adcompile.parts import located
from adcompile.simplify import reduce, simplify
from adcompile.source import Assumption, Source, default_nodes


@dataclass(slots=True)
class Compiled:
    """A compiled gradient.

    Attributes:
        module: its text, and what the text names from outside.
        assumptions: what it was compiled for, besides the kinds of the arguments.
        fast: whether it calculates with `math` where the user wrote NumPy for single numbers, so
            that it must be run again as written where `math` raises an exception.
        called: the user's functions that were read because the function calls them.
    """

    module: Module
    assumptions: Sequence[Assumption]
    fast: bool
    called: Sequence[object]


@dataclass(slots=True)
class Derived:
    """A gradient as IR, ready to be printed.

    Attributes:
        program: its functions.
        assumptions: as for `Compiled`.
        fast: as for `Compiled`.
        called: as for `Compiled`.
    """

    program: Program
    assumptions: Sequence[Assumption]
    fast: bool
    called: Sequence[object]


Watch = Callable[[str, str], None]


def compile_gradient(
    source: Source,
    kinds: Sequence[Kind],
    request: Request,
    *,
    fast: bool = True,
    native: bool = False,
    fastmath: bool = False,
    watch: Watch | None = None,
) -> Compiled:
    """Compile the gradient of a function for arguments of certain kinds.

    Args:
        source: the function.
        kinds: the kinds of its parameters.
        request: what to differentiate with respect to, and what to return.
        fast: whether single numbers may be calculated with `math`.
        native: whether the text is for numba.
        fastmath: whether numba may take sums in any order.
        watch: is told the name and the text of every stage.

    Raises:
        AdcompileError: the gradient is refused, or the request does not fit the function.
    """
    with _uncollected():
        derived = derive(source, kinds, request, fast=fast, native=native, watch=watch)
        program = derived.program
        if native:
            module = native_module(program, fastmath)
        else:
            module = emit.module(program.main, program.pairs)
    if watch is not None:
        watch("text", module.text)
    return Compiled(module, derived.assumptions, derived.fast, derived.called)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage: what compiling makes is needed to its end, and looking through it
    over and over takes a seventh of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def derive(
    source: Source,
    kinds: Sequence[Kind],
    request: Request,
    *,
    fast: bool = True,
    native: bool = False,
    watch: Watch | None = None,
) -> Derived:
    """The gradient as IR: `compile_gradient` without its last stage, with the same arguments."""
    watched = (lambda stage, functions: None) if watch is None else _shown(watch)
    if watch is not None:
        watch("source", textwrap.dedent(source.text).strip("\n") + "\n")
    session = Session()
    spec = session.lower(source, tuple(kinds), _wanted(source, kinds, request))
    watched("lowered", [s.body for s in (*session.functions.values(), spec) if s.body is not None])
    program = _differentiated(session, spec, request)
    if request.vector:
        _vectorise(program, request)
    for function in functions_of(program):
        keep_plain(function.body)
    if not request.along:
        program.main.defaults = _defaults(source, kinds)
    watched("gradient", functions_of(program))
    if native:
        if request.split:
            raise RefusedError("native code has no `vjp`", 'leave out backend="numba"')
        try:
            _make_native(program)
        except AdcompileError as error:
            raise error.at(source.span(source.node)) from None
        watched("scalarised", functions_of(program))
    uses_math = simplify(program, fast=fast) or native
    watched("simplified", functions_of(program))
    assumptions, called = tuple(session.assumptions.values()), tuple(session.sources)
    return Derived(program, assumptions, uses_math, called)


def _make_native(program: Program) -> None:
    """Let a program be loops over single numbers."""
    from adcompile.native.boundary import separate
    from adcompile.native.scalarise import scalarise

    reduce(program)
    program.around = separate(program.main)
    for pair in program.pairs:
        for side, function in pair.sides().items():
            handed = pair.handed if side == "backward" else ()
            if not scalarise(function, [function.params[position] for position in handed]):
                program.checked.append(function)
    if not scalarise(program.main):
        program.checked.append(program.main)


def native_module(program: Program, fastmath: bool) -> Module:
    """The text of a program that is loops over single numbers."""
    from adcompile.native import text

    return text.module(program, fastmath)


def _differentiated(session: Session, spec: Specialised, request: Request) -> Program:
    """What is asked for of a lowered function, one derivative after the other."""
    assert spec.body is not None
    if request.split:
        return pullback(session, spec, request)
    program = gradient(session, spec, request) if request.wrt else Program([], spec.body)
    if not request.along:
        return program
    if request.wrt:
        reduce(program)
    pushed = pushforward(session, spec, program, request)
    if not request.wrt and not request.allow_unused:
        _require_used(pushed, request)
    return pushed


def _vectorise(program: Program, request: Request) -> None:
    """Let a program take several directions at once."""
    reduce(program)
    if request.split:
        backward = program.pairs[0].sides()["backward"]
        vectorise(backward, backward.params[1:], with_value=False)
    else:
        tangents = program.main.params[-len(request.along) :]
        vectorise(program.main, tangents, with_value=not request.tangent_only)


def _require_used(program: Program, request: Request) -> None:
    """
    Raises:
        UsageError: the tangent of a parameter does not matter.
    """
    main = program.main
    results = ir.Apply("tuple", (main.result, *program.dropped))
    live = Liveness(ir.Function("", [], main.body, results)).live
    for part, tangent in zip(request.along, main.params[-len(request.along) :], strict=True):
        if tangent not in live:
            raise UsageError(
                f"the result does not depend on `{part}`",
                "leave it out, or give allow_unused=True for a derivative of zero",
            )


def _wanted(
    source: Source, kinds: Sequence[Kind], request: Request
) -> dict[str, tuple[tuple[object, ...], ...]]:
    """What is differentiated of which parameter, as paths of keys."""
    kind_of = dict(zip(source.signature.parameters, kinds, strict=True))
    paths: dict[str, tuple[tuple[object, ...], ...]] = {}
    for part in dict.fromkeys((*request.wrt, *request.along)):
        path, _ = located(part, kind_of[part.name])
        paths[part.name] = (*paths.get(part.name, ()), path)
    return paths


def functions_of(program: Program) -> list[ir.Function]:
    """The functions of a program, those that others call first."""
    return [*(f for pair in program.pairs for f in pair.sides().values()), program.main]


def _shown(watch: Watch) -> Callable[[str, list[ir.Function]], None]:
    from adcompile import ir_text

    return lambda stage, functions: watch(stage, ir_text.text_of(functions))


def _defaults(source: Source, kinds: Sequence[Kind]) -> dict[str, ir.Const]:
    """The defaults of the last parameters, as far as they are literals."""
    found: dict[str, ir.Const] = {}
    for name, kind in reversed(list(zip(source.signature.parameters, kinds, strict=True))):
        value = source.defaults.get(name, source)
        if not emit.is_literal(value) or not _is_written(source, name):
            break
        promoted = kind == FLOAT and type(value) is int
        found[name] = ir.Const(float(value) if promoted else value)
    return found


def _is_written(source: Source, name: str) -> bool:
    """Whether a default cannot differ from one compilation of a live function to another."""
    if source.function is None:
        return True
    node = default_nodes(source.node.args).get(name)
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant)
