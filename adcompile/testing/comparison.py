"""A gradient is compared with estimates, and trees with trees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from adcompile.testing.calls import (
    TOLERANCES,
    Call,
    bits_of,
    epsilon_of,
    float_dtype,
    leaves_of,
    map_leaves,
)
from adcompile.testing.differences import (
    ERRORS_ALLOWED,
    Estimate,
    central_difference,
    estimated,
    rounding,
)

# An estimate with an error beyond this part of the largest derivative is no reference.
_UNSETTLED = 1e-3


def require_same(complaint: str, before: Mapping[str, object], after: Mapping[str, object]) -> None:
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
        map_leaves(lambda *pair: pairs.append(pair), tree, other)
    except ValueError as error:
        raise AssertionError(f"{complaint} {name}: {error}") from None
    return [(name + path, *pair) for (path, _), pair in zip(leaves_of(tree), pairs, strict=True)]


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


def check_argument(
    call: Call, name: str, got: object, rtol: float | None, atol: float | None
) -> None:
    """Check the gradient by one argument: structure, shapes and dtypes, then the numbers."""
    tree, value, wide = call.arguments[name], call.result(), call.widened()
    if not np.isfinite(value):
        raise AssertionError(f"the function has no derivatives here: its value is {value.item()}")
    leaves = _aligned("wrong structure of the gradient by", name, tree, got)
    if all(float_dtype(leaf) is None for _, leaf, _ in leaves):
        raise TypeError(f"argument {name} holds no float to differentiate by")
    for number, (label, leaf, part) in enumerate(leaves):
        dtype = float_dtype(leaf)
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
    bits = bits_of(gradient.dtype, value.dtype)
    default_rtol, default_atol = TOLERANCES[bits]
    size = max((abs(e.value) for e in expected.values() if math.isfinite(e.value)), default=0.0)
    limit = max(_UNSETTLED * size, default_atol if atol is None else atol)
    _require_settled(label, expected, limit)
    if atol is None:
        # Small gradients are checked too, down to what rounding leaves of a sum that should be 0.
        atol = default_atol * min(1.0, size) + rounding(float(value), epsilon_of(bits))
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
    call: Call, name: str, number: int, label: str, gradient: np.ndarray[Any, Any]
) -> Iterable[tuple[str, np.ndarray[Any, Any], dict[tuple[int, ...], Estimate]]]:
    """What is compared of the gradient by a leaf, with estimates: of complex numbers the derivative
    by the real part, and less that by the imaginary part."""
    leaf = np.asarray(leaves_of(call.arguments[name])[number][1])
    epsilon = epsilon_of(bits_of(leaf.dtype, call.result().dtype))
    elements = [(index, leaf[index]) for index in np.ndindex(leaf.shape)]
    if leaf.dtype.kind != "c":
        yield (
            label,
            gradient,
            {
                index: estimated(call.along(name, number, index), float(x), epsilon)
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
    tolerance = atol + rtol * abs(estimate.value) + ERRORS_ALLOWED * estimate.error
    off = abs(value - estimate.value)
    return off / tolerance if tolerance else (math.inf if off else 0.0)


def _index_text(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""
