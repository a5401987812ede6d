"""Derivatives inside a function that is differentiated: `grad(inner)(x)`, `jvp(f, (x,), (v,))`."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Mapping
from typing import Any

from adcompile import columns, kinds
from adcompile.errors import UsageError
from adcompile.ir import Apply, Const, Expr, Ref
from adcompile.kinds import (
    Items,
    Many,
    Record,
    Resolved,
    carries_derivative,
    is_int,
)
from adcompile.lower import arguments, calls, closures, container_methods, expressions, user_calls
from adcompile.lower.closures import Partial
from adcompile.lower.derivative_call import DerivativeCall, are_alike, by_name, callee_of
from adcompile.lower.derived import Along, Derived, Matrix, Pullback, of
from adcompile.lower.frame import Frame, static
from adcompile.options import Options

# ----- what is asked for -----

# The functions that make derivatives, by where they are defined.
_MAKERS = {
    "adcompile.api.grad": "grad",
    "adcompile.api.value_and_grad": "value_and_grad",
    "adcompile.directional.elementwise_grad": "elementwise_grad",
    "adcompile.directional.hvp": "hvp",
}
_MATRICES = {
    "adcompile.jacobians.jacobian": ("jvp", "matrix"),
    "adcompile.jacobians.hessian": ("hvp", "matrix"),
    "adcompile.jacobians.hessian_diag": ("hvp", "diagonal"),
}
_CALLS = ("adcompile.directional.jvp", "adcompile.directional.linearize", "adcompile.pullbacks.vjp")


def asked(
    frame: Frame, node: ast.AST, target: Any, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr | None:
    """The value of a call of `grad` and its like; None of any other function."""
    space, name = getattr(target, "__module__", None), getattr(target, "__name__", None)
    if not str(space).startswith("adcompile.") or not isinstance(target, types.FunctionType):
        return None
    place = f"{space}.{name}"
    if place in _MAKERS:
        return _maker(frame, node, _MAKERS[place], target, args, kwargs)
    if place in _MATRICES:
        return _matrix(frame, node, target, args, kwargs)
    if place in _CALLS:
        given = _bound(frame, node, target, args, kwargs)
        return {"jvp": _jvp, "linearize": _linearize, "vjp": _vjp}[str(name)](frame, node, given)
    return None


def _bound(
    frame: Frame,
    node: ast.AST,
    target: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> dict[str, Any]:
    """The arguments of a call of `grad` and its like; those that are no values as they are."""
    try:
        return dict(inspect.signature(target).bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise frame.refuse(node, f"this call does not fit: {error}") from None


def _maker(
    frame: Frame,
    node: ast.AST,
    verb: str,
    target: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """`grad(f, wrt=...)`; without `f` a decorator."""
    given = _bound(frame, node, target, args, kwargs)
    function = given.pop("function", None)
    if function is None:
        return _decorator(target, kwargs)
    wrt, aux, unused = (
        _setting(frame, node, given, name, default)
        for name, default in (("wrt", 0), ("has_aux", False), ("allow_unused", False))
    )
    try:
        options = Options.of(verb, wrt, aux, unused)
    except UsageError as error:
        raise frame.refuse(node, error.reason, error.hint) from None
    return closures.value_of(Derived(_function(frame, node, verb, function), options))


def _matrix(
    frame: Frame,
    node: ast.AST,
    target: types.FunctionType,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr:
    """`jacobian(f, wrt=...)`, `hessian(f)`, `hessian_diag(f)`; the mode is forward."""
    given = _bound(frame, node, target, args, kwargs)
    function = given.get("function")
    if function is None:
        return _decorator(target, kwargs)
    wrt = _setting(frame, node, given, "wrt", 0)
    if not isinstance(wrt, (int, str)):
        raise frame.refuse(
            node, "several `wrt` of a matrix of derivatives are not there yet", "take one at a time"
        )
    verb, shape = _MATRICES[f"{target.__module__}.{target.__name__}"]
    unused = _setting(frame, node, given, "allow_unused", False)
    options = Options.of(verb, wrt, False, unused)
    column = Derived(_function(frame, node, target.__name__, function), options)
    return closures.value_of(Matrix(closures.value_of(column), wrt, shape))


def call_matrix(
    frame: Frame, node: ast.AST, matrix: Matrix, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a matrix of derivatives: a loop over its columns."""
    product = matrix.function
    assert isinstance(product, Ref) and isinstance(product.target, Derived)
    callee = callee_of(frame, node, product.target.function, args, kwargs)
    options = by_name(product.target.options, callee.signature, callee.skipped)
    (part,) = options.parts(callee.signature)
    x = callee.bound[part.name]
    rank = None if part.steps else kinds.rank(frame.kind(x))
    if rank not in (0, 1):
        raise frame.refuse(
            node,
            f"`{part}` is not known to be a number or a vector here",
            "flatten it, as in `lambda v: f(v.reshape(2, 3))`",
        )
    if kinds.is_complex(frame.kind(x)):
        raise frame.refuse(
            node,
            f"`{part}` is complex, and a matrix of derivatives is one of real numbers",
            "take real and imaginary parts, or `jvp` and `vjp`",
        )
    column = closures.value_of(Partial("column", product, args, kwargs))
    helper = getattr(columns, matrix.shape if rank else f"{matrix.shape}_by_number")
    return user_calls.call_user(frame, node, helper.__name__, helper, [column, x], {})


def _decorator(target: types.FunctionType, kwargs: Mapping[str, Expr]) -> Expr:
    """What `grad(wrt=...)` without a function gives."""
    rest = {name: value for name, value in kwargs.items() if name != "function"}
    name = target.__name__
    return closures.value_of(Partial(name, Ref(name, target, Resolved(target)), (), rest))


