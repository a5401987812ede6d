"""The identity between forward and reverse mode: `<g, J v> = <J.T g, v>`.

Both sides are computed exactly, so they agree to rounding, where differences agree to half the
digits. For a function of one number J.T is its gradient, and g is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adcompile import trees
from adcompile.directional import holds_floats, jvp

__all__ = ["check_dot_product"]

_RTOL = 1e-10


def check_dot_product(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    wrt: tuple[int | str, ...],
    arguments: tuple[Any, ...],
    gradients: tuple[Any, ...],
) -> None:
    """Check the derivative along a random direction against the gradient.

    Args:
        f: a function with a real scalar result.
        args: its positional arguments.
        kwargs: its keyword arguments.
        wrt: the arguments or parts of them that it is differentiated by.
        arguments: they.
        gradients: the gradient by each.

    Raises:
        AssertionError: the two differ; the message says by how much.
    """
    rng = np.random.default_rng(0)
    tangents = tuple(_direction(argument, rng) for argument in arguments)
    with np.errstate(all="ignore"):
        _, tangent = jvp(f, args, tangents, wrt=wrt, kwargs=kwargs, allow_unused=True)
    terms = [
        np.ravel(np.asarray(g, float) * np.asarray(v, float))
        for gradient, direction in zip(gradients, tangents, strict=True)
        for (_, g), (_, v) in zip(trees.leaves(gradient), trees.leaves(direction), strict=True)
        if isinstance(g, (float, np.ndarray, np.generic))
    ]
    expected = float(sum(map(np.sum, terms)))
    scale = float(sum(np.sum(np.abs(term)) for term in terms))
    got = float(np.sum(tangent))
    if not np.isfinite(expected) and not np.isfinite(got):
        return
    dtypes = [leaf.dtype for a in (*arguments, tangent) for _, leaf in trees.leaves(a)
              if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind == "f"]  # fmt: skip
    rounding = 64 * max((float(np.finfo(dtype).eps) for dtype in dtypes), default=0.0)
    if not abs(got - expected) <= max(_RTOL, rounding) * scale + 1e-14:
        raise AssertionError(
            f"along a direction, forward mode gives {got!r} and reverse mode {expected!r}"
        )


def _direction(argument: Any, rng: np.random.Generator) -> Any:
    """A random direction for an argument."""

    def drawn(leaf: Any) -> Any:
        if not holds_floats(leaf):
            return leaf
        values = rng.normal(size=np.shape(leaf))
        return values.astype(getattr(leaf, "dtype", float))[()]

    return trees.map_leaves(drawn, argument)
