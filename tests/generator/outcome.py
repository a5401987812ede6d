"""What the compiler makes of a program."""

from __future__ import annotations

import copy
import inspect
import traceback
from dataclasses import dataclass
from typing import Any

import numpy as np

import adcompile
from adcompile.errors import AdcompileError
from tests.generator.program import WRT, Function, Program
from tests.generator.reference import INPUTS, Arguments, NotSmoothError, expected

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Outcome:
    """How it went: "right", "refused", "wrong", "crashed", ...; and why."""

    kind: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.kind in ("wrong", "crashed", "broken")


def judged(program: Program, forward: bool = False) -> Outcome:
    """Run a program and its gradient on all inputs; with `forward`, `jvp`, `jacobian` and `hvp` as
    well."""
    function = program.plain
    gradient = adcompile.grad(function, wrt=WRT, allow_unused=True)
    both = adcompile.value_and_grad(function, wrt=WRT, allow_unused=True)
    known = 0
    with np.errstate(all="ignore"):
        for inputs in INPUTS:
            try:
                reference = expected(program, inputs)
            except NotSmoothError:
                continue
            except Exception:  # the generator wrote something that does not run
                return Outcome("broken", traceback.format_exc())
            known += 1
            arguments = inputs.arguments(inputs.values(), function)
            before = copy.deepcopy(arguments)
            try:
                complaint = difference(gradient, both, arguments, reference)
                if forward and not complaint:
                    complaint = slope_difference(function, arguments, reference)
                    complaint = complaint or matrix_difference(function, arguments, reference)
                if complaint:
                    return Outcome("wrong", f"{inputs}: {complaint}")
            except AdcompileError as error:
                if changed := changes(before, arguments):
                    return Outcome("wrong", f"refused, but the arguments {changed} have changed")
                return Outcome("refused", error.reason)
            except Exception:
                return Outcome("crashed", f"{inputs}: {traceback.format_exc()}")
    return Outcome("right") if known else Outcome("no reference")


def difference(
    gradient: Any, both: Any, arguments: Arguments, reference: tuple[float, Arguments]
) -> str:
    """What is wrong with a gradient; nothing is an empty text."""
    value, parts = reference
    before = copy.deepcopy(arguments)
    first = gradient(**arguments)
    if changed := changes(before, arguments):
        return f"the arguments {changed} have changed"
    if shared := sharing(arguments, first):
        return f"memory is shared by {shared}"
    kept = copy.deepcopy(first)
    second = gradient(**arguments)
    found, third = both(**arguments)
    if not np.isclose(found, value, rtol=1e-12, atol=1e-14):
        return f"the value is {found}, not {value}"
    for name, part, copied, again, other in zip(WRT, first, kept, second, third, strict=True):
        argument = np.asarray(arguments[name])
        if np.asarray(part).dtype != argument.dtype or np.shape(part) != argument.shape:
            return f"by {name}: of dtype {np.asarray(part).dtype} and shape {np.shape(part)}"
        if not np.array_equal(part, copied) or not np.array_equal(again, copied):
            return f"by {name}: {copied} in the first call, {again} in the second"
        if not _close(part, parts[name], parts):
            return f"by {name}: {part}, not {parts[name]}"
        if not _close(other, parts[name], parts):
            return f"by {name}, with the value: {other}, not {parts[name]}"
    return ""


def slope_difference(
    function: Function, arguments: Arguments, reference: tuple[float, Arguments]
) -> str:
    """What is wrong with the slope along a direction, as `jvp` tells it; nothing is an empty
    text."""
    value, parts = reference
    before = copy.deepcopy(arguments)
    tangents = along(parts, 5)
    names = list(inspect.signature(function).parameters)
    found, slope = adcompile.jvp(
        function, [arguments[name] for name in names], tangents, wrt=WRT, allow_unused=True
    )
    if changed := changes(before, arguments):
        return f"jvp has changed the arguments {changed}"
    if not np.isclose(found, value, rtol=1e-12, atol=1e-14):
        return f"jvp: the value is {found}, not {value}"
    expected = inner([parts[name] for name in WRT], tangents)
    if not _close(slope, expected, parts):
        return f"jvp: {slope}, not {expected}"
    return ""


def matrix_difference(
    function: Function, arguments: Arguments, reference: tuple[float, Arguments]
) -> str:
    """What is wrong with `jacobian` in forward mode, and whether the Hessian is not symmetric;
    nothing is an empty text. What is refused is not wrong."""
    _, parts = reference
    try:
        rows = adcompile.jacobian(function, wrt=WRT, mode="forward")(**arguments)
        if not all(_close(row, parts[n], parts) for n, row in zip(WRT, rows, strict=True)):
            return f"jacobian: {rows}, not {parts}"
        product = adcompile.hvp(function, wrt=WRT, allow_unused=True)
        u, v = along(parts, 6), along(parts, 7)
        given = [arguments[name] for name in inspect.signature(function).parameters]
        hu, hv = product(*given, tuple(u)), product(*given, tuple(v))
    except AdcompileError:
        return ""
    if not np.isclose(inner(hu, v), inner(hv, u), rtol=1e-8, atol=1e-8 * size_of(hu, hv)):
        return f"hvp: {inner(hu, v)} one way, {inner(hv, u)} the other"
    return ""


def along(parts: Arguments, seed: int) -> list[Any]:
    """A random direction."""
    rng = np.random.default_rng(seed)
    directions = [rng.normal(size=np.shape(parts[name])) for name in WRT]
    return [direction if direction.ndim else direction.item() for direction in directions]


def inner(left: Any, right: Any) -> float:
    """The sum of the products of what two tuples hold."""
    return float(sum(np.sum(a * b) for a, b in zip(left, right, strict=True)))


def size_of(*products: Any) -> float:
    """The largest number in some tuples of arrays, or one."""
    return max(1.0, *(float(np.max(np.abs(part))) for parts in products for part in parts))


def changes(before: Arguments, after: Arguments) -> list[str]:
    return [name for name in before if not np.array_equal(before[name], after[name])]


def sharing(arguments: Arguments, gradient: tuple[Any, ...]) -> list[str]:
    """Pairs of a gradient and an argument, or another gradient, with the same memory."""
    parts = {f"d_{name}": part for name, part in zip(WRT, gradient, strict=True)}
    pairs = ((one, other) for one in parts for other in [*arguments, *parts] if one != other)
    known = {**arguments, **parts}
    return [f"{p}, {q}" for p, q in pairs if np.shares_memory(known[p], known[q])]


def _close(part: Any, expected: Any, parts: Arguments) -> bool:
    size = max(1.0, *(float(np.max(np.abs(other))) for other in parts.values()))
    return np.allclose(part, expected, rtol=TOLERANCE, atol=TOLERANCE * size)
