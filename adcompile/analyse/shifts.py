"""Maxima that are only subtracted for safety: `m + log(sum(exp(a - m)))` does not depend on `m`.

If all that is computed from m = max(a) stays the same when a constant is added to m, then the
derivative by m is exactly zero, and the adjoint of the maximum need not be written at all. This is
followed symbolically: adding c to m adds a multiple of c to some values (`a - m`), and multiplies
others by a power of exp(c) (`exp(a - m)`). Where the multiple and the power are zero, m is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adcompile import ir
from adcompile.builder import Builder
from adcompile.ir import Apply, Assign, Block, Const, Expr, Function, Var
from adcompile.kinds import rank
from adcompile.records import record
from adcompile.rules import aliases


@record
class Effect:
    """What adding c to the maximum does to a value.

    Attributes:
        power: whether the value is multiplied by exp(c) ** amount, rather than amount * c added.
        amount: the multiple or the power.
        kept: whether the axes of the maximum are still there (with length one, or broadcast).
    """

    power: bool
    amount: int
    kept: bool


def ignore_shifts(function: Function) -> None:
    """Mark maxima without influence on the result as not differentiated, in place."""
    build = Builder()
    stack = [function.body]
    while stack:
        block = stack.pop()
        for position, statement in enumerate(block):
            stack.extend(ir.blocks(statement))
            if isinstance(statement, Assign) and _is_maximum(statement):
                _try(build, function, block, position)


def _is_maximum(statement: Assign) -> bool:
    value = statement.value
    return (
        isinstance(value, Apply)
        and statement.targets[0].varied
        and aliases.canonical(value.op) == "numpy.max"
    )


def _try(build: Builder, function: Function, block: Block, position: int) -> None:
    """Mark one maximum if nothing depends on it."""
    statement = block[position]
    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Apply)
    call = build.bind(statement.value)
    size = rank(call.kinds["a"])
    if size is None or not (call.is_static("axis") and call.is_static("keepdims")):
        return
    axes = _axes(call.static("axis"), size)
    follow = _Follow(build, axes, size)
    target = statement.targets[0]
    follow.effects[target] = Effect(False, 1, bool(call.static("keepdims")) or axes is None)
    if all(map(follow.step, block[position + 1 :])) and not follow.escapes(function, block):
        target.varied = False


def _axes(axis: Any, size: int) -> frozenset[int] | None:
    """The axes of a reduction, normalised; None for all."""
    if axis is None or size == 0:
        return None
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return frozenset(int(a) % size for a in axes)


class _Follow:
    """Follows one maximum through a block.

    Attributes:
        effects: the values that depend on it.
    """

    def __init__(self, build: Builder, axes: frozenset[int] | None, size: int) -> None:
        self.effects: dict[Var, Effect] = {}
        self._build = build
        self._axes = axes
        self._size = size

    def step(self, statement: ir.Statement) -> bool:
        """Follow one statement; whether it was understood."""
        if isinstance(statement, ir.Keep):
            return True
        if not isinstance(statement, Assign) or not isinstance(statement.value, Apply):
            return not any(self._depends(e) for e in _all_expressions(statement))
        value = statement.value
        if not self._depends(value):
            return True
        space, _, name = value.op.rpartition(".")
        if space == "attribute" and name in ("shape", "size", "ndim", "dtype"):
            return True
        handler = _HANDLERS.get(aliases.canonical(value.op))
        effect = handler(self, value) if handler is not None else None
        if effect is None:
            return False
        if effect.amount:
            self.effects[statement.targets[0]] = effect
        return True

    def _depends(self, expr: Expr) -> bool:
        return any(var in self.effects for var in ir.variables(expr))

    def escapes(self, function: Function, block: Block) -> bool:
        """Whether something outside the block reads a value that depends on the maximum."""
        elsewhere = [function.result]
        for statement in ir.walk(function.body):
            inside = any(statement is own for own in block)
            if not (inside and isinstance(statement, (Assign, ir.Keep))):
                elsewhere.extend(_all_expressions(statement))
        return any(map(self._depends, elsewhere))

    # ----- operations -----

    def _operands(self, value: Apply) -> list[Effect | None] | None:
        """The effects on the operands, if shapes stay aligned."""
        effects = [self.effects.get(arg) if isinstance(arg, Var) else None for arg in value.args]
        if any(self._depends(a) for a, e in zip(value.args, effects, strict=True) if e is None):
            return None
        present = [effect for effect in effects if effect is not None]
        if len({(e.power, e.kept) for e in present}) != 1:
            return None
        ranks = [rank(self._build.kind(arg)) for arg in value.args]
        if self._axes is not None:
            tracked = next(r for r, e in zip(ranks, effects, strict=True) if e is not None)
            if any(r is None or tracked is None or r > tracked for r in ranks):
                return None
        return effects

    def _combined(self, value: Apply, signs: tuple[int, int], power: bool) -> Effect | None:
        effects = self._operands(value)
        if effects is None or len(effects) != 2:
            return None
        first = next(effect for effect in effects if effect is not None)
        if first.power is not power:
            return None
        amounts = [0 if effect is None else effect.amount for effect in effects]
        total = sum(sign * amount for sign, amount in zip(signs, amounts, strict=True))
        return Effect(power, total, first.kept)

    def add(self, value: Apply) -> Effect | None:
        return self._combined(value, (1, 1), power=False)

    def subtract(self, value: Apply) -> Effect | None:
        return self._combined(value, (1, -1), power=False)

    def multiply(self, value: Apply) -> Effect | None:
        return self._combined(value, (1, 1), power=True)

    def divide(self, value: Apply) -> Effect | None:
        return self._combined(value, (1, -1), power=True)

    def negative(self, value: Apply) -> Effect | None:
        effect = self._single(value)
        return (
            None if effect is None or effect.power else Effect(False, -effect.amount, effect.kept)
        )

    def exp(self, value: Apply) -> Effect | None:
        effect = self._single(value)
        return None if effect is None or effect.power else Effect(True, effect.amount, effect.kept)

    def log(self, value: Apply) -> Effect | None:
        effect = self._single(value)
        return Effect(False, effect.amount, effect.kept) if effect and effect.power else None

    def _single(self, value: Apply) -> Effect | None:
        first = value.args[0]
        return self.effects.get(first) if isinstance(first, Var) else None

    def sum(self, value: Apply) -> Effect | None:
        effect = self._single(value)
        if effect is None or not effect.power or not effect.kept:
            return None
        call = self._build.bind(value)
        if not (call.is_static("axis") and call.is_static("keepdims")):
            return None
        axes = _axes(call.static("axis"), self._size)
        if self._axes is not None and axes != self._axes:
            return None
        return Effect(True, effect.amount, bool(call.static("keepdims")) or self._axes is None)

    def squeeze(self, value: Apply) -> Effect | None:
        return self._moved(value, kept=True)

    def expand_dims(self, value: Apply) -> Effect | None:
        return self._moved(value, kept=False)

    def _moved(self, value: Apply, kept: bool) -> Effect | None:
        """Axes of length one are taken away, or put back where they were."""
        effect = self._single(value)
        call = self._build.bind(value)
        if effect is None or effect.kept is not kept or not call.is_static("axis"):
            return effect if effect is not None and self._axes is None else None
        if _axes(call.static("axis"), self._size) != self._axes:
            return None
        return Effect(effect.power, effect.amount, not kept)

    def index(self, value: Apply) -> Effect | None:
        """`m[:, None]` puts the axis back, `m[:, 0]` takes it away."""
        effect = self._single(value)
        key = value.args[1]
        if effect is None or self._axes is None:
            return None
        parts = key.args if isinstance(key, Apply) and key.op == "tuple" else (key,)
        whole = Apply("slice", (Const(None),) * 3)
        step = Const(0) if effect.kept else Const(None)
        if len(parts) < max(self._axes) + 1 or len(parts) > self._size:
            return None
        for axis, part in enumerate(parts):
            if part != (step if axis in self._axes else whole):
                return None
        return Effect(effect.power, effect.amount, not effect.kept)


_HANDLERS: dict[str, Callable[[_Follow, Apply], Effect | None]] = {
    "numpy.add": _Follow.add,
    "numpy.subtract": _Follow.subtract,
    "numpy.multiply": _Follow.multiply,
    "numpy.divide": _Follow.divide,
    "numpy.negative": _Follow.negative,
    "numpy.exp": _Follow.exp,
    "numpy.log": _Follow.log,
    "numpy.sum": _Follow.sum,
    "numpy.squeeze": _Follow.squeeze,
    "numpy.expand_dims": _Follow.expand_dims,
    "index": _Follow.index,
}


def _all_expressions(statement: ir.Statement) -> list[Expr]:
    """The expressions of a statement and of the blocks inside it."""
    return [e for inner in ir.walk([statement]) for e in ir.expressions(inner)]
