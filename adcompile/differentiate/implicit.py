"""Derivatives of solutions of equations, from the equation and not from how it was solved.

With `x = f(x, a)`, `d_a` is the pullback by `a` of the `w` for which `w = d_x + w @ df/dx`, which
is found by iteration as `x` was: Christianson, Reverse accumulation and attractive fixed points
(1994). With `0 = f(x, a)` it is that of `w = -d_x @ inv(df/dx)`. The functions that say so are
lowered like the user's, and become part of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate.calls import in_dtype, pair_of
from adcompile.differentiate.splicing import splice
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Const, Expr, Ref, Var
from adcompile.kinds import UNKNOWN, Array, Resolved, dims, forget_value
from adcompile.lower import Session, control
from adcompile.lower.frame import Frame
from adcompile.lower.heap import Heap, WritesError
from adcompile.lower.implicit import Implicit
from adcompile.lower.made import Built
from adcompile.records import replace
from adcompile.rules.marks import TWICE
from adcompile.source import of_function

if TYPE_CHECKING:
    from adcompile.differentiate.forward import Forward
    from adcompile.differentiate.reverse import Reverse

# ----- what becomes part of the text -----


def _attracted(first: Any, step: Any, tol: Any, steps: Any) -> Any:
    w = first
    change = w
    count = 0
    while np.max(np.abs(change)) > tol * np.max(np.abs(w)):
        if count == steps:
            raise ArithmeticError("the derivative does not converge")
        count += 1
        before = w
        w = step(before)
        change = w - before
    return w


def _solved_number(right: Any, along: Any, x: Any) -> Any:
    return -right / along(1.0)


def _solved(right: Any, along: Any, x: Any) -> Any:
    unit = np.zeros_like(x)
    jacobian = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        unit[i] = 1.0
        jacobian[i] = along(unit)
        unit[i] = 0.0
    return -np.linalg.solve(jacobian.T, right)


Along = Callable[[Frame, Expr], Expr]


def _expand(
    session: Session, build: Builder, code: Callable[..., Any], args: Mapping[str, Expr | Along]
) -> Expr:
    """The value of a call of one of the functions above, with its body in the place of the call.

    Args:
        session: the compilation.
        build: where the body goes.
        code: the function.
        args: its arguments; those that it calls lower their calls.
    """
    try:
        return _expanded(session, build, code, args, followed=False)
    except WritesError:
        return _expanded(session, build, code, args, followed=True)


def _expanded(
    session: Session,
    build: Builder,
    code: Callable[..., Any],
    args: Mapping[str, Expr | Along],
    followed: bool,
) -> Expr:
    source = replace(of_function(code), function=None)
    env: dict[str, Expr] = {}
    given: dict[Var, Expr] = {}
    for name, arg in args.items():
        if callable(arg):
            built = Built(name, arg)
            env[name] = Ref(name, built, Resolved(built))
        elif isinstance(arg, Const) and not isinstance(arg.value, float):
            env[name] = arg
        else:
            env[name] = param = Var(None, forget_value(build.kind(arg)), named=True)
            given[param] = arg
    heap = Heap(followed, passed=frozenset(given))
    # Its lines are not the user's: comments quote the call.
    frame = Frame(session, source, Builder(distinct=followed), env, inlined=1, heap=heap)
    body = source.node.body
    assert isinstance(body, list)
    result = control.lower_body(frame, body)
    assert result is not None
    function = ir.Function(code.__name__, [*given], frame.build.block, result)
    return splice(build, function, [*given.values()])


# ----- reverse mode -----


def pull(reverse: Reverse, implicit: Implicit, target: Var, value: Apply, g: Expr) -> None:
    """The adjoint of the solution of an equation."""
    build, args = reverse.build, (target, *value.args[3:])
    pullback = _Pullback(reverse, implicit, args)
    g = in_dtype(build, reverse.adjoints.full(g, target), target.kind)
    if implicit.name == "fixed_point":
        g = build.apply("converged", g)
        found = _expand(
            reverse.session,
            build,
            _attracted,
            {
                "first": g,
                "step": lambda frame, w: frame.build.apply(
                    "operator.add", g, pullback(frame.build, w)[0]
                ),
                **_options(target, value),
            },
        )
    else:
        code = _solved if dims(target.kind) else _solved_number
        along: Along = lambda frame, unit: pullback(frame.build, unit)[0]  # noqa: E731
        found = _expand(reverse.session, build, code, {"right": g, "along": along, "x": target})
    results = pullback(build, in_dtype(build, found, target.kind))
    for position, result in zip(pullback.wanted, results, strict=True):
        if position:
            reverse.adjoints.accumulate(args[position], result)


class _Pullback:
    """Writes calls of the pullback of an equation at its solution.

    Attributes:
        wanted: the parameters that it gives the derivatives by.
    """

    def __init__(self, reverse: Reverse, implicit: Implicit, args: tuple[Expr, ...]) -> None:
        self._pair = pair_of(reverse.session, implicit.spec)
        self._args = [ir.substitute(arg, reverse.restored) for arg in args]
        self.wanted = self._pair.wanted
        self._saved = None if self._takes_off() else self._forward(reverse.build)

    def _takes_off(self) -> bool:
        """Whether the backward function takes what it needs off lists, so that it runs once."""
        forward = self._pair.forward
        return forward is None or any(
            isinstance(s, Assign) and s.value == Apply("list") for s in forward.body
        )

    def _forward(self, build: Builder) -> list[Expr]:
        """What the backward function needs."""
        if self._pair.joint:
            return self._args
        name = self._pair.spec.source.name
        saved = Var(f"{name}_saved", UNKNOWN, named=True)
        callee = Ref(f"{name}_forward", (self._pair, "forward"), self._pair.spec.result)
        targets = (Var(None, self._pair.spec.result), saved)
        build.block.append(Assign(targets, Apply("call", (callee, *self._args)), build.span))
        return [saved]

    def __call__(self, build: Builder, w: Expr) -> list[Var]:
        """The derivatives by the parameters, for one by the result."""
        saved = self._forward(build) if self._saved is None else self._saved
        callee = Ref(f"{self._pair.spec.source.name}_backward", (self._pair, "backward"))
        results = [Var(None, build.kind(self._args[i])) for i in self.wanted]
        operation = Apply("call", (callee, *saved, w))
        build.block.append(Assign(tuple(results), operation, build.span))
        return results


def _options(target: Var, value: Apply) -> dict[str, Expr]:
    """The options of a call, as `runtime.fixed_point` takes them."""
    kind = target.kind
    single = isinstance(kind, Array) and kind.dtype == np.float32
    given = {name: option for name, option in value.kwargs if option != Const(None)}
    return {"tol": Const(1e-6 if single else 1e-12), "steps": Const(1000), **given}


# ----- forward mode -----


def push(forward: Forward, implicit: Implicit, target: Var, value: Apply) -> Expr:
    """The tangent of the solution of an equation."""
    build, args = forward.build, (target, *value.args[3:])
    if implicit.name == "fixed_point" and forward.pushes.again:
        raise RefusedError(*TWICE, build.span)
    callee, wanted = forward.pushes.callee(Ref(implicit.spec.source.name, implicit.spec))
    params = [forward.tangents.full(args[i]) for i in wanted if i]
    zeros = [forward.tangents.zero(args[i]) for i in wanted if i]

    def pushed(build: Builder, x_dot: Expr, dots: list[Expr]) -> Expr:
        tangent = Var(None, target.kind)
        operation = Apply("call", (callee, *args, x_dot, *dots))
        build.block.append(Assign((Var(None, target.kind), tangent), operation, build.span))
        return tangent

    session = forward.pushes.session
    right = pushed(build, forward.tangents.zero(target), params)
    if implicit.name == "fixed_point":
        step: Along = lambda frame, x_dot: pushed(frame.build, x_dot, params)  # noqa: E731
        options = _options(target, value)
        return _expand(session, build, _attracted, {"first": right, "step": step, **options})
    code = _solved if dims(target.kind) else _solved_number
    along: Along = lambda frame, unit: pushed(frame.build, unit, zeros)  # noqa: E731
    found = _expand(session, build, code, {"right": right, "along": along, "x": target})
    return in_dtype(build, found, target.kind)
