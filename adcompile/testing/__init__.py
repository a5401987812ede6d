"""Checks of gradients against numbers got without differentiating.

`check_grads` is for test suites: of this package, and of whoever wants to see a gradient confirmed.
It evaluates the function some twenty times per element of the arguments, so it is meant for small
ones. How derivatives are estimated: `differences`. By a complex number z = x + iy the derivative is
dL/dx - i dL/dy, and both parts are estimated by differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from adcompile.records import replace
from adcompile.testing.calls import Call, copied
from adcompile.testing.comparison import check_argument, require_same
from adcompile.testing.differences import Estimate, central_difference, complex_step

__all__ = ["MODES", "Estimate", "central_difference", "check_grads", "complex_step"]

# What `check_grads` can check.
MODES = ("reverse", "forward", "forward over reverse")


def check_grads(
    f: Callable[..., Any],
    args: Iterable[Any],
    kwargs: Mapping[str, Any] | None = None,
    *,
    wrt: int | str | tuple[int | str, ...] = 0,
    rtol: float | None = None,
    atol: float | None = None,
    gradient: Callable[..., Any] | None = None,
    modes: Iterable[str] = ("reverse", "forward"),
) -> None:
    """Check the gradient of a function against numerical derivatives, element by element.

    Also checks that the gradient's structure, shapes and dtypes are those of the argument, that
    computing it does not change any argument, and that computing it again gives the same.

    Args:
        f: a function with a real scalar result. A result array of size one counts as a scalar.
        args: its positional arguments.
        kwargs: its keyword arguments.
        wrt: the argument or arguments to differentiate by, as for `adcompile.grad`: position, name,
            part of an argument, or a tuple of these. Each is a float or complex number, an array of
            such, or a container or object of these; anything else in a container is left alone.
            An ``int`` counts as a float, except in a container where the gradient holds None in
            its place.
        rtol: tolerance relative to the derivative. The default goes by the least precise dtype of
            the argument and the result: 1e-6 for float64, 1e-3 for float32.
        atol: tolerance that does not depend on the derivative. The default is 1e-8 for float64 and
            1e-4 for float32, times the largest derivative by the same leaf where that is below one,
            and never less than some roundings of the result, or of one.
        gradient: computes the gradient from the arguments of `f`: one for a single `wrt`, a tuple
            of them for a tuple. The default is ``adcompile.grad(f, wrt=wrt)``.
        modes: what to check. ``"reverse"`` is what is said above; ``"forward"`` compares the
            derivative along a random direction with the gradient, to 1e-10 of the sum of the
            products; ``"forward over reverse"`` compares second derivatives along two directions
            with each other, as closely, and with differences of the gradient. Of a `gradient` from
            elsewhere only the first.

    Raises:
        AssertionError: the gradient is wrong, or the differences do not settle on a number, as at a
            jump of the function; the message says for which argument and element, and by how much.
        ValueError: `wrt` names no argument of `f`, or there is no such mode.
        TypeError: the arguments do not fit `f`, an argument in `wrt` holds no float or complex
            number, or the result is no real scalar.
    """
    args, kwargs, modes = tuple(args), dict(kwargs or {}), tuple(modes)
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise ValueError(f"there is no mode {unknown[0]!r}: write {', '.join(MODES)}")
    call = Call.of(f, args, kwargs)
    wanted = wrt if isinstance(wrt, tuple) else (wrt,)
    names = [call.name_of(one) for one in wanted]
    # The gradient gets the caller's own objects, with their layout and sharing; all else works on
    # copies made before.
    original = replace(call, arguments=copied(call.arguments))
    computes = _own_gradient(f, wrt) if gradient is None else gradient
    result = _twice(computes, args, kwargs, original, call)
    results = result if isinstance(wrt, tuple) else (result,)
    if not isinstance(results, tuple) or len(results) != len(names):
        raise AssertionError(
            f"for wrt={wrt!r} the gradient must be a tuple of {len(names)}, not {result!r}"
        )
    for part in filter(call.is_part, wanted):
        original = original.with_part(str(part))
    if "reverse" in modes:
        for name, got in zip(names, results, strict=True):
            check_argument(original, name, got, rtol, atol)
    if gradient is None:
        from adcompile.testing.identities import CHECKS, Differentiated

        values = tuple(original.arguments[name] for name in names)
        for mode, check in CHECKS.items():
            if mode in modes:
                check(Differentiated(f, args, kwargs, wanted, values, results))


def _own_gradient(f: Callable[..., Any], wrt: Any) -> Callable[..., Any]:
    # Here, so that a gradient from elsewhere can be checked without the compiler.
    from adcompile import grad

    return grad(f, wrt=wrt)


def _twice(gradient: Callable[..., Any], args: Any, kwargs: Any, original: Call, call: Call) -> Any:
    """What a gradient returns, which is called twice: with the arguments of `call`, which are to
    stay those of `original`."""
    returned = gradient(*args, **kwargs)
    require_same("the gradient call changed argument", original.arguments, call.arguments)
    result = copied(returned)
    again = gradient(*args, **kwargs)
    require_same(
        "a second gradient call changed the first", {"result": result}, {"result": returned}
    )
    require_same("a second gradient call gave another", {"result": result}, {"result": again})
    return result
