"""The gradient of a function as IR: forward sweep, backward sweep, the results in their places."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from adcompile import ir
from adcompile.analyse import ignore_shifts
from adcompile.differentiate.calls import Callee
from adcompile.differentiate.fitting import result_for
from adcompile.differentiate.memory import owned
from adcompile.differentiate.reverse import Reverse
from adcompile.errors import RefusedError, Span, UsageError
from adcompile.ir import Apply, Const, Expr, Var
from adcompile.kinds import Array, Scalar, Unknown, dims, is_complex
from adcompile.lower import Session, Specialised
from adcompile.lower.heap import holds_arrays
from adcompile.parts import Part
from adcompile.records import field, record


@record
class Request:
    """What is asked of a gradient.

    Attributes:
        wrt: the parameters, or parts of them, to differentiate with respect to.
        many: whether the result is a tuple even for one of them.
        value: whether the function's value is returned too.
        has_aux: whether the function returns `(value, aux)`.
        allow_unused: whether a parameter that the result does not depend on has gradient zero.
        summed: whether the result is an array, and the gradient that of the sum of its elements.
        along: the parameters, or parts of them, along which the function (`wrt` is empty) or its
            gradient is differentiated in forward mode.
        split: whether the result is a function for the value, and one for the derivative by it.
        seeded: whether the derivative of a number by the result, which may be anything, is an
            argument after the others.
        tangent_only: whether only the derivative along these is returned.
        vector: whether tangents, or cotangents, come several at once, with a leading axis.
        pattern: whether tangents are replaced by the sets of what they depend on.
        debug: whether it is checked that every number is finite.
    """

    wrt: tuple[Part, ...]
    many: bool = False
    value: bool = False
    has_aux: bool = False
    allow_unused: bool = False
    summed: bool = False
    along: tuple[Part, ...] = ()
    split: bool = False
    seeded: bool = False
    tangent_only: bool = False
    vector: bool = False
    pattern: bool = False
    debug: bool = False


@record(frozen=False)
class Program:
    """The functions of a gradient: the pairs of the functions it calls, and itself.

    Attributes:
        pairs: what the functions that it calls have become.
        main: itself.
        dropped: values that the result depends on, with derivative zero.
        around: the Python function around a native one.
    """

    pairs: Sequence[Callee]
    main: ir.Function
    dropped: list[Expr] = field(default_factory=list)
    around: ir.Function | None = None


def gradient(session: Session, spec: Specialised, request: Request) -> Program:
    """The gradient of a lowered function.

    Args:
        session: the compilation.
        spec: the function, lowered for the kinds of its arguments.
        request: what to return.

    Raises:
        RefusedError: the derivative cannot be proven right.
        UsageError: the request does not fit the function.
    """
    function = spec.body
    assert function is not None
    ignore_shifts(function)
    reverse = Reverse(session, function)
    value, aux = _split_result(spec, function, request)
    span = spec.source.span(_last_statement(spec))
    reverse.build.span = span
    seeds = [_cotangent(spec, function)] if request.seeded else []
    if seeds:
        reverse.adjoints.accumulate(value, seeds[0])
    else:
        _seed(reverse, value, span, request.summed)
    reverse.build.span = None
    reverse.block(function.body)
    params = {param.hint: param for param in function.params}
    reverse.build.span = None
    gradients = [
        result_for(reverse.adjoints, params[part.name], request.allow_unused, part)
        for part in request.wrt
    ]
    gradients = owned(function, reverse.build, gradients, aux)
    result = Apply("tuple", tuple(gradients)) if request.many else gradients[0]
    main = ir.Function(
        _name(function.name, request),
        [*function.params, *seeds],
        [
            *checks(spec, function),
            *reverse.stacks(),
            *function.body,
            ir.Note("backward", 1),
            *reverse.build.block,
        ],
        _returned(result, value, aux, request),
        _doc(function.name, request),
        settings=function.settings,
    )
    return Program(list(session.pairs.values()), main)


def _cotangent(spec: Specialised, function: ir.Function) -> Var:
    """The derivative of a number by what a function returns, as a parameter."""
    name = f"d_{getattr(function.result, 'hint', None) or 'result'}"
    while any(param.hint == name for param in function.params):
        name += "_"
    return Var(name, spec.result, named=True)


def checks(spec: Specialised, function: ir.Function) -> ir.Block:
    """That arrays which the function writes to are not those of other arguments."""
    arrays = [param for param in function.params if holds_arrays(param.kind) or param.boxed]
    if not spec.writes or len(arrays) < 2:
        return []
    named = tuple((str(param.hint), param) for param in arrays)
    written = Apply("tuple", tuple(Const(name) for name in spec.writes))
    return [ir.Do(Apply("runtime.apart", (written,), named))]


def _name(name: str, request: Request) -> str:
    if request.seeded:
        return f"{name}_backward"
    return f"{name}_value_and_grad" if request.value else f"{name}_grad"


def _doc(name: str, request: Request) -> str:
    of = "Value and gradient" if request.value else "Gradient"
    names = ", ".join(map(str, request.wrt))
    return (
        f"{of} of `{name}` with respect to {names}.\n\n"
        "    d_v is the derivative of the result by v.\n    "
    )


def _last_statement(spec: Specialised) -> ast.AST:
    node = spec.source.node
    body = node.body
    return body[-1] if isinstance(body, list) else body


def _split_result(
    spec: Specialised, function: ir.Function, request: Request
) -> tuple[Expr, Expr | None]:
    if not request.has_aux:
        return function.result, None
    result = function.result
    if isinstance(result, Apply) and result.op == "tuple" and len(result.args) == 2:
        return result.args[0], result.args[1]
    raise UsageError(
        f"with `has_aux=True`, `{function.name}` must return a pair `value, aux`",
        None,
        spec.source.span(_last_statement(spec)),
    )


def _seed(reverse: Reverse, value: Expr, span: Span, summed: bool) -> None:
    """The derivative of the result by itself is one."""
    kind = reverse.build.kind(value)
    if not isinstance(kind, (Scalar, Array, Unknown)):
        raise RefusedError(
            "the result is not a number",
            "return one number; further results go with has_aux=True",
            span,
        )
    if is_complex(kind):
        raise RefusedError(
            "the result is complex, and only real numbers have a gradient",
            "return its real part or its modulus; `vjp` and `jvp` take complex results",
            span,
        )
    lengths = dims(kind)
    if summed and lengths != ():
        seed = reverse.build.apply("numpy.broadcast_to", Const(1.0), _shape(reverse, value))
    elif lengths is None:
        seed = reverse.build.apply("runtime.seed", value)
    elif any(length != 1 for length in lengths):
        raise RefusedError(
            "the result is an array, not a number",
            "reduce it, for example with np.sum, to the number that is to be differentiated",
            span,
        )
    else:
        seed = reverse.build.apply("numpy.broadcast_to", Const(1.0), _shape(reverse, value))
    reverse.adjoints.accumulate(value, seed)


def _shape(reverse: Reverse, value: Expr) -> Expr:
    return reverse.build.apply("numpy.shape", value)


def _returned(result: Expr, value: Expr, aux: Expr | None, request: Request) -> Expr:
    """What the generated function returns, with the meaning of `jax.value_and_grad`."""
    if not request.value:
        return result if aux is None else Apply("tuple", (result, aux))
    first = value if aux is None else Apply("tuple", (value, aux))
    return Apply("tuple", (first, result))
