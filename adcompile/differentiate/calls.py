"""Calls of the user's functions: a forward function that also returns what its backward function
needs, and the backward function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from adcompile import ir
from adcompile.analyse import ignore_shifts, let_be_none
from adcompile.builder import Builder
from adcompile.differentiate import recording
from adcompile.differentiate.adjoints import Adjoints
from adcompile.differentiate.again import refuse_effects, repeated
from adcompile.differentiate.fitting import result_for
from adcompile.differentiate.memory import owned
from adcompile.ir import Apply, Assign, Const, Expr, Ref, Var
from adcompile.kinds import UNKNOWN, Array, Kind, carries_derivative, is_complex, same_dtype
from adcompile.lower import Session, Specialised
from adcompile.records import field, record

if TYPE_CHECKING:
    from adcompile.differentiate.reverse import Reverse


@record(frozen=False, eq=False)
class Pair:
    """The two functions that a differentiated call becomes.

    Attributes:
        spec: the function of the user's.
        forward: returns `(value, saved)`, None while it is being written, and where the backward
            function computes again what it needs.
        backward: returns the adjoints of the parameters that `wanted` numbers.
        wanted: the parameters that can be differentiated.
    """

    spec: Specialised
    wanted: tuple[int, ...]
    forward: ir.Function | None = None
    backward: ir.Function | None = None
    label: dict[str, str] = field(default_factory=dict)

    @property
    def joint(self) -> bool:
        """Whether the backward function takes the arguments, and computes again what it needs."""
        return self.spec.joint

    def sides(self) -> dict[str, ir.Function]:
        """The functions by what they are, once they are written."""
        assert self.backward is not None
        forward = {} if self.forward is None else {"forward": self.forward}
        return {**forward, "backward": self.backward}

    def wanted_of(self, side: str) -> tuple[int, ...]:
        """The parameters of a side that can be differentiated."""
        if side == "forward":
            return self.wanted
        return (*self.wanted, len(self.spec.kinds)) if self.joint else (0, 1)

    @property
    def handed(self) -> dict[int, int]:
        """The parameters of the backward function that are results of the forward function."""
        return {} if self.joint else {0: 1}

    def is_split(self, side: str) -> bool:
        """Whether the results of a side are unpacked where it is called."""
        return side == "forward" or len(self.wanted) > 1

    def hands_on(self, side: str) -> bool:
        """Whether the result of a side may share memory with its arguments."""
        return side == "forward" and self.spec.shares


class Callee(Protocol):
    """What is called in the place of a function of the user's: a `Pair`, or `pushed.Pushed`."""

    label: dict[str, str]

    def sides(self) -> dict[str, ir.Function]: ...
    def wanted_of(self, side: str) -> tuple[int, ...]: ...
    @property
    def handed(self) -> dict[int, int]: ...
    def is_split(self, side: str) -> bool: ...
    def hands_on(self, side: str) -> bool: ...


def backward(reverse: Reverse, statement: Assign, g: Expr) -> None:
    """The adjoint of `y = f(a, b)`: `d_a, d_b = f_backward(saved, d_y)`, or of `a, b` where they
    are all that is kept."""
    call = statement.value
    assert isinstance(call, Apply)
    callee = call.args[0]
    assert isinstance(callee, Ref)
    pair = pair_of(reverse.session, _spec_of(callee))
    args = call.args[1:]
    kept = _given(reverse, args) if pair.joint else [_split(reverse, statement, pair, callee)]
    reverse.build.span = statement.span
    g = in_dtype(reverse.build, g, pair.spec.result)
    results = tuple(Var(None, pair.spec.kinds[i]) for i in pair.wanted)
    operation = Apply(
        "call", (Ref(f"{pair.spec.source.name}_backward", (pair, "backward")), *kept, g)
    )
    reverse.build.block.append(Assign(results, operation, statement.span))
    for position, result in zip(pair.wanted, results, strict=True):
        arg = args[position]
        result.kind = reverse.build.kind(arg)
        reverse.adjoints.accumulate(arg, result)


