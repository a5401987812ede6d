"""Checks of gradients against numbers got without differentiating.

`check_grads` is for test suites: of this package, and of whoever wants to see a gradient confirmed.
It evaluates the function some twenty times per element of the arguments, so it is meant for small
ones.

A derivative is estimated by central differences at many step sizes, of which the ones that agree
best decide, and by the complex step, which is accurate to rounding but right only for analytic
functions: it counts where the differences confirm it. At a kink, central differences give the
middle between the two slopes, which is the convention of this package. By a complex number
z = x + iy the derivative is dL/dx - i dL/dy, and both parts are estimated by differences.
"""

from __future__ import annotations

import copy
import functools
import inspect
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.exceptions import ComplexWarning

from adcompile import trees
from adcompile.parts import parsed

__all__ = ["MODES", "Estimate", "central_difference", "check_grads", "compare", "complex_step"]

# What `check_grads` can check.
MODES = ("reverse", "forward", "forward over reverse")
# Relative and absolute tolerance by the number of bits of the least precise dtype in play.
_TOLERANCES = {16: (3e-2, 3e-3), 32: (1e-3, 1e-4), 64: (1e-6, 1e-8)}
_COMPLEX_STEP = 1e-30
# Rounding in the function's value, in units of epsilon times the value or times one if that is
# larger: small values are often differences of numbers of about one.
_ROUNDING = 16.0
# How many of its estimated errors an estimate may be off.
_ERRORS_ALLOWED = 4.0
# Each step of the central differences is so many times the one before. Not a power of two: with
# such steps, values rounded to a coarse grid give quotients that agree and are wrong.
_STEP_RATIO = 3.7
# An estimate with an error beyond this part of the largest derivative is no reference.
_UNSETTLED = 1e-3
# Quotients at neighbouring step sizes that differ by less than this part belong together.
_AGREEMENT = 1e-3
# So many quotients in a row do not agree by chance.
_ENOUGH_IN_AGREEMENT = 4


class Estimate(NamedTuple):
    """A number known up to an error."""

    value: float
    error: float


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
    args, kwargs = tuple(args), dict(kwargs or {})
    modes = tuple(modes)
    is_own = gradient is None
    if gradient is None:
        # Here, so that a gradient from elsewhere can be checked without the compiler.
        from adcompile import grad

        gradient = grad(f, wrt=wrt)
    call = _Call.of(f, args, kwargs)
    parts = [one for one in (wrt if isinstance(wrt, tuple) else (wrt,)) if call.is_part(one)]
    names = [call.name_of(one) for one in (wrt if isinstance(wrt, tuple) else (wrt,))]
    # The gradient gets the caller's own objects, with their layout and sharing; all else works on
    # copies made before.
    before = _copied(call.arguments)
    returned = gradient(*args, **kwargs)
    _require_same("the gradient call changed argument", before, call.arguments)
    result = _copied(returned)
    again = gradient(*args, **kwargs)
    _require_same(
        "a second gradient call changed the first", {"result": result}, {"result": returned}
    )
    _require_same("a second gradient call gave another", {"result": result}, {"result": again})
    results = result if isinstance(wrt, tuple) else (result,)
    if not isinstance(results, tuple) or len(results) != len(names):
        raise AssertionError(
            f"for wrt={wrt!r} the gradient must be a tuple of {len(names)}, not {result!r}"
        )
    original = replace(call, arguments=before)
    for part in parts:
        original = original.with_part(str(part))
    if "reverse" in modes:
        for name, got in zip(names, results, strict=True):
            _check_argument(original, name, got, rtol, atol)
    if is_own:
        from adcompile.identities import CHECKS, Differentiated

        unknown = [mode for mode in modes if mode != "reverse" and mode not in CHECKS]
        if unknown:
            raise ValueError(f"there is no mode {unknown[0]!r}: write {', '.join(MODES)}")
        wanted = wrt if isinstance(wrt, tuple) else (wrt,)
        values = tuple(original.arguments[name] for name in names)
        for mode, check in CHECKS.items():
            if mode in modes:
                check(Differentiated(f, args, kwargs, wanted, values, results))


