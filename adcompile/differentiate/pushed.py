"""Functions with their tangents: `f_jvp(x, x_dot)` returns `f(x)` and its derivative along `x_dot`.

What is pushed forward is a program, the user's function or a derivative of it, and so can be pushed
forward again. The functions it calls get a function each that takes tangents too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adcompile.analyse import ignore_shifts
from adcompile.differentiate.activity import active_in, reads
from adcompile.differentiate.adjoints import Adjoints
from adcompile.differentiate.calls import Callee, Pair
from adcompile.differentiate.fitting import fitted
from adcompile.differentiate.forward import Forward
from adcompile.differentiate.gradient import Program, Request, checks
from adcompile.differentiate.memory import owned
from adcompile.differentiate.tangents import parts_of, tangent_kind, with_parts
from adcompile.ir import Apply, Assign, Const, Expr, Function, Ref, Var
from adcompile.kinds import UNKNOWN, Kind, carries_derivative
from adcompile.lower import Session, Specialised
from adcompile.parts import located
from adcompile.records import field, record


@record(frozen=False, eq=False)
class Pushed:
    """A function, or a pair of functions, with tangents.

    Attributes:
        functions: by the names of their sides.
        wanted: of each the parameters that can be differentiated once more.
        shares: whether a result may share memory with an argument.
        handed: of a pair, the parameters of the backward function that are results of the forward
            function.
        label: the names that the functions get in the text.
    """

    functions: dict[str, Function]
    wanted: dict[str, tuple[int, ...]]
    shares: bool
    handed: dict[int, int] = field(default_factory=dict)
    label: dict[str, str] = field(default_factory=dict)

    def sides(self) -> dict[str, Function]:
        """The functions by their sides, those that others call first."""
        return self.functions

    def wanted_of(self, side: str) -> tuple[int, ...]:
        """The parameters of a side that can be differentiated."""
        return self.wanted[side]

    def is_split(self, side: str) -> bool:
        """Whether the results of a side are unpacked where it is called."""
        return True

    def hands_on(self, side: str) -> bool:
        """Whether the result of a side may share memory with its arguments."""
        return self.shares


class Pushes:
    """The functions with tangents that calls have asked for.

    Attributes:
        session: the compilation.
        pairs: the pairs that functions have become.
        again: whether what is pushed forward is a derivative already.
        found: they, in the order in which the text defines them.
    """

    def __init__(self, session: Session, again: bool) -> None:
        self.session = session
        self.again = again
        self.pairs: Mapping[Specialised, Pair] = session.pairs
        self.found: list[Pushed] = []
        self._known: dict[object, Pushed] = {}

    def callee(self, callee: Expr) -> tuple[Ref, tuple[int, ...]]:
        """What is called in the place of a function, and the parameters whose tangents follow its
        arguments."""
        assert isinstance(callee, Ref)
        if isinstance(callee.target, Specialised):
            pushed, side = self._of_function(callee.target), "jvp"
            name, wanted = f"{callee.target.source.name}_jvp", _differentiable(callee.target)
        else:
            pair, side = callee.target
            pushed, wanted = self._of_pair(pair), pair.wanted_of(side)
            name = f"{callee.name}_jvp"
        return Ref(name, (pushed, side)), wanted

    def as_pair(self, statement: Assign, value: Apply) -> Apply:
        """A call, or that of the forward function of a pair in its place: the body of a function
        that has become a pair is no more what it was."""
        callee = value.args[0]
        pair = self.pairs.get(callee.target) if isinstance(callee, Ref) else None
        if pair is None or pair.joint:
            return value
        statement.targets = (*statement.targets, Var("saved", UNKNOWN, named=True))
        forward = Ref(f"{pair.spec.source.name}_forward", (pair, "forward"))
        return Apply("call", (forward, *value.args[1:]))

    def _of_function(self, spec: Specialised) -> Pushed:
        known = self._known.get(spec)
        if known is None:
            known = self._known[spec] = Pushed({}, {}, True)
            function = spec.body
            assert function is not None
            ignore_shifts(function)
            wanted = _differentiable(spec)
            active = active_in(function.body, (function.params[i] for i in wanted))
            written = _written(self, function, wanted, active, split=False)
            known.functions["jvp"] = written
            known.wanted["jvp"] = _and_tangents(function, wanted)
            self.found.append(known)
        return known

    def _of_pair(self, pair: Callee) -> Pushed:
        known = self._known.get(pair)
        if known is None:
            known = self._known[pair] = Pushed({}, {}, True)
            self._write_pair(pair, known)
            self.found.append(known)
        return known

    def _write_pair(self, pair: Callee, pushed: Pushed) -> None:
        """Write both functions of a pair. The tangents that the one hands over are of those saved
        values that depend on its arguments."""
        pushed.wanted = {
            side: _and_tangents(function, pair.wanted_of(side))
            for side, function in pair.sides().items()
        }
        backward = pair.sides()["backward"]
        if not pair.handed:
            self._write_backward(pair, pushed, set())
            return
        forward = pair.sides()["forward"]
        wanted = pair.wanted_of("forward")
        active = active_in(forward.body, (forward.params[i] for i in wanted))
        assert isinstance(forward.result, Apply)
        results = forward.result.args
        unpacked: set[Var] = set()
        for param, result in pair.handed.items():
            unpacked |= _saved_active(backward, backward.params[param], results[result], active)
        count, after = len(results), len(backward.params)
        place = {param: i for i, param in enumerate(pair.wanted_of("backward"))}
        pushed.handed = pair.handed | {
            after + place[param]: count + result for param, result in pair.handed.items()
        }
        pushed.functions["forward"] = _written(
            self, forward, wanted, active, split=True, handed=frozenset(pair.handed.values())
        )
        self._write_backward(pair, pushed, unpacked)

    def _write_backward(self, pair: Callee, pushed: Pushed, unpacked: set[Var]) -> None:
        """Write the backward function of a pair, that unpacks some values that have tangents."""
        function, wanted = pair.sides()["backward"], pair.wanted_of("backward")
        given = {function.params[i] for i in pair.handed}
        seeds = {function.params[i] for i in wanted} | unpacked
        active = active_in(function.body, seeds - given) | given
        split = pair.is_split("backward")
        pushed.functions["backward"] = _written(self, function, wanted, active, split=split)


def _saved_active(backward: Function, param: Var, handed: Expr, active: set[Var]) -> set[Var]:
    """Which of the values that the backward function unpacks have a tangent."""
    assert isinstance(handed, Apply)
    found: set[Var] = set()
    for statement in backward.body:
        if isinstance(statement, Assign) and statement.value == Apply("unpack", (param,)):
            pairs = zip(statement.targets, handed.args, strict=True)
            found |= {target for target, part in pairs if reads(part, active)}
    return found


def _differentiable(spec: Specialised) -> tuple[int, ...]:
    pairs = zip(spec.kinds, spec.varied, strict=True)
    return tuple(i for i, (kind, varied) in enumerate(pairs) if varied and carries_derivative(kind))


def _and_tangents(function: Function, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The positions of parameters and of their tangents."""
    count = len(function.params)
    return (*wanted, *range(count, count + len(wanted)))