def _given(reverse: Reverse, args: Sequence[Expr]) -> list[Expr]:
    """The arguments of a call, as they are at this point of the backward sweep."""
    return [ir.substitute(arg, reverse.restored) for arg in args]


def in_dtype(build: Builder, g: Expr, result: Kind) -> Expr:
    """An adjoint in the dtype of the result, which other code relies on."""
    kind = build.kind(g)
    if not (isinstance(kind, Array) and isinstance(result, Array)) or same_dtype(
        kind.dtype, result.dtype
    ):
        return g
    if result.dtype is None or not kind.dims:
        return g
    if is_complex(kind) and is_complex(result):
        return g
    dtype = Ref(f"np.{result.dtype.name}", "numpy")
    return build.apply("ndarray.astype", g, dtype)


def _spec_of(callee: Ref) -> Specialised:
    target = callee.target
    spec: Specialised = target[0].spec if isinstance(target, tuple) else target
    return spec


def keep_plain(body: ir.Block) -> None:
    """Let calls whose values only are needed be calls of the user's functions, in place."""
    for statement in ir.walk(body):
        value = statement.value if isinstance(statement, Assign) else None
        callee = value.args[0] if isinstance(value, Apply) and value.op == "call" else None
        if isinstance(callee, Ref) and isinstance(callee.target, Specialised):
            assert isinstance(statement, Assign) and isinstance(value, Apply)
            statement.value = _plain_call(callee, callee.target, value.args[1:])


def _plain_call(callee: Ref, spec: Specialised, bound: tuple[Expr, ...]) -> Apply:
    """A call of the user's function, with its arguments as the parameters take them."""
    source = spec.source
    live = source.lifted or source.function or source
    args: list[Expr] = [Ref(callee.name, live, callee.kind)]
    kwargs: list[tuple[str, Expr]] = []
    parameters = source.signature.parameters.values()
    for parameter, value in zip(parameters, bound, strict=True):
        parts = value.args if isinstance(value, Apply) else (value,)
        if parameter.kind is parameter.VAR_POSITIONAL:
            args += parts
        elif parameter.kind is parameter.VAR_KEYWORD:
            keys = [part.value for part in parts[::2] if isinstance(part, Const)]
            kwargs += zip(keys, parts[1::2], strict=True)
        elif parameter.kind is parameter.KEYWORD_ONLY:
            kwargs.append((parameter.name, value))
        else:
            args.append(value)
    return Apply("opaque", tuple(args), tuple(kwargs))


def _split(reverse: Reverse, statement: Assign, pair: Pair, callee: Ref) -> Var:
    """Let the forward sweep keep what the backward function needs."""
    saved = reverse.pairs.get(id(statement))
    if saved is None:
        target = statement.targets[0]
        saved = Var(f"{target.hint or pair.spec.source.name}_saved", UNKNOWN, named=True)
        reverse.pairs[id(statement)] = saved
        statement.targets = (target, saved)
        assert isinstance(statement.value, Apply)
        forward = Ref(f"{pair.spec.source.name}_forward", (pair, "forward"), callee.kind)
        statement.value = Apply("call", (forward, *statement.value.args[1:]))
    return saved


def pair_of(session: Session, spec: Specialised) -> Pair:
    """The pair of a function; known before it is written, so that recursion finds it."""
    known: Pair | None = session.pairs.get(spec)
    if known is not None:
        return known
    wanted = tuple(
        i
        for i, (kind, varied) in enumerate(zip(spec.kinds, spec.varied, strict=True))
        if varied and carries_derivative(kind)
    )
    pair = Pair(spec, wanted)
    session.pairs[spec] = pair
    _write(session, pair)
    return pair


