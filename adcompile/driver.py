"""The straight line from a function to the function that computes its gradient."""

from __future__ import annotations

import ast
import gc
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from adcompile import emit, ir
from adcompile.analyse import Liveness
from adcompile.differentiate import (
    Program,
    Request,
    gradient,
    keep_plain,
    patternise,
    pullback,
    pushforward,
    tell_needed,
    vectorise,
)
from adcompile.errors import AdcompileError, RefusedError, UsageError
from adcompile.instrument import instrument
from adcompile.kinds import FLOAT, Kind
from adcompile.loading import Module, load
from adcompile.lower import Session, Specialised
from adcompile.parts import located
from adcompile.records import record
from adcompile.simplify import reduce, simplify
from adcompile.simplify.marks import HOOKS, drop_marks
from adcompile.source import Assumption, Source, default_nodes, is_generated, of_function


@record(frozen=False)
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


@record(frozen=False)
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


@record
class Backend:
    """What a text is for.

    Attributes:
        native: whether numba runs it, otherwise NumPy.
        fastmath: whether numba may take sums in any order.
    """

    native: bool = False
    fastmath: bool = False


NUMPY = Backend()
Watch = Callable[[str, str], None]


def compile_gradient(
    source: Source,
    kinds: Sequence[Kind],
    request: Request,
    *,
    fast: bool = True,
    backend: Backend = NUMPY,
    watch: Watch | None = None,
) -> Compiled:
    """Compile the gradient of a function for arguments of certain kinds.

    Args:
        source: the function.
        kinds: the kinds of its parameters.
        request: what to differentiate with respect to, and what to return.
        fast: whether single numbers may be calculated with `math`.
        backend: what the text is for.
        watch: is told the name and the text of every stage.

    Raises:
        AdcompileError: the gradient is refused, or the request does not fit the function.
    """
    with _uncollected():
        derived = derive(source, kinds, request, fast=fast, native=backend.native, watch=watch)
        return _printed(derived, watch, backend)


def compile_in_turn(
    source: Source,
    kinds: Sequence[Kind],
    requests: Sequence[Request],
    *,
    fast: bool = True,
    backend: Backend = NUMPY,
) -> Compiled:
    """Compile a derivative of a derivative: each text is the function that the next one is of.

    Args:
        source: the function.
        kinds: the kinds of the parameters of the last derivative but one; each takes as many of
            them as it has parameters.
        requests: what is asked for, first that of the function.
        fast: as for `compile_gradient`.
        backend: as for `compile_gradient`.

    Raises:
        AdcompileError: as for `compile_gradient`.
    """
    try:
        return _compiled_in_turn(source, kinds, requests, fast, backend)
    except RefusedError as error:
        if error.span is None or not error.span.filename.startswith("<adcompile "):
            raise
        raise RefusedError(
            f"{error.reason}; this is a line of a derivative, which is differentiated once more",
            error.hint or "`hvp(f)` and `jvp(grad(f), ...)` go forward over reverse",
            error.span,
        ) from None


def _compiled_in_turn(
    source: Source,
    kinds: Sequence[Kind],
    requests: Sequence[Request],
    fast: bool,
    backend: Backend,
) -> Compiled:
    *first, last = requests
    assumptions: list[Assumption] = []
    called: list[object] = []
    for request in first:
        before = _printed(derive(source, _of(source, kinds), request, fast=False, flat=True), None)
        assumptions += before.assumptions
        called += before.called
        source = of_function(load(before.module))
    compiled = compile_gradient(source, _of(source, kinds), last, fast=fast, backend=backend)
    compiled.assumptions = (*assumptions, *compiled.assumptions)
    compiled.called = (*called, *compiled.called)
    return compiled


def _of(source: Source, kinds: Sequence[Kind]) -> Sequence[Kind]:
    """The kinds of the parameters of a function, which come first."""
    return kinds[: len(source.signature.parameters)]


def _printed(derived: Derived, watch: Watch | None, backend: Backend = NUMPY) -> Compiled:
    """The last stage."""
    if backend.native:
        module = native_module(derived.program, backend.fastmath)
    else:
        module = emit.module(derived.program.main, derived.program.pairs)
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
    flat: bool = False,
    watch: Watch | None = None,
) -> Derived:
    """The gradient as IR: `compile_gradient` without its last stage, with the same arguments;
    `flat` as in `Session`."""
    watched = (lambda stage, functions: None) if watch is None else _shown(watch)
    if watch is not None:
        watch("source", textwrap.dedent(source.text).strip("\n") + "\n")
    # A call has no room for several directions: the body of the function stands in its place.
    session = Session(flat=flat or request.vector, native=native, derive=_inside)
    spec = session.lower(source, tuple(kinds), _wanted(source, kinds, request))
    watched("lowered", [s.body for s in (*session.functions.values(), spec) if s.body is not None])
    return _derived(session, spec, request, fast, watched, native)