def _setting(
    frame: Frame, node: ast.AST, given: Mapping[str, Any], name: str, default: object
) -> Any:
    if name not in given:
        return default
    try:
        return static(given[name])
    except KeyError:
        raise frame.refuse(node, f"`{name}=` must be written out here") from None


def _function(frame: Frame, node: ast.AST, verb: str, function: Expr) -> Expr:
    if not isinstance(frame.kind(function), (Resolved, Record)):
        raise frame.refuse(node, f"it is not known while compiling what this is the `{verb}` of")
    return function


def called(
    frame: Frame,
    node: ast.AST,
    name: str,
    target: Any,
    args: list[Expr],
    kwargs: dict[str, Expr],
) -> Expr | None:
    """The value of a call of a derivative; None of anything else."""
    if isinstance(target, Matrix):
        return call_matrix(frame, node, target, args, kwargs)
    if isinstance(target, Pullback):
        return call_pullback(frame, node, target, args, kwargs)
    if isinstance(target, Along):
        together = Apply("tuple", tuple(args))
        return call(frame, node, target, [*target.args, together], kwargs)
    derived = of(frame, name, target)
    return None if derived is None else call(frame, node, derived, args, kwargs)


# ----- calls -----


def call(
    frame: Frame, node: ast.AST, derived: Derived, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of a derivative."""
    options = derived.options
    tangents: list[Expr] = []
    if options.verb in ("hvp", "jvp"):
        if not args:
            raise frame.refuse(node, "there is no vector", "give it after the arguments")
        *args, vector = args
        many = isinstance(options.wrt, tuple)
        tangents = arguments.spread(frame, node, vector) if many else [vector]
    value = DerivativeCall(frame, node, derived.function, options, args, kwargs).value(tangents)
    return value if options.verb != "jvp" else expressions.item(frame, node, value, Const(1))


def _jvp(frame: Frame, node: ast.AST, given: dict[str, Any]) -> Expr:
    """`jvp(f, primals, tangents, wrt=...)`."""
    function = _function(frame, node, "jvp", given["function"])
    primals = arguments.spread(frame, node, given["primals"])
    tangents = arguments.spread(frame, node, given["tangents"])
    named = given.get("kwargs", Const(None))
    kwargs = {} if named == Const(None) else arguments.spread_dict(frame, node, named)
    wrt = _setting(frame, node, given, "wrt", None)
    if wrt is None:
        moved = [i for i, tangent in enumerate(tangents) if tangent != Const(None)]
        wrt, tangents = moved, [tangents[i] for i in moved]
    unused = _setting(frame, node, given, "allow_unused", False)
    options = Options.of("jvp", wrt if isinstance(wrt, list) else (wrt,), False, unused)
    return DerivativeCall(frame, node, function, options, primals, kwargs).value(tangents)


def _linearize(frame: Frame, node: ast.AST, given: dict[str, Any]) -> Expr:
    """`linearize(f, *primals)`: the value, and a function of the tangents."""
    function = _function(frame, node, "linearize", given["function"])
    primals = list(given.get("primals", ()))
    wrt = _setting(frame, node, given, "wrt", None)
    wanted = tuple(range(len(primals))) if wrt is None else wrt
    unused = _setting(frame, node, given, "allow_unused", False)
    wanted = wanted if isinstance(wanted, (tuple, list)) else (wanted,)
    derived = Along(function, Options.of("jvp", wanted, False, unused), primals)
    value = calls.call_value(frame, node, function, primals, {})
    return Apply("tuple", (value, closures.value_of(derived)))


def _vjp(frame: Frame, node: ast.AST, given: dict[str, Any]) -> Expr:
    """`vjp(f, *primals)`: the value, and a function from a cotangent to those of the arguments."""
    function = _function(frame, node, "vjp", given["function"])
    primals = list(given.get("primals", ()))
    wrt = _setting(frame, node, given, "wrt", None)
    if wrt is None:
        wrt = tuple(range(len(primals)))
        for primal in primals:
            if not carries_derivative(frame.kind(primal)) and not is_int(frame.kind(primal)):
                raise frame.refuse(
                    node, "an argument without floats has no derivative", "leave it out of `wrt`"
                )
    unused = _setting(frame, node, given, "allow_unused", False)
    options = Options.of("vjp", wrt, False, unused)
    parts = arguments.spread(
        frame, node, DerivativeCall(frame, node, function, options, primals, {}).value(inline=True)
    )
    value, saved, backward = parts
    return Apply("tuple", (value, closures.value_of(Pullback(backward, saved, value))))


def call_pullback(
    frame: Frame, node: ast.AST, pullback: Pullback, args: list[Expr], kwargs: dict[str, Expr]
) -> Expr:
    """A call of what `vjp` has returned. It takes the values off lists of its own."""
    saved, value = pullback.args
    if len(args) != 1 or kwargs:
        raise frame.refuse(node, "a pullback takes one cotangent")
    if not are_alike(frame.kind(value), frame.kind(args[0])):
        raise frame.refuse(
            node,
            "the cotangent is not known to have the form of the value",
            "give it the structure and shape of the value",
        )
    parts = [
        container_methods.copied(frame, node, part)
        if isinstance(kind := frame.kind(part), (Items, Many)) and kind.type is list
        else part
        for part in arguments.spread(frame, node, saved)
    ]
    given = [Apply("tuple", tuple(parts)), *args]
    return calls.call_value(frame, node, pullback.function, given, {})