def central_difference(
    f: Callable[[float], float], x: float, epsilon: float = sys.float_info.epsilon
) -> Estimate:
    """Estimate the derivative of a function of one number by central differences.

    Args:
        f: the function. Where it raises ArithmeticError, AssertionError or ValueError it counts as
            undefined.
        x: the place.
        epsilon: the relative precision in which `f` computes.

    Returns:
        The derivative and an estimate of its error: nan and infinity where no two step sizes give a
        number.
    """
    quotients = [_quotient(f, x, step, epsilon) for step in _steps(x, epsilon)]
    # The error's leading term goes with the square of the step, so this cancels it.
    gain = _STEP_RATIO**2
    extrapolated = [
        Estimate((gain * fine.value - coarse.value) / (gain - 1.0), fine.error)
        for fine, coarse in pairwise(quotients)
    ]
    usable = [e for e in extrapolated if math.isfinite(e.value) and math.isfinite(e.error)]
    choice = _with_noise(usable)[_decisive(usable)]
    return min(choice, key=lambda e: e.error, default=Estimate(math.nan, math.inf))


def complex_step(f: Callable[[complex], complex], x: float) -> float | None:
    """Compute the derivative of an analytic function from its value beside the real axis.

    Args:
        f: the function. It need not accept complex numbers.
        x: the place.

    Returns:
        The derivative, wrong if `f` is not analytic; None if `f` raises an error, drops an
        imaginary part with NumPy's warning, or gives no finite number.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ComplexWarning)
            derivative = f(complex(x, _COMPLEX_STEP)).imag / _COMPLEX_STEP
    except Exception:  # anything may come of complex numbers in a function for real ones
        return None
    return derivative if math.isfinite(derivative) else None


def compare(
    label: str,
    got: np.ndarray[Any, Any],
    expected: Mapping[tuple[int, ...], Estimate],
    rtol: float,
    atol: float,
) -> None:
    """Compare a gradient with estimates of its elements.

    Args:
        label: what the gradient is by, for the message.
        got: the gradient.
        expected: an estimate for each of its elements, by index.
        rtol: tolerance relative to the estimate.
        atol: absolute tolerance.

    Raises:
        AssertionError: an element is off by more than the tolerances and a few times the estimate's
            error allow. The message is about the worst one.
    """
    wrong = {
        index: excess
        for index, estimate in expected.items()
        if not (excess := _excess(float(got[index]), estimate, rtol, atol)) <= 1.0
    }
    if not wrong:
        return
    worst = max(wrong, key=lambda index: math.inf if math.isnan(wrong[index]) else wrong[index])
    value, reference = float(got[worst]), expected[worst].value
    off = abs(value - reference)
    part = f" ({off / abs(reference):.2g} of it)" if reference else ""
    raise AssertionError(
        f"gradient by {label}{_index_text(worst)}: got {value!r}, expected {reference!r}, "
        f"off by {off:.3g}{part}; {len(wrong)} of {len(expected)} elements of {label} are wrong"
    )


def _excess(value: float, estimate: Estimate, rtol: float, atol: float) -> float:
    """By how many times its tolerance a value is off."""
    tolerance = atol + rtol * abs(estimate.value) + _ERRORS_ALLOWED * estimate.error
    off = abs(value - estimate.value)
    return off / tolerance if tolerance else (math.inf if off else 0.0)


def _index_text(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


# ---------------------------------------------------------------- central differences


def _steps(x: float, epsilon: float) -> list[float]:
    """Step sizes in rising order.

    The longest is a small part of the number, or of one if that is larger. The shortest goes below
    the scale of one for large numbers and below the number for small ones, so that a kink or an end
    of the domain nearby is not stepped over, as far as rounding allows.
    """
    size = abs(x)
    shortest = max(min(1e-6, 1e-5 * size) or 1e-6, max(1e-10, 8.0 * epsilon) * size, 1e-30)
    steps = [0.05 * max(1.0, size)]
    while steps[-1] / _STEP_RATIO >= shortest:
        steps.append(steps[-1] / _STEP_RATIO)
    return steps[::-1]


def _quotient(f: Callable[[float], float], x: float, step: float, epsilon: float) -> Estimate:
    """The central difference quotient for one step size; the error is that of rounding alone."""
    above, below = x + step, x - step
    try:
        high, low = float(f(above)), float(f(below))
    except (ArithmeticError, AssertionError, ValueError):  # outside the domain
        return Estimate(math.nan, math.inf)
    width = above - below
    return Estimate((high - low) / width, _rounding(max(abs(high), abs(low)), epsilon) / width)


def _rounding(value: float, epsilon: float) -> float:
    """What rounding may do to a value of a function that computes with a precision."""
    return _ROUNDING * epsilon * max(1.0, abs(value))


def _decisive(estimates: list[Estimate]) -> slice:
    """The estimates from which to choose: the first ones in sufficient agreement, else all.

    Where short and long steps each agree among themselves only, the short ones tell the derivative.
    """
    start = 0
    for end in range(1, len(estimates) + 1):
        if end == len(estimates) or not _agree(estimates[end - 1], estimates[end]):
            if end - start >= _ENOUGH_IN_AGREEMENT:
                return slice(start, end)
            start = end
    return slice(None)


def _agree(a: Estimate, b: Estimate) -> bool:
    size = max(abs(a.value), abs(b.value))
    return abs(a.value - b.value) <= _AGREEMENT * size + _ERRORS_ALLOWED * (a.error + b.error)


def _with_noise(estimates: list[Estimate]) -> list[Estimate]:
    """Add to the errors what the values differ by from their neighbours.

    Noise in the function shows at each step size in inverse proportion to it, so what was seen at
    the shorter steps counts too: neighbours may agree by luck. One estimate alone tells nothing.
    """
    if len(estimates) < 2:
        return []
    changes = [abs(fine.value - coarse.value) for fine, coarse in pairwise(estimates)]
    noise = 0.0
    result = []
    for (value, error), before, after in zip(estimates, [0, *changes], [*changes, 0], strict=True):
        noise = max(noise / _STEP_RATIO, before)
        result.append(Estimate(value, error + max(noise, after)))
    return result


# ---------------------------------------------------------------- calling the function


@dataclass(frozen=True)
class _Call:
    """A call of a function: all arguments by name, and how many of them go by position."""

    f: Callable[..., Any]
    arguments: dict[str, Any]
    positional: int

    @classmethod
    def of(cls, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Call:
        """Take a call apart, with defaults. What ``*args`` takes is named ``args[0]`` and so on."""
        signature = inspect.signature(f)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        names = []
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                count = len(bound.arguments[parameter.name])
                names += [f"{parameter.name}[{i}]" for i in range(count)]
            elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append(parameter.name)
        positional = dict(zip(names, bound.args, strict=True))
        return cls(f, positional | bound.kwargs, len(positional))

    def is_part(self, wrt: int | str) -> bool:
        """Whether `wrt` means a part of an argument."""
        return isinstance(wrt, str) and wrt not in self.arguments and bool(parsed(wrt).steps)

    def with_part(self, text: str) -> _Call:
        """The call of a function that takes a part of an argument as one more argument."""
        part = parsed(text)

        def f(*args: Any, **kwargs: Any) -> Any:
            value = kwargs.pop(text)
            if part.name in kwargs:
                kwargs[part.name] = part.replaced(kwargs[part.name], value)
                return self.f(*args, **kwargs)
            at = list(self.arguments).index(part.name)
            changed = part.replaced(args[at], value)
            return self.f(*args[:at], changed, *args[at + 1 :], **kwargs)

        arguments = self.arguments | {text: part.of(self.arguments[part.name])}
        return replace(self, f=f, arguments=arguments)

    def name_of(self, wrt: int | str) -> str:
        """The name of the argument that `wrt` means. Raises ValueError if there is none."""
        if self.is_part(wrt) and parsed(str(wrt)).name in self.arguments:
            return str(wrt)
        names = list(self.arguments)
        if isinstance(wrt, int) and -len(names) <= wrt < len(names):
            return names[wrt]
        if isinstance(wrt, str) and wrt in names:
            return wrt
        raise ValueError(f"wrt={wrt!r} is none of the arguments {', '.join(names)}")

    def result(self) -> np.ndarray[Any, Any]:
        """The result as an array without axes. Raises TypeError if it is not a scalar."""
        arguments = list(_copied(self.arguments).items())
        args = [value for _, value in arguments[: self.positional]]
        with np.errstate(all="ignore"):
            result = self.f(*args, **dict(arguments[self.positional :]))
        array = np.asarray(result)
        if array.size != 1 or array.dtype.kind not in "biufc":
            raise TypeError(f"the function's result must be a scalar, not {result!r}")
        return array.reshape(())

    def along(
        self,
        name: str,
        number: int,
        index: tuple[int, ...],
        whole: Callable[[complex], complex] = lambda value: value,
    ) -> Callable[[Any], Any]:
        """The function of one number that varies an element of a leaf of an argument; `whole` is
        the element that belongs to the number."""
        tree = self.arguments[name]
        leaves = [leaf for _, leaf in _leaves(tree)]

        def restricted(value: complex) -> Any:
            varied = [*leaves]
            varied[number] = _with_element(leaves[number], index, whole(value))
            arguments = self.arguments | {name: _rebuild(tree, varied)}
            return replace(self, arguments=arguments).result().item()

        return restricted

    def widened(self) -> _Call:
        """The call in float64, where differences tell more, if the function is the same there."""
        value = self.result()
        if np.iscomplexobj(value):
            raise TypeError(f"the function's result must be real, not {value.item()!r}")
        wide = replace(self, arguments=_map_leaves(_widened_leaf, self.arguments))
        try:
            wide_value = wide.result()
        except Exception:  # any check of dtypes that the function may make
            return self
        rtol, atol = _TOLERANCES[_bits(value.dtype)]
        return wide if np.isclose(wide_value, value, rtol, atol) else self


# As gradients do, they take objects apart.
_leaves = functools.partial(trees.leaves, objects=True)
_map_leaves = functools.partial(trees.map_leaves, objects=True)
_rebuild = functools.partial(trees.rebuild, objects=True)


def _copied(tree: Any) -> Any:
    return _map_leaves(_copied_leaf, tree)


def _copied_leaf(leaf: object) -> object:
    try:
        return copy.deepcopy(leaf)
    except Exception:  # modules, locks, generators: each type has its own way of refusing
        return leaf


def _widened_leaf(leaf: Any) -> object:
    dtype = _float_dtype(leaf)
    if dtype is None or _bits(dtype) >= 64:
        return leaf
    return leaf.astype(np.complex128 if dtype.kind == "c" else np.float64)


def _with_element(leaf: Any, index: tuple[int, ...], value: complex) -> object:
    """A copy of an array or number with one element replaced; complex if the new element is."""
    if not isinstance(leaf, np.ndarray | np.generic):
        return value
    dtype = np.result_type(leaf.dtype, np.complex64) if np.iscomplexobj(value) else leaf.dtype
    if not isinstance(leaf, np.ndarray):
        return dtype.type(value)
    changed = leaf.astype(dtype)
    changed[index] = value
    return changed


def _float_dtype(leaf: object) -> np.dtype[Any] | None:
    """The dtype in which to differentiate by a leaf; None if that makes no sense."""
    if isinstance(leaf, np.ndarray | np.generic):
        return leaf.dtype if leaf.dtype.kind in "fc" else None
    if isinstance(leaf, complex):
        return np.dtype(np.complex128)
    return np.dtype(np.float64) if isinstance(leaf, float) or type(leaf) is int else None


def _epsilon(bits: int) -> float:
    """The relative precision of the floating dtype of a size."""
    return float(np.finfo(f"float{bits}").eps)


def _bits(*dtypes: np.dtype[Any]) -> int:
    """The size of the least precise floating dtype; 64 at most."""
    sizes = (8 * dtype.itemsize // (1 + (dtype.kind == "c")) for dtype in dtypes)
    return min([64, *(n for n, dtype in zip(sizes, dtypes, strict=True) if dtype.kind in "fc")])


# ---------------------------------------------------------------- judging a gradient


def _require_same(
    complaint: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    """Raise AssertionError unless trees are equal, as far as their leaves can be compared."""
    for name, tree in before.items():
        for label, old, new in _aligned(complaint, name, tree, after[name]):
            index = _first_difference(old, new)
            if index is not None:
                old_element, new_element = (
                    np.asarray(leaf)[index] if index else leaf for leaf in (old, new)
                )
                place = f"{label}{_index_text(index)}"
                raise AssertionError(f"{complaint} {place}: {old_element!r} became {new_element!r}")


def _aligned(complaint: str, name: str, tree: object, other: object) -> list[tuple[str, Any, Any]]:
    """The leaves of two trees with their labels. Raises AssertionError if the structures differ."""
    pairs: list[tuple[Any, Any]] = []
    try:
        _map_leaves(lambda *pair: pairs.append(pair), tree, other)
    except ValueError as error:
        raise AssertionError(f"{complaint} {name}: {error}") from None
    return [(name + path, *pair) for (path, _), pair in zip(_leaves(tree), pairs, strict=True)]


def _first_difference(old: object, new: object) -> tuple[int, ...] | None:
    """The index of the first element that differs, empty for whole leaves; None if they are equal.

    Leaves of types that are not known to compare by value count as equal.
    """
    if isinstance(old, str | bytes | int | None):
        return None if type(old) is type(new) and old == new else ()
    if not isinstance(old, float | complex | np.ndarray | np.generic):
        return None
    a, b = np.asarray(old), np.asarray(new)
    if a.dtype != b.dtype or a.shape != b.shape:
        return ()
    if a.dtype.hasobject:
        return None
    with np.errstate(all="ignore"):
        differing = np.argwhere(~((a == b) | ((a != a) & (b != b))))
    return tuple(map(int, differing[0])) if len(differing) else None


def _check_argument(
    call: _Call, name: str, got: object, rtol: float | None, atol: float | None
) -> None:
    """Check the gradient by one argument: structure, shapes and dtypes, then the numbers."""
    tree, value, wide = call.arguments[name], call.result(), call.widened()
    if not np.isfinite(value):
        raise AssertionError(f"the function has no derivatives here: its value is {value.item()}")
    leaves = _aligned("wrong structure of the gradient by", name, tree, got)
    if all(_float_dtype(leaf) is None for _, leaf, _ in leaves):
        raise TypeError(f"argument {name} holds no float to differentiate by")
    for number, (label, leaf, part) in enumerate(leaves):
        dtype = _float_dtype(leaf)
        # An integer among parameters may be a size, by which nobody differentiates.
        is_setting = type(leaf) is int and leaf is not tree and part is None
        if dtype is not None and not is_setting:
            gradient = _as_gradient(label, part, dtype, np.shape(leaf))
            for what, numbers, estimates in _parts(wide, name, number, label, gradient):
                _check_leaf(what, numbers, estimates, value, rtol, atol)


def _as_gradient(
    label: str, part: object, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> np.ndarray[Any, Any]:
    """The gradient by a leaf as an array. Raises AssertionError unless it is like the leaf."""
    gradient = np.asarray(part)
    if gradient.dtype != dtype or gradient.shape != shape:
        raise AssertionError(
            f"gradient by {label}: got {type(part).__name__} with dtype {gradient.dtype} and shape "
            f"{gradient.shape}, expected dtype {dtype} and shape {shape}"
        )
    return gradient


def _check_leaf(
    label: str,
    gradient: np.ndarray[Any, Any],
    expected: Mapping[tuple[int, ...], Estimate],
    value: np.ndarray[Any, Any],
    rtol: float | None,
    atol: float | None,
) -> None:
    """Check the numbers of the gradient by one leaf, where the function's result is `value`."""
    bits = _bits(gradient.dtype, value.dtype)
    default_rtol, default_atol = _TOLERANCES[bits]
    size = max((abs(e.value) for e in expected.values() if math.isfinite(e.value)), default=0.0)
    limit = max(_UNSETTLED * size, default_atol if atol is None else atol)
    _require_settled(label, expected, limit)
    if atol is None:
        # Small gradients are checked too, down to what rounding leaves of a sum that should be 0.
        atol = default_atol * min(1.0, size) + _rounding(float(value), _epsilon(bits))
    compare(label, gradient, expected, default_rtol if rtol is None else rtol, atol)