def _inside(session: Session, spec: Specialised, request: Mapping[str, Any]) -> Any:
    """The derivative of a function that one which is differentiated takes the derivative of."""
    derived = _derived(session, spec, Request(**request), False, lambda stage, functions: None)
    return load(_printed(derived, None).module)


def _derived(
    session: Session,
    spec: Specialised,
    request: Request,
    fast: bool,
    watched: Callable[[str, list[ir.Function]], None],
    native: bool = False,
) -> Derived:
    """What is asked for of a lowered function."""
    program = _differentiated(session, spec, request)
    if request.vector:
        _vectorise(program, request)
    if request.pattern:
        reduce(program)
        patternise(program, request)
    if request.debug:
        instrument(program, spec.source.span(spec.source.node))
    if native:
        _call_plain(session, program)
    for function in functions_of(program):
        keep_plain(function.body)
    if not (request.along or request.seeded):
        program.main.defaults = _defaults(spec.source, spec.kinds)
    watched("gradient", functions_of(program))
    if native:
        _make_native(program, spec.source, request)
        watched("scalarised", functions_of(program))
    uses_math = simplify(program, fast=fast) or native
    if request.pattern:
        tell_needed(program, request)
    watched("simplified", functions_of(program))
    assumptions = tuple(session.assumptions.values())
    called = tuple(function for function in session.sources if not is_generated(function))
    return Derived(program, assumptions, uses_math, called)


def _make_native(program: Program, source: Source, request: Request) -> None:
    """Let a program be loops over single numbers.

    Raises:
        RefusedError: it does something that native code cannot.
    """
    if request.split or request.pattern:
        raise RefusedError("native code has no such derivative", 'leave out backend="numba"')
    reduce(program)
    try:
        _scalarise(program)
    except AdcompileError as error:
        raise error.at(source.span(source.node)) from None


def _call_plain(session: Session, program: Program) -> None:
    from adcompile.native.calls import call_plain

    program.pairs = [*call_plain(session, functions_of(program)), *program.pairs]


def _scalarise(program: Program) -> None:
    from adcompile.native.boundary import separate
    from adcompile.native.definitions import expand
    from adcompile.native.optional import flag_none
    from adcompile.native.scalarise import scalarise
    from adcompile.native.tuples import use_tuples

    program.around = separate(program.main)
    for function in functions_of(program):
        drop_marks(function)
        use_tuples(function)
        expand(function)
    for pair in program.pairs:
        for side, function in pair.sides().items():
            handed = pair.handed if side == "backward" else ()
            result = function.result
            if side == "forward" and isinstance(result, ir.Apply) and result.op == "tuple":
                result = result.args[0]
            flag_none(function, result)
            scalarise(function, [function.params[position] for position in handed])
    flag_none(program.main, program.main.result)
    scalarise(program.main)


def native_module(program: Program, fastmath: bool) -> Module:
    """The text of a program that is loops over single numbers."""
    from adcompile.native import text

    return text.module(program, fastmath)


def _differentiated(session: Session, spec: Specialised, request: Request) -> Program:
    """What is asked for of a lowered function, one derivative after the other."""
    assert spec.body is not None
    if request.split:
        return pullback(session, spec, request)
    program = gradient(session, spec, request) if request.wrt else _itself(spec, request)
    if not request.along:
        return program
    if request.wrt:
        for function in functions_of(program):
            drop_marks(function, HOOKS)  # they have run, as far as text runs
        reduce(program)
    pushed = pushforward(session, spec, program, request)
    if not request.wrt and not request.allow_unused:
        _require_used(pushed, request)
    return pushed


def _itself(spec: Specialised, request: Request) -> Program:
    """A function as a program.

    Raises:
        RefusedError: it is not differentiated, and writes to its arguments.
    """
    assert spec.body is not None
    if spec.writes and not request.along:
        raise spec.source.refuse(
            spec.source.node,
            f"`{spec.source.name}` writes to `{spec.writes[0]}`, which native code leaves alone",
            "write to a copy, and return it",
        )
    return Program([], spec.body)


def _vectorise(program: Program, request: Request) -> None:
    """Let a program take several directions at once."""
    reduce(program)
    if request.split:
        backward = program.pairs[0].sides()["backward"]
        vectorise(backward, backward.params[1:], with_value=False)
    elif request.seeded:
        vectorise(program.main, program.main.params[-1:], with_value=False)
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
