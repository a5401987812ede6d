"""Masks: what `where` does not take has a strong zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adcompile.algebra.terms import MUL, NEG, WHERE, covers, number_of, parts_of
from adcompile.ir import Apply, Expr
from adcompile.kinds import dims, is_exact

if TYPE_CHECKING:
    from adcompile.builder import Builder


def mask_outwards(build: Builder, expr: Apply) -> Expr | None:
    """where(c, g, 0) * x is where(c, g * x, 0): an x that is infinite or nan where c is false
    leaves no trace (0 * inf is 0 here)."""
    for i in (0, 1) if expr.op == MUL else (0,):
        masked = parts_of(build, expr.args[i], WHERE)
        if masked is None or len(masked) != 3:
            continue
        keep = next((k for k in (1, 2) if number_of(masked[3 - k]) == 0), None)
        if keep is None or not covers(
            dims(build.kind(expr.args[1 - i])), dims(build.kind(expr.args[i]))
        ):
            continue
        operands = list(expr.args)
        operands[i] = masked[keep]
        branches = [masked[1], masked[2]]
        branches[keep - 1] = build.apply(expr.op, *operands)
        return build.apply(WHERE, masked[0], *branches)
    return None


def negated_mask(build: Builder, expr: Apply) -> Expr | None:
    """-where(c, g, 0) is where(c, -g, 0)."""
    masked = parts_of(build, expr.args[0], WHERE)
    if masked is None or len(masked) != 3 or 0 not in (number_of(masked[1]), number_of(masked[2])):
        return None
    if not all(is_exact(build.kind(branch)) for branch in masked[1:]):
        return None
    branches = [m if number_of(m) == 0 else build.apply(NEG, m) for m in masked[1:]]
    return build.apply(WHERE, masked[0], *branches)