def _require_settled(
    label: str, expected: Mapping[tuple[int, ...], Estimate], limit: float
) -> None:
    """Raise AssertionError if an estimate is no reference."""
    for index, (value, error) in expected.items():
        if not error <= limit:
            raise AssertionError(
                f"gradient by {label}{_index_text(index)} cannot be checked: differences of the "
                f"function do not settle there (at best {value:.6g} with an error of {error:.2g})"
            )


def _parts(
    call: _Call, name: str, number: int, label: str, gradient: np.ndarray[Any, Any]
) -> Iterable[tuple[str, np.ndarray[Any, Any], dict[tuple[int, ...], Estimate]]]:
    """What is compared of the gradient by a leaf, with estimates: of complex numbers the derivative
    by the real part, and less that by the imaginary part."""
    leaf = np.asarray(_leaves(call.arguments[name])[number][1])
    epsilon = _epsilon(_bits(leaf.dtype, call.result().dtype))
    elements = [(index, leaf[index]) for index in np.ndindex(leaf.shape)]
    if leaf.dtype.kind != "c":
        yield (
            label,
            gradient,
            {
                index: _estimate(call.along(name, number, index), float(x), epsilon)
                for index, x in elements
            },
        )
        return
    real, imag = {}, {}
    for index, z in elements:
        along_x = call.along(name, number, index, lambda x, z=z: complex(x, z.imag))  # type: ignore[misc]
        along_y = call.along(name, number, index, lambda y, z=z: complex(z.real, y))  # type: ignore[misc]
        real[index] = central_difference(along_x, float(z.real), epsilon)
        slope, error = central_difference(along_y, float(z.imag), epsilon)
        imag[index] = Estimate(-slope, error)
    yield f"the real part of {label}", gradient.real, real
    yield f"the imaginary part of {label}", gradient.imag, imag


def _estimate(f: Callable[[Any], Any], x: float, epsilon: float) -> Estimate:
    """The derivative by the complex step where central differences confirm it, else by these."""
    differences = central_difference(f, x, epsilon)
    exact = complex_step(f, x)
    uncertainty = _ERRORS_ALLOWED * differences.error
    is_telling = uncertainty <= _AGREEMENT * abs(differences.value)
    if exact is not None and is_telling and abs(exact - differences.value) <= uncertainty:
        return Estimate(exact, 0.0)
    return differences
