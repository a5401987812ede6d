"""A forward function keeps only what its backward function still reads."""

from __future__ import annotations

from adcompile import ir
from adcompile.analyse import Liveness
from adcompile.ir import Apply, Assign, Expr, Function, Var


def trim_saved(forward: Function, backward: Function, handed: dict[int, int]) -> None:
    """Drop from what `forward` hands over what `backward` does not read.

    Args:
        forward: the function that returns a tuple.
        backward: the function that takes parts of it.
        handed: which parameter of `backward` is which result of `forward`.
    """
    for param, result in handed.items():
        unpack = _unpacking(backward, backward.params[param])
        if unpack is not None:
            _trim(forward, result, backward, unpack)


def _unpacking(backward: Function, param: Var) -> Assign | None:
    """The statement that unpacks a parameter."""
    value = Apply("unpack", (param,))
    found = (s for s in backward.body if isinstance(s, Assign) and s.value == value)
    return next(found, None)


def _trim(forward: Function, result: int, backward: Function, unpack: Assign) -> None:
    rest = [statement for statement in backward.body if statement is not unpack]
    live = Liveness(ir.Function("", [], rest, backward.result)).live
    assert isinstance(forward.result, Apply)
    results: list[Expr] = list(forward.result.args)
    saved = results[result]
    assert isinstance(saved, Apply)
    pairs = zip(unpack.targets, saved.args, strict=True)
    kept = [(target, part) for target, part in pairs if target in live]
    unpack.targets = tuple(target for target, _ in kept)
    results[result] = Apply("tuple", tuple(part for _, part in kept))
    forward.result = Apply("tuple", tuple(results))
    if not kept:
        backward.body = rest
