"""Least squares: what NumPy's and SciPy's `lstsq` have in common.

The solution is the pseudo-inverse times the right side; the formulas are those of G. Golub and
V. Pereyra, "The differentiation of pseudo-inverses" (1973), theorem 4.3. The rank is constant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.kinds import Array, Dims, Items, Kind, fresh
from adcompile.rules.definitions import refusal, shape_known, shape_of
from adcompile.rules.infer import trial_dtype
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import require_arrays

_FACTORS = "np.linalg.svd(a, full_matrices=False)"


def kind_of(
    function: Callable[..., Any], rank: Kind, of_residuals: Callable[[], Dims | None]
) -> Callable[[Call], Kind]:
    """The kind of the result: the solution, the residuals, the rank, the singular values."""

    def infer(call: Call) -> Kind:
        kinds = call.kinds["a"], call.kinds["b"]
        dtype = trial_dtype(lambda a, b: function(a, b)[0], *kinds)
        singular = trial_dtype(lambda a, b: function(a, b)[3], *kinds)
        residuals = trial_dtype(lambda a, b: function(a, b)[1], *kinds)
        a, b = shape_of(call, "a"), shape_of(call, "b")
        found = _solution(a, b)
        return Items(
            tuple,
            (
                Array(dtype, found),
                Array(residuals, of_residuals()),
                rank,
                Array(singular, (fresh(),)),
            ),
        )

    return infer


def _solution(a: Dims | None, b: Dims | None) -> Dims | None:
    return None if a is None or b is None or len(a) != 2 else (a[1], *b[1:])


def _is_vector(call: Call) -> bool:
    """Whether the right side is a vector."""
    require_arrays(call, "a", "b")
    if len(shape_known(call, "a")) != 2:
        raise refusal(call, "of a stack of matrices", "use `np.linalg.pinv(a) @ b`")
    return len(shape_known(call, "b")) == 1


def _inverse(call: Call) -> str:
    """The pseudo-inverse of the same rank."""
    cut = next(name for name in ("rcond", "cond") if name in call.kinds)
    matrix = call.kinds["a"]
    is_exact = isinstance(matrix, Array) and matrix.dtype is not None and matrix.dtype.kind in "biu"
    a = "a * 1.0" if is_exact else "a"  # of integers, `pinv` finds no precision
    if call.is_static(cut) and call.static(cut) is None:
        return f"np.linalg.pinv({a}, rtol=None)"
    return f"np.linalg.pinv({a}, {cut})"


def pull(call: Call) -> Templates:
    """The pullbacks of the matrix and of the right side."""
    vector, p = _is_vector(call), _inverse(call)

    def outer(left: str, right: str) -> str:
        return f"np.outer({left}, {right})" if vector else f"({left}) @ ({right}).T"

    of_a, of_b = [], []
    if call.reaches("0"):
        of_b.append(f"{p}.T @ g[0]")
        of_a.append(f"-{outer(f'{p}.T @ g[0]', 'y[0]')}")
        of_a.append(outer("b - a @ y[0]", f"{p} @ ({p}.T @ g[0])"))
        of_a.append(outer(f"{p}.T @ y[0]", f"g[0] - {p} @ (a @ g[0])"))
    if call.reaches("1"):
        if not vector:
            raise refusal(call, "by the residuals of several right sides", _RESIDUALS)
        weighted = "2 * np.sum(g[1]) * (b - a @ y[0])"
        of_b.append(weighted)
        of_a.append(f"-{outer(weighted, 'y[0]')}")
    if call.reaches("3"):
        of_a.append(f"({_FACTORS}.U * g[3]) @ {_FACTORS}.Vh")
    return {"a": " + ".join(of_a) or "0", "b": " + ".join(of_b) or "0"}


_RESIDUALS = "compute them: `np.sum((b - a @ x) ** 2, axis=0)`"


def push(call: Call) -> Templates:
    """The tangents of the results, by the tangents of the matrix and of the right side."""
    vector, p = _is_vector(call), _inverse(call)
    turned = f"g.T @ ({p}.T @ y[0])"
    solution = (
        f"{p} @ ({p}.T @ (g.T @ (b - a @ y[0]))) + {turned} - {p} @ (a @ ({turned}))"
        f" - {p} @ (g @ y[0])"
    )
    singular = f"np.sum({_FACTORS}.U * (g @ {_FACTORS}.Vh.T), axis=0)"

    def residuals(change: str) -> str:
        product = f"2 * np.sum((b - a @ y[0]) * {change}{'' if vector else ', axis=0'})"
        # None where the rank is not full
        if vector:
            return f"np.full(np.shape(y[1]), {product})"
        return f"({product})[:len(y[1])]"

    return {
        "a": f"({solution}, {residuals('(-g @ y[0])')}, None, {singular})",
        "b": f"({p} @ g, {residuals('g')}, None, np.zeros_like(y[3]))",
    }


RULES: tuple[Rule, ...] = (
    Rule(
        "numpy.linalg.lstsq",
        "a, b, rcond=None",
        kind_of(
            lambda a, b: np.linalg.lstsq(a, b, None),
            Array(np.dtype(np.int32), ()),
            lambda: (fresh(),),
        ),
        pull,
        pushforward=push,
        arrays=("a", "b"),
        cost=3,
    ),
)