def _dot(param: Var, taken: Sequence[Var], kind: Kind) -> Var:
    """The parameter for a tangent, under a name that no other parameter has."""
    name = f"{param.hint}_dot"
    while any(other.hint == name for other in taken):
        name += "_"
    return Var(name, tangent_kind(kind), named=True)


def _written(
    pushes: Pushes,
    function: Function,
    wanted: tuple[int, ...],
    active: set[Var],
    split: bool,
    handed: frozenset[int] = frozenset(),
) -> Function:
    """A function with tangents: it returns what the function returns, and the tangents of that.

    Args:
        pushes: the functions for calls.
        function: the function.
        wanted: the parameters that have tangents.
        active: the values that have tangents.
        split: whether what it returns is a tuple to be unpacked by its callers.
        handed: which parts of that are values saved for the backward function: of these only the
            tangents of the active ones are returned.
    """
    forward = Forward(pushes, function, active)
    dots: list[Var] = []
    for i in wanted:
        param = function.params[i]
        dot = _dot(param, [*function.params, *dots], param.kind)
        forward.tangents.seed(param, (), dot)
        dots.append(dot)
    forward.block(function.body)
    values = function.result.args if split and isinstance(function.result, Apply) else ()
    values = values or (function.result,)
    tangents = [
        _handed(forward, value) if i in handed else forward.tangents.full(value)
        for i, value in enumerate(values)
    ]
    return Function(
        f"{function.name}_jvp",
        [*function.params, *dots],
        forward.build.block,
        Apply("tuple", (*values, *tangents)),
        settings=function.settings,
    )