def _write(session: Session, pair: Pair) -> None:
    """Write both functions of a pair."""
    function = pair.spec.body
    assert function is not None
    params = [function.params[i] for i in pair.wanted]
    write(session, pair, lambda adjoints: [result_for(adjoints, p, True) for p in params])


def write(
    session: Session, pair: Pair, results: Callable[[Adjoints], list[Expr]], many: bool = False
) -> None:
    """Write both functions of a pair.

    Args:
        session: the compilation.
        pair: the pair.
        results: what the backward function returns, of the adjoints at its end.
        many: whether it returns a tuple even of one.
    """
    from adcompile.differentiate.reverse import Reverse  # which calls this module for the calls

    function = pair.spec.body
    assert function is not None
    if pair.joint:
        function = _again(pair.spec.source.name, function)
    ignore_shifts(function)
    reverse = Reverse(session, function)
    hint = function.result.hint if isinstance(function.result, Var) else None
    g = Var(f"d_{hint or 'result'}", pair.spec.result, named=True)
    reverse.adjoints.accumulate(function.result, g)
    reverse.block(function.body)
    adjoints = tuple(owned(function, reverse.build, results(reverse.adjoints)))
    result = adjoints[0] if len(adjoints) == 1 and not many else Apply("tuple", adjoints)
    body = reverse.build.block
    name, settings = pair.spec.source.name, function.settings
    if pair.joint:
        body = [*reverse.stacks(), *function.body, *body]
        params = [*function.params, g]
        pair.backward = ir.Function(f"{name}_backward", params, body, result, settings=settings)
        return
    needed = [v for v in _read(body, result) if v is not g]
    for var in set(needed) - set(ir.variables(function.result)):
        var.unset = let_be_none(reverse.flows, var)
    handed = exported(function.body, needed)
    saved = Var("saved", UNKNOWN, named=True)
    unpacked = [Assign(tuple(needed), Apply("unpack", (saved,)))] if needed else []
    pair.backward = ir.Function(
        f"{name}_backward", [saved, g], [*unpacked, *body], result, settings=settings
    )
    pair.forward = ir.Function(
        f"{name}_forward",
        function.params,
        [*reverse.stacks(), *function.body],
        Apply("tuple", (function.result, Apply("tuple", tuple(handed)))),
        settings=settings,
    )


def _again(name: str, function: ir.Function) -> ir.Function:
    """A function to be computed again in the backward sweep, with values of its own."""
    refuse_effects(function.body, f"`{name}`")
    env: dict[Var, Expr] = {}
    body = repeated(function.body, env)
    result = ir.substitute(function.result, env)
    return ir.Function(function.name, function.params, body, result, settings=function.settings)


def exported(body: ir.Block, values: list[Var]) -> list[Expr]:
    """Values for use at the end of a function; what only a branch computes is None otherwise."""
    env: dict[Var, Expr] = {}
    wanted = set(values)

    def visit(block: ir.Block) -> dict[Var, None]:
        """The wanted values that a block computes, seen from its end."""
        found: dict[Var, None] = {}
        for statement in block:
            found.update((var, None) for var in ir.defined(statement) if var in wanted)
            if isinstance(statement, ir.If):
                for side, inner in (("then", statement.then), ("orelse", statement.orelse)):
                    for var in visit(inner):
                        out = Var(var.hint, var.kind, named=var.named)
                        value = env.get(var, var)
                        then, orelse = (
                            (value, Const(None)) if side == "then" else (Const(None), value)
                        )
                        statement.merges.append(ir.Merge(out, then, orelse))
                        env[var] = out
                        var.unset = True
                        found[var] = None
        return found

    visit(body)
    return [env.get(var, var) for var in values]


def _read(body: ir.Block, result: Expr) -> list[Var]:
    """The values of the forward sweep that a backward sweep reads."""
    wrapped = [*body, ir.Do(Apply("tuple", (result,)))]
    return recording.free(wrapped)
