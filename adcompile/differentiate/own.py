"""The user's own code in the sweeps: hooks of `on_backward`, derivatives of `custom_rule`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate import implicit
from adcompile.differentiate.calls import in_dtype
from adcompile.differentiate.splicing import splice
from adcompile.ir import Apply, Const, Expr, Ref, Var
from adcompile.kinds import NONE, Kind, carries_derivative, forget_value
from adcompile.lower import custom_code
from adcompile.lower.custom import Custom
from adcompile.lower.fits import is_certain, misfit
from adcompile.lower.implicit import Implicit

if TYPE_CHECKING:
    from adcompile.differentiate.forward import Forward
    from adcompile.differentiate.reverse import Reverse


def run_hook(reverse: Reverse, target: Var, value: Apply, g: Expr) -> None:
    """The adjoint of `y = on_backward(x, hook)`: what the hook returns, or what it was given."""
    marked, hook, *captured = value.args
    assert isinstance(hook, Ref) and isinstance(hook.target, ir.Function)
    g = in_dtype(reverse.build, g, target.kind)
    result = splice(reverse.build, hook.target, [g, *captured])
    if result == Const(None):
        result = g
    elif not is_certain(target.kind, reverse.build.kind(result)):
        result = reverse.build.apply("runtime.derivative", result, target)
    reverse.adjoints.accumulate(marked, result)


# ----- rules of the user's own -----


def rule_of(value: Expr) -> Custom | Implicit | None:
    """The rule of its own that an operation has."""
    callee = value.args[0] if isinstance(value, Apply) and value.op == "opaque" else None
    target = callee.target if isinstance(callee, Ref) else None
    return target if isinstance(target, (Custom, Implicit)) else None


def pull(reverse: Reverse, call: Custom | Implicit, target: Var, value: Apply, g: Expr) -> None:
    """The adjoint of a call of a function with a rule of its own."""
    if isinstance(call, Implicit):
        implicit.pull(reverse, call, target, value, g)
        return
    code = call.rule.pulled
    if code is None:
        raise call.refuse(f"`{call.name}` has no pullback", f"write one: @{call.name}.pullback")
    build, args = reverse.build, value.args[1 : 1 + custom_code.taken(call, code, 2, 1)]
    g = in_dtype(build, g, target.kind)
    given = [g, target, *args]
    kinds = [forget_value(build.kind(g)), target.kind, *map(build.kind, args)]
    named = {name: build.kind(arg) for name, arg in value.kwargs}
    code_of = custom_code.lowered(call, code, kinds, named, len(args))
    result = splice(build, code_of.function, [*given, *(arg for _, arg in value.kwargs)])
    assert isinstance(result, Apply)
    for i, (arg, part, kind) in enumerate(zip(args, result.args, code_of.kinds, strict=True)):
        if build.varied(arg) and carries_derivative(build.kind(arg)):
            what = f"what `{custom_code.name_of(code)}` returns for `{call.names[i]}`"
            reverse.adjoints.accumulate(arg, _checked(build, call, what, part, kind, arg))


def push(forward: Forward, call: Custom | Implicit, target: Var, value: Apply) -> Expr:
    """The tangent of a call of a function with a rule of its own."""
    if isinstance(call, Implicit):
        return implicit.push(forward, call, target, value)
    code = call.rule.pushed
    if code is None:
        raise call.refuse(
            f"`{call.name}` has no pushforward", f"write one: @{call.name}.pushforward"
        )
    build, args = forward.build, value.args[1 : 1 + custom_code.taken(call, code, 1, 2)]
    has = [carries_derivative(build.kind(arg)) for arg in args]
    tangents = [
        forward.tangents.full(arg) if has_one else Const(None)
        for arg, has_one in zip(args, has, strict=True)
    ]
    kinds: list[Kind] = [
        forget_value(build.kind(arg)) if has_one else NONE
        for arg, has_one in zip(args, has, strict=True)
    ]
    kinds += [target.kind, *map(build.kind, args)]
    named = {name: build.kind(arg) for name, arg in value.kwargs}
    code_of = custom_code.lowered(call, code, kinds, named)
    given = [*tangents, target, *args, *(arg for _, arg in value.kwargs)]
    result = splice(build, code_of.function, given)
    assert isinstance(result, Apply)
    what = f"what `{custom_code.name_of(code)}` returns"
    return _checked(build, call, what, result.args[0], code_of.kinds[0], target)


def _checked(
    build: Builder, call: Custom, what: str, derivative: Expr, kind: Kind, value: Expr
) -> Expr:
    """A derivative that the user's code returns, if it may be one by a value."""
    reason = misfit(build.kind(value), kind)
    if reason is not None:
        raise call.refuse(
            f"{what} {reason}", "let it return a derivative of the shape of the value"
        )
    if is_certain(build.kind(value), kind):
        return derivative
    return build.apply("runtime.derivative", derivative, value)
