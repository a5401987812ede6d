"""No time without a right gradient: every result is checked before its contestant is timed."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from .workload import Workload

TOLERANCE = 1e-6

Pair = tuple[np.ndarray | np.floating, np.ndarray]


class WrongGradientError(ArithmeticError):
    """A contestant returned something else than the derivative of the primal."""


def check(workload: Workload, result: Any) -> None:
    """Hold a result against central differences and against the hand-written adjoint."""
    arrays = _arrays(workload, result)
    _compare(_slopes(workload, arrays[-len(workload.wrt) :]), "central differences")
    if workload.adjoint:
        references = _arrays(workload, workload.adjoint(*workload.data()))
        _compare(zip(arrays, references, strict=True), "the hand-written adjoint")


def _compare(pairs: Iterable[Pair], reference: str) -> None:
    for ours, theirs in pairs:
        error = relative_error(ours, theirs)
        if not error <= TOLERANCE:
            raise WrongGradientError(f"differs from {reference}, relative error {error:.1e}")


def relative_error(ours: np.ndarray | np.floating, theirs: np.ndarray) -> float:
    """The greatest difference, measured by the largest element: rounding leaves noise in the
    small ones."""
    largest = max(np.max(np.abs(theirs)), np.finfo(float).tiny)
    return float(np.max(np.abs(ours - theirs)) / largest)


def _slopes(workload: Workload, gradients: list[np.ndarray]) -> Iterator[Pair]:
    """The slope along a random direction in each argument: by the gradient, by differences."""
    rng, h, data = np.random.default_rng(1), 1e-3, workload.data()
    for position, gradient in zip(workload.positions, gradients, strict=True):
        shape = np.shape(data[position])
        if gradient.shape != shape:
            raise WrongGradientError(f"has shape {gradient.shape}, its argument {shape}")
        direction = rng.normal(size=shape)
        step = direction / np.linalg.norm(direction)
        by_1, by_2 = _rise(workload, position, h * step), _rise(workload, position, 2 * h * step)
        yield np.sum(gradient * step), np.asarray((8 * by_1 - by_2) / (12 * h))


def _rise(workload: Workload, position: int, step: np.ndarray) -> Any:
    """How much the primal rises from one step before its arguments to one after."""
    before, after = list(workload.data()), list(workload.data())
    before[position] = before[position] - step[()]
    after[position] = after[position] + step[()]
    return workload.primal(*after) - workload.primal(*before)


def _arrays(workload: Workload, result: Any) -> list[np.ndarray]:
    """A result as arrays: the value where there is one, then the gradients."""
    value, gradients = result if workload.with_value else (None, result)
    several = gradients if len(workload.wrt) > 1 else (gradients,)
    return [_numpy(item) for item in ((value, *several) if workload.with_value else several)]


def _numpy(item: Any) -> np.ndarray:
    return np.asarray(item.detach() if hasattr(item, "detach") else item, dtype=np.float64)
