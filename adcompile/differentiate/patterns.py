"""From a derivative along directions to the pattern of its matrix: which input matters to what.

In a function with tangents, every tangent becomes an array of sets: of the numbers of the inputs
that it depends on. A product with a number leaves the set as it is, a sum unites two, a view or a
gather of tangents is one of sets; of an operation of which nothing better is known, every element
of the result depends on all that goes in. What calculated only values for the tangents dies, so the
rest is mostly indices. The sets follow the branches and indices of the program, and are never
smaller than what the derivative depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adcompile import ir
from adcompile.analyse.needed import values_needed
from adcompile.builder import has_effect
from adcompile.differentiate.gradient import Program, Request
from adcompile.differentiate.pushed import Pushed
from adcompile.differentiate.set_rules import Sets, renamed
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Const, Expr, Function, Var


def patternise(program: Program, request: Request) -> None:
    """Let a program with tangents take sets for them, and return only those of its result.

    Args:
        program: the program, changed in place.
        request: what it was made for.

    Raises:
        RefusedError: the pattern cannot be found, or would be another one at each call.
    """
    for pushed in program.pairs:
        assert isinstance(pushed, Pushed)
        for side, function in pushed.sides().items():
            count = len(pushed.wanted_of(side)) // 2
            _rewrite(function, function.params[len(function.params) - count :], _second_half)
            function.name = renamed(function.name)
    main = program.main
    result = _as_it_is if request.tangent_only else _second
    _rewrite(main, main.params[-len(request.along) :], result)
    main.name = renamed(main.name)
    main.doc = _doc(main, request)


def tell_needed(program: Program, request: Request) -> None:
    """Let a program of sets return as well the parameters whose values its answer depends on; None
    if it may depend on more. To be called when nothing is left in it that feeds nothing."""
    main = program.main
    others = [function for pushed in program.pairs for function in pushed.sides().values()]
    names = values_needed(main, main.params[: -len(request.along)], others)
    known = Const(None) if names is None else Apply("tuple", tuple(map(Const, names)))
    main.result = Apply("tuple", (main.result, known))


def _doc(main: Function, request: Request) -> str:
    name = main.name.removesuffix("_pattern").removesuffix("_hessian")
    of = f"the gradient of `{name}`" if request.wrt else f"`{name}`"
    return (
        f"Which inputs each element of {of} depends on.\n\n"
        "    v_from holds a set of inputs for each element of v. The names that are returned are\n"
        "    those of the parameters whose values decide on the sets, and not only their shapes.\n"
        "    "
    )


Chooser = Callable[[Sets, Expr], Expr]


def _rewrite(function: Function, directions: Sequence[Var], result: Chooser) -> None:
    sets = Sets(directions)
    sets.note(function.body)
    _require_no_draws(function)
    with sets.build.inner() as body:
        sets.block(function.body)
        function.result = result(sets, function.result)
    function.body = body


def _as_it_is(sets: Sets, result: Expr) -> Expr:
    return sets.lifted(result)


def _second(sets: Sets, result: Expr) -> Expr:
    """The tangent out of `(value, tangent)`."""
    assert isinstance(result, Apply)
    return sets.lifted(result.args[1])


def _second_half(sets: Sets, result: Expr) -> Expr:
    """Values stay as they are; as many tangents follow them."""
    assert isinstance(result, Apply)
    count = len(result.args) // 2
    tangents = tuple(map(sets.lifted, result.args[count:]))
    return Apply(result.op, (*result.args[:count], *tangents))


def _require_no_draws(function: Function) -> None:
    """
    Raises:
        RefusedError: the function draws random numbers, or may have an effect.
    """
    for statement in ir.walk(function.body):
        if any(map(has_effect, ir.expressions(statement))):
            raise RefusedError(
                "a sparse derivative runs the function several times, and this may be another "
                "one each time",
                "draw random numbers outside, and pass them in",
                getattr(statement, "span", None),
            )
