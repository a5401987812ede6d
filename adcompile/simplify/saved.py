"""A forward function keeps only what its backward function still reads."""

from __future__ import annotations

from adcompile import ir
from adcompile.analyse import Liveness
from adcompile.ir import Apply, Assign, Function


def trim_saved(forward: Function, backward: Function) -> None:
    """Drop from what `forward` hands over what `backward` does not read."""
    unpack = backward.body[0] if backward.body else None
    if not isinstance(unpack, Assign) or not _unpacks(unpack):
        return
    live = Liveness(ir.Function("", [], backward.body[1:], backward.result)).live
    result = forward.result
    assert isinstance(result, Apply)
    value, saved = result.args
    assert isinstance(saved, Apply)
    kept = [
        (target, part)
        for target, part in zip(unpack.targets, saved.args, strict=True)
        if target in live
    ]
    unpack.targets = tuple(target for target, _ in kept)
    forward.result = Apply("tuple", (value, Apply("tuple", tuple(part for _, part in kept))))
    if not kept:
        del backward.body[0]


def _unpacks(statement: Assign) -> bool:
    return isinstance(statement.value, Apply) and statement.value.op == "unpack"
