"""What derivatives in different modes must have in common, for `check_grads`.

Forward and reverse mode compute the same numbers: `<g, J v> = <J.T g, v>`. Both sides are computed
exactly, so they agree to rounding, where differences agree to half the digits; for a function of
one number J.T is its gradient, and g is one. Second derivatives are symmetric, to rounding, and the
differences of the gradient.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adcompile import trees
from adcompile.api import grad
from adcompile.directional import holds_floats, hvp, jvp
from adcompile.parts import parsed
from adcompile.records import record
from adcompile.testing.differences import central_difference

__all__ = ["CHECKS", "Differentiated"]

_RTOL = 1e-10
# How many times its estimated error a difference may be off.
_ERRORS_ALLOWED = 10.0
# A difference with an error beyond this part of the derivatives is no reference.
_UNSETTLED = 1e-3

Trees = tuple[Any, ...]


@record
class Differentiated:
    """A function at its arguments, and its gradient.

    Attributes:
        f: a function with a real scalar result.
        args: its positional arguments.
        kwargs: its keyword arguments.
        wrt: the arguments or parts of them that it is differentiated by.
        arguments: they.
        gradients: the gradient by each.
    """

    f: Callable[..., Any]
    args: Trees
    kwargs: Mapping[str, Any]
    wrt: tuple[int | str, ...]
    arguments: Trees
    gradients: Trees

    def direction(self, seed: int) -> Trees:
        """A random direction."""
        rng = np.random.default_rng(seed)
        return tuple(_direction(argument, rng) for argument in self.arguments)

    def rounding(self) -> float:
        """What rounding may do to a sum of products, relative to these."""
        leaves = [
            leaf for argument in self.arguments for _, leaf in trees.leaves(argument, objects=True)
        ]
        arrays = [leaf for leaf in leaves if isinstance(leaf, (np.ndarray, np.generic))]
        dtypes = [leaf.dtype for leaf in arrays if leaf.dtype.kind in "fc"]
        return 64 * max((float(np.finfo(dtype).eps) for dtype in dtypes), default=0.0)

    def moved(self, direction: Trees, step: float) -> tuple[Trees, dict[str, Any]]:
        """The arguments after a step in a direction."""
        bound = inspect.signature(self.f).bind(*self.args, **self.kwargs)
        names = list(bound.arguments)
        for wrt, argument, along in zip(self.wrt, self.arguments, direction, strict=True):
            part = parsed(wrt if isinstance(wrt, str) else names[wrt])
            value = trees.map_leaves(
                lambda leaf, d: _shifted(leaf, d, step), argument, along, objects=True
            )
            changed = part.replaced(bound.arguments[part.name], value) if part.steps else value
            bound.arguments[part.name] = changed
        return bound.args, bound.kwargs


def _check_forward(at: Differentiated) -> None:
    """Check the derivative along a random direction against the gradient.

    Raises:
        AssertionError: the two differ; the message says by how much.
    """
    direction = at.direction(0)
    with np.errstate(all="ignore"):
        _, tangent = jvp(at.f, at.args, direction, wrt=at.wrt, kwargs=at.kwargs, allow_unused=True)
    expected, scale = _product(at.gradients, direction)
    got = float(np.sum(tangent))
    if not np.isfinite(expected) and not np.isfinite(got):
        return
    precision = float(np.finfo(np.asarray(tangent).dtype).eps) if np.ndim(tangent) == 0 else 0.0
    rounding = max(_RTOL, at.rounding(), 64 * precision)
    if not abs(got - expected) <= rounding * scale + 1e-14:
        raise AssertionError(
            f"along a direction, forward mode gives {got!r} and reverse mode {expected!r}"
        )


def _check_forward_over_reverse(at: Differentiated) -> None:
    """Check the products of the Hessian with two random directions: against one another, and
    against differences of the gradient.

    Raises:
        AssertionError: they differ, or the differences do not settle; the message says by how much.
    """
    u, v = at.direction(0), at.direction(1)
    product = hvp(at.f, wrt=at.wrt, allow_unused=True)
    with np.errstate(all="ignore"):
        along_u, along_v = (product(*at.args, w, **at.kwargs) for w in (u, v))
    got, scale = _product(along_u, v)
    mirrored, other_scale = _product(along_v, u)
    tolerance = max(_RTOL, at.rounding()) * max(scale, other_scale) + 1e-14
    if not abs(got - mirrored) <= tolerance:
        raise AssertionError(
            f"the second derivative along two directions is {got!r} in one order and {mirrored!r} "
            "in the other"
        )
    gradient = grad(at.f, wrt=at.wrt, allow_unused=True)

    def along(step: float) -> float:
        args, kwargs = at.moved(u, step)
        return _product(gradient(*args, **kwargs), v)[0]

    epsilon = max(at.rounding() / 64, float(np.finfo(float).eps))
    with np.errstate(all="ignore"):
        expected, error = central_difference(along, 0.0, epsilon)
    if not error <= max(_UNSETTLED * scale, 1e3 * epsilon**0.5):
        raise AssertionError(
            "the second derivative cannot be checked: differences of the gradient do not settle "
            f"there (at best {expected:.6g} with an error of {error:.2g})"
        )
    if not abs(got - expected) <= _ERRORS_ALLOWED * error + 100 * epsilon**0.5 * (scale + 1e-2):
        raise AssertionError(
            f"the second derivative along two directions is {got!r}, differences of the gradient "
            f"give {expected!r}"
        )


# How the modes are checked beyond the numbers of the gradient itself, by name.
CHECKS: dict[str, Callable[[Differentiated], None]] = {
    "forward": _check_forward,
    "forward over reverse": _check_forward_over_reverse,
}


def _product(gradients: Trees, direction: Trees) -> tuple[float, float]:
    """The sum of the products of the numbers in two trees, and that of their sizes."""
    pairs: list[tuple[Any, Any]] = []
    for gradient, along in zip(gradients, direction, strict=True):
        trees.map_leaves(lambda *pair: pairs.append(pair), gradient, along, objects=True)
    terms = [
        np.ravel(np.real(_exact(g) * _exact(v)))
        for g, v in pairs
        if isinstance(g, (float, complex, np.ndarray, np.generic))
    ]
    return float(sum(map(np.sum, terms))), float(sum(np.sum(np.abs(term)) for term in terms))


def _exact(numbers: Any) -> Any:
    """Numbers in 64 bits, or twice as many for complex ones."""
    return np.asarray(numbers, complex if np.iscomplexobj(numbers) else float)


def _direction(argument: Any, rng: np.random.Generator) -> Any:
    """A random direction for an argument."""

    def drawn(leaf: Any) -> Any:
        if not holds_floats(leaf):
            return leaf
        values = rng.normal(size=np.shape(leaf))
        if np.iscomplexobj(leaf):
            values = values + 1j * rng.normal(size=np.shape(leaf))
        return values.astype(getattr(leaf, "dtype", values.dtype))[()]

    return trees.map_leaves(drawn, argument, objects=True)


def _shifted(leaf: Any, direction: Any, step: float) -> Any:
    """A leaf after a step, of its own type."""
    if not holds_floats(leaf):
        return leaf
    moved = leaf + step * direction
    if isinstance(leaf, (float, complex)) and not isinstance(leaf, np.generic):
        return type(leaf)(moved)
    return np.asarray(moved, leaf.dtype)[()]
