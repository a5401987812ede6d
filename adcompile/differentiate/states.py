"""Stored states of a loop and their tangents: both stand in one tuple, so that they come and go
together."""

from __future__ import annotations

from adcompile.differentiate.tangents import Tangents, tangent_kind
from adcompile.ir import Apply, Assign, Const, Expr, Var
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
    assert isinstance(value, Apply)
    popped, *unset = value.args
    at = [i for i, target in enumerate(targets) if _has_tangent(tangents, target)]
    dots = []
    for i in at:
        var = targets[i]
        dot = Var(f"{var.hint}_dot" if var.hint else None, tangent_kind(var.kind), named=var.named)
        tangents.set(var, dot)
        dots.append(dot)
    unset_dots = [Const(len(targets) + k) for k, i in enumerate(at) if Const(i) in unset]
    unpack = Apply("unpack", (popped, *unset, *unset_dots))
    return Assign((*targets, *dots), unpack, statement.span)


def _has_tangent(tangents: Tangents, part: Expr) -> bool:
    return carries_derivative(tangents.build.kind(part))
