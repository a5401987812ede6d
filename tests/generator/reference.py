"""What the gradient of a program is, told without the compiler.

The complex step takes the branches that the floats take, and is exact up to rounding. It needs
complex memory: the program runs on a NumPy whose new arrays are complex, with the real parts in
its comparisons. Central differences along random directions confirm it, or else the program has a
kink, a jump or a steep place near its arguments and nothing is known of its derivative.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.generator.program import WRT, Function, Program

STEP = 1e-30
LARGEST = 1e4
"""Of the value and the derivatives: beyond it, differences say nothing."""
AGREEMENT = 1e-5

Arguments = dict[str, Any]


class NotSmoothError(ArithmeticError):
    """There is no derivative to compare with."""


@dataclass(frozen=True)
class Inputs:
    """Arguments for a program: numbers, a number of trips, and how the arrays lie in memory."""

    seed: int
    n: int
    layout: str

    def values(self) -> Arguments:
        rng = np.random.default_rng(self.seed)
        shapes = {"a": (), "b": (), "x": (4,), "y": (4,), "m": (3, 4)}
        return {
            name: np.asarray(rng.uniform(0.3, 1.3, shape) * rng.choice([-1, 1], shape))
            for name, shape in shapes.items()
        }

    def arguments(self, values: Arguments, function: Function) -> Arguments:
        """The arguments of a function, in memory of their own."""
        laid = {
            name: _laid_out(value, self.layout) if value.ndim else value.item()
            for name, value in values.items()
        }
        laid |= {"n": self.n, "k": np.array([0, 2, 2]), "mask": np.array([True, False, True, True])}
        code = function.__code__
        return {name: laid[name] for name in code.co_varnames[: code.co_argcount]}


INPUTS = (
    Inputs(0, 2, "plain"),
    Inputs(1, 3, "spread"),
    Inputs(2, 0, "plain"),
    Inputs(3, 1, "columns"),
)


def _laid_out(value: np.ndarray[Any, Any], layout: str) -> np.ndarray[Any, Any]:
    """A copy of an array that lies in memory row by row, column by column, or with gaps."""
    match layout:
        case "columns":
            return np.array(value.T, order="C").T
        case "spread":
            memory = np.zeros([2 * length for length in value.shape], value.dtype)
            part = memory[tuple(slice(None, None, 2) for _ in value.shape)]
            part[...] = value
            return part
        case _:
            return value.copy()


def expected(program: Program, inputs: Inputs) -> tuple[float, dict[str, np.ndarray[Any, Any]]]:
    """The value and the gradient of a program. Raises NotSmoothError where there is none."""
    real = _of_values(program.plain, inputs)
    values = inputs.values()
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
            value = real(values)
    except (FloatingPointError, OverflowError) as error:
        raise NotSmoothError(str(error)) from None
    with np.errstate(all="ignore"):
        gradient = complex_step(program, inputs)
        sizes = [abs(value), *(np.max(np.abs(part)) for part in gradient.values())]
        if not max(sizes) < LARGEST:
            raise NotSmoothError(f"a value of {max(sizes):g}")
        rng = np.random.default_rng(7)
        for _ in range(2):
            _confirm(
                real, values, gradient, {k: rng.normal(size=v.shape) for k, v in values.items()}
            )
    return float(value), gradient


def _of_values(function: Function, inputs: Inputs) -> Callable[[Arguments], Any]:
    return lambda values: function(**inputs.arguments(values, function))


def _confirm(
    function: Callable[[Arguments], Any],
    values: Arguments,
    gradient: Arguments,
    direction: Arguments,
) -> None:
    """Compare a slope with differences at two step sizes, and what both say together."""

    def rise(h: float) -> Any:
        ends = ({k: v + s * h * direction[k] for k, v in values.items()} for s in (1, -1))
        above, below = map(function, ends)
        return (above - below) / (2 * h)

    slope = sum(np.sum(gradient[name] * direction[name]) for name in WRT)
    fine, coarse = rise(1e-4), rise(2e-4)
    size = max(1.0, *(float(np.max(np.abs(part))) for part in gradient.values()))
    if not abs((4 * fine - coarse) / 3 - slope) <= AGREEMENT * size:
        raise NotSmoothError(f"a slope of {slope:g} by the complex step, {fine:g} by differences")


def complex_step(program: Program, inputs: Inputs) -> dict[str, np.ndarray[Any, Any]]:
    tree = _RealTests().visit(ast.parse(program.text))
    text = ast.unparse(ast.fix_missing_locations(tree))
    function = program.function({"np": _COMPLEX_NUMPY, "real": np.real}, text)
    run = _of_values(function, inputs)
    values = {name: value.astype(complex) for name, value in inputs.values().items()}
    gradient = {}
    for name in WRT:
        gradient[name] = np.empty(values[name].shape)
        for index in np.ndindex(values[name].shape):
            varied = values[name].copy()
            varied[index] += STEP * 1j
            gradient[name][index] = np.imag(run({**values, name: varied})) / STEP
    return gradient


class _RealTests(ast.NodeTransformer):
    """Takes the real part of what is compared, and NumPy from the namespace."""

    def visit_Import(self, node: ast.Import) -> None:
        return None

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        one, *others = (
            ast.Call(ast.Name("real", ast.Load()), [side], [])
            for side in (node.left, *node.comparators)
        )
        return ast.Compare(one, node.ops, others)


class _ComplexNumpy:
    """NumPy, with new arrays of complex numbers."""

    def __getattr__(self, name: str) -> Any:
        made = getattr(np, name)
        if name not in ("zeros", "ones", "full"):
            return made
        return lambda *args: made(*args).astype(complex)


_COMPLEX_NUMPY = _ComplexNumpy()
