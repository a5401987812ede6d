"""Stored states of a loop and their tangents: both stand in one tuple, so that they come and go
together."""

from __future__ import annotations

from adcompile.differentiate.tangents import Tangents, beside
from adcompile.ir import Apply, Assign, Expr
from adcompile.kinds import carries_derivative


def is_stored(value: Apply) -> bool:
    """Whether a state is put on a list: of what is recorded, only that is a tuple."""
    recorded = value.args[1]
    return isinstance(recorded, Apply) and recorded.op == "tuple"


def is_taken(value: Apply) -> bool:
    """Whether a state is taken off a list."""
    (popped, *_) = value.args
    return isinstance(popped, Apply) and popped.op == "list.pop"


def stored(tangents: Tangents, value: Apply) -> Apply:
    """A state put on its list, and the tangents of those of its values that can have one."""
    saved, state = value.args
    assert isinstance(state, Apply)
    dots = [tangents.full(part) for part in state.args if _has_tangent(tangents, part)]
    return Apply(value.op, (saved, Apply("tuple", (*state.args, *dots))))


def taken(tangents: Tangents, statement: Assign) -> Assign:
    """A state taken off its list, with the tangents."""
    value, targets = statement.value, statement.targets
    dots = []
    for target in targets:
        if _has_tangent(tangents, target):
            dots.append(dot := beside(target))
            tangents.set(target, dot)
    return Assign((*targets, *dots), value, statement.span)


def _has_tangent(tangents: Tangents, part: Expr) -> bool:
    return carries_derivative(tangents.build.kind(part))