def _handed(forward: Forward, value: Expr) -> Expr:
    """The tangents of the active ones of several values."""
    assert isinstance(value, Apply)
    active = (part for part in value.args if reads(part, forward.active))
    return Apply("tuple", tuple(map(forward.tangents.full, active)))


# ----- whole programs -----


def pushforward(session: Session, spec: Specialised, program: Program, request: Request) -> Program:
    """A program with tangents.

    Args:
        session: the compilation.
        spec: the user's function.
        program: the user's function as it was lowered, or a derivative of it.
        request: what to differentiate along, and whether to return the program's own result too.
    """
    function = program.main
    pushes = Pushes(session, bool(request.wrt))
    params = {param.hint: param for param in function.params}
    seeds = [params[part.name] for part in request.along]
    if not request.wrt:
        ignore_shifts(function)
    forward = Forward(pushes, function, active_in(function.body, seeds))
    dots: list[Var] = []
    for part, param in zip(request.along, seeds, strict=True):
        path, kind = located(part, param.kind)
        named = Var(str(path[-1]) if path else param.hint, kind)
        dot = _dot(named, [*function.params, *dots], kind)
        forward.tangents.seed(param, path, dot)
        dots.append(dot)
    forward.block(function.body)
    forward.build.span = None
    tangent = _fitted(forward, function.result)
    main = Function(
        _name(function.name, request),
        [*function.params, *dots],
        [],
        function.result,
        _doc(spec, request, dots),
        settings=function.settings,
    )
    value = None if request.tangent_only else function.result
    (tangent,) = owned(main, forward.build, [tangent], value)
    head = [] if request.wrt else checks(spec, function)
    main.body = [*head, *forward.build.block]
    main.result = tangent if value is None else Apply("tuple", (value, tangent))
    return Program(pushes.found, main, forward.dropped)


def _name(name: str, request: Request) -> str:
    if request.wrt and request.tangent_only:
        return f"{name.removesuffix('_grad')}_hvp"
    return f"{name}_jvp"


def _doc(spec: Specialised, request: Request, dots: Sequence[Var]) -> str:
    name = spec.source.name
    of = f"the gradient of `{name}`" if request.wrt else f"`{name}`"
    along = ", ".join(str(dot.hint) for dot in dots)
    first = f"Derivative of {of} along {along}."
    if request.wrt and request.tangent_only:
        first = f"Hessian of `{name}` times {along}."
    elif not request.tangent_only:
        first = f"{of[0].upper() + of[1:]} and its derivative along {along}."
    adjoints = "    d_v is the derivative of the result by v.\n" if request.wrt else ""
    return f"{first}\n\n    v_dot is the derivative of v along these.\n{adjoints}    "


def _fitted(forward: Forward, value: Expr) -> Expr:
    """The tangent of the result, in its structure, shapes and dtypes."""
    if isinstance(value, Apply) and value.op in ("tuple", "list", "dict", "record"):
        return with_parts(value, [_fitted(forward, part) for part in parts_of(value)])
    if not carries_derivative(forward.build.kind(value)) and not isinstance(value, Const):
        return Const(None)
    tangent = forward.tangents.full(value)
    if not isinstance(value, Var):
        return tangent
    return fitted(Adjoints(forward.build), tangent, value)
