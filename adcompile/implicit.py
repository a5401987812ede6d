"""Solutions of equations, which are differentiated as such: not the iteration that finds them, but
the equation that they fulfil (Griewank & Walther, Evaluating Derivatives, chapter 15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["fixed_point", "root"]


def fixed_point(
    f: Callable[..., Any], x: Any, *params: Any, tol: float | None = None, steps: int = 1000
) -> Any:
    """The `x` for which `f(x, *params)` is `x`, by iteration.

    Its derivatives by `params` are those of the equation. The iteration for them ends as this one
    does.

    Args:
        f: returns what its first argument is replaced by. When differentiated, a function that is
            defined outside and captures nothing that is differentiated.
        x: where the iteration starts, a number or an array.
        params: the other arguments of `f`.
        tol: the iteration ends when no element changes by more than this, relative to one plus the
            largest element. The default is 1e-12, in single precision 1e-6.
        steps: how often it calls `f` at most.

    Returns:
        The fixed point.

    Raises:
        ArithmeticError: the iteration has not ended after so many steps.
    """
    from adcompile import runtime  # which loads NumPy

    return runtime.fixed_point(f, x, *params, tol=tol, steps=steps)


def root(
    f: Callable[..., Any], x: Any, *params: Any, tol: float | None = None, steps: int = 100
) -> Any:
    """The `x` for which `f(x, *params)` is zero, by Newton's method with differences.

    Its derivatives by `params` are those of the equation.

    Args:
        f: returns an array of the length of its first argument, or a number for a number. When
            differentiated, a function that is defined outside and captures nothing that is
            differentiated.
        x: where the search starts, a number or an array of one axis.
        params: the other arguments of `f`.
        tol: the search ends when no element moves by more than this, relative to one plus the
            largest element. The default is 1e-12, in single precision 1e-6.
        steps: how many steps it takes at most.

    Returns:
        The root.

    Raises:
        ArithmeticError: the search has not ended after so many steps.
    """
    from adcompile import runtime  # which loads NumPy

    return runtime.root(f, x, *params, tol=tol, steps=steps)
