"""The contract for expressions with random shapes, axes and settings, some of each family."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.rules.contract import (
    Programs,
    Row,
    apart,
    array,
    complex_regular,
    complexes,
    positive,
    regular,
    row,
)

Draw = np.random.Generator


def _shape(draw: Draw, low: int = 1, high: int = 3) -> tuple[int, ...]:
    return tuple(int(n) for n in draw.integers(1, 5, draw.integers(low, high + 1)))


def _axis(draw: Draw, rank: int) -> int:
    return int(draw.integers(-rank, rank))


def _one(draw: Draw, of: str) -> str:
    return str(draw.choice(of.split()))


def _reduction(draw: Draw) -> Row:
    shape = _shape(draw)
    name = _one(draw, "sum mean prod max min ptp median nansum nanmax nanmean nanprod")
    axis = draw.choice(["", "axis", "axes"])
    parts = ["a"]
    if axis == "axis" or (axis == "axes" and name == "median"):
        parts.append(f"axis={_axis(draw, len(shape))}")
    elif axis == "axes":
        count = int(draw.integers(1, len(shape) + 1))
        chosen = tuple(int(k) for k in draw.permutation(len(shape))[:count])
        parts.append(f"axis={chosen}")
    if draw.random() < 0.4:
        parts.append("keepdims=True")
    return row(f"np.{name}({', '.join(parts)})", a=apart(*shape))


def _order(draw: Draw) -> Row:
    shape = _shape(draw)
    axis = draw.choice([f"axis={_axis(draw, len(shape))}", "axis=None"])
    name = _one(draw, "sort partition quantile percentile cumsum cumprod")
    second = {"partition": "0, ", "quantile": "0.37, ", "percentile": "61.0, "}.get(name, "")
    return row(f"np.{name}(a, {second}{axis})", a=apart(*shape))


def _taking(draw: Draw) -> Row:
    shape = _shape(draw)
    axis = _axis(draw, len(shape))
    places = [int(k) for k in draw.integers(0, shape[axis], draw.integers(1, 4))]
    inside = f"np.argsort(a, axis={axis})"
    expr = {
        "take": f"np.take(a, {places}, axis={axis})",
        "one": f"np.take(a, {places[0]}, axis={axis})",
        "along": f"np.take_along_axis(a, {inside}, axis={axis})",
        "delete": f"np.delete(a, {places}, axis={axis})",
        "roll": f"np.roll(a, {places[0] - 1}, axis={axis})",
        "append": f"np.append(a, 2.0 * a, axis={axis})",
        "unstack": f"np.unstack(a, axis={axis})[{places[0]}]",
        "windows": f"np.lib.stride_tricks.sliding_window_view(a, {places[0] + 1}, axis={axis})",
    }
    return row(expr[_one(draw, " ".join(expr))], a=apart(*shape))


def _difference(draw: Draw) -> Row:
    shape = tuple(n + 1 for n in _shape(draw))
    axis = _axis(draw, len(shape))
    expr = _one(draw, "np.diff(a,axis={}) np.gradient(a,0.5,axis={}) np.trapezoid(a,axis={})")
    return row(expr.format(axis), a=array(*shape))


def _folding(draw: Draw) -> Row:
    n, m = (int(k) for k in draw.integers(1, 6, 2))
    name, mode = _one(draw, "convolve correlate"), _one(draw, "full same valid")
    return row(f"np.{name}(a, b, {mode!r})", a=array(n), b=array(m))


def _decomposition(draw: Draw) -> Row:
    stack = _shape(draw, 0, 1)
    n = int(draw.integers(1, 4))
    rows, columns = sorted((int(k) for k in draw.integers(1, 5, 2)), reverse=True)
    square = regular(*stack, n, n)
    tall = array(*stack, rows, columns)
    table: dict[str, Row] = {
        "eigvalsh": row("np.linalg.eigvalsh(a + np.swapaxes(a, -1, -2))", a=square),
        "svdvals": row("np.linalg.svdvals(a)", a=tall),
        "svd": row("np.linalg.svd(a, full_matrices=False)[0] ** 2", a=tall),
        "qr": row("np.linalg.qr(a)[1]", a=tall),
        "pinv": row("np.linalg.pinv(a)", a=tall),
        "norm": row("np.linalg.norm(a, 'nuc', axis=(-2, -1))", a=tall),
        "cond": row("np.linalg.cond(a)", a=square),
    }
    return table[_one(draw, " ".join(table))]


def _elementwise(draw: Draw) -> Row:
    shape = _shape(draw, 0)
    other = tuple(1 if draw.random() < 0.3 else n for n in shape[int(draw.integers(0, 2)) :])
    name = _one(draw, "logaddexp logaddexp2 hypot arctan2 float_power fmod")
    return row(f"np.{name}(a, b)", a=positive(*shape), b=positive(*other))


def _transform(draw: Draw) -> Row:
    shape = tuple(n + 1 for n in _shape(draw))
    name = _one(draw, "fft ifft rfft irfft hfft ihfft fftn ifftn rfftn irfftn")
    make = array if name in ("rfft", "ihfft", "rfftn") or draw.random() < 0.3 else complexes
    norm = draw.choice(["", ", norm='ortho'", ", norm='forward'"])
    if not name.endswith("n"):
        size = draw.choice(["", f", n={int(draw.integers(1, 9))}"])
        return row(f"np.fft.{name}(a{size}, axis={_axis(draw, len(shape))}{norm})", a=make(*shape))
    axes = [int(k) for k in draw.permutation(len(shape))[: int(draw.integers(1, len(shape) + 1))]]
    sizes = tuple(int(n) for n in draw.integers(1, 7, len(axes)))
    size = draw.choice(["", f", s={sizes}"])
    return row(f"np.fft.{name}(a{size}, axes={tuple(axes)}{norm})", a=make(*shape))


def _of_complex(draw: Draw) -> Row:
    """Real and complex operands of any shape beside each other."""
    shape = _shape(draw, 1, 2)
    other = tuple(1 if draw.random() < 0.3 else n for n in shape[int(draw.integers(0, 2)) :])
    first, second = (complexes, array) if draw.random() < 0.5 else (array, complexes)
    table = {
        "product": "a * b",
        "quotient": "a / b",
        "power": "np.abs(a) ** b",
        "modulus": "np.abs(a + b) * np.conj(a)",
        "angle": "np.angle(a - b)",
        "deviation": "np.std(a * b, axis=0)",
        "chosen": "np.where(np.real(a) > 0, a, b)",
        "stacked": "np.stack(np.broadcast_arrays(a, b))",
        "contracted": "np.sum(a * b) * np.conj(np.sum(a))",
    }
    return row(table[_one(draw, " ".join(table))], a=first(*shape), b=second(*other))


def _complex_decomposition(draw: Draw) -> Row:
    stack = _shape(draw, 0, 1)
    n = int(draw.integers(1, 4))
    rows, columns = sorted((int(k) for k in draw.integers(1, 5, 2)), reverse=True)
    square, tall = complex_regular(*stack, n, n), complexes(*stack, rows, columns)
    wide = complexes(*stack, columns, rows)
    table: dict[str, Row] = {
        "eigvalsh": row("np.linalg.eigvalsh(a + np.conj(np.swapaxes(a, -1, -2)))", a=square),
        "svdvals": row("np.linalg.svdvals(a)", a=wide),
        "svd": row("np.abs(np.linalg.svd(a, full_matrices=False)[0])", a=wide),
        "qr": row("np.linalg.qr(a)[1]", a=tall),
        "pinv": row("np.linalg.pinv(a)", a=wide),
        "slogdet": row("np.linalg.slogdet(a)[0]", a=square),
        "solve": row("np.linalg.solve(a, np.conj(a))", a=square),
    }
    return table[_one(draw, " ".join(table))]


FAMILIES: dict[str, Callable[[Draw], Row]] = {
    "reduction": _reduction,
    "order": _order,
    "taking": _taking,
    "difference": _difference,
    "folding": _folding,
    "decomposition": _decomposition,
    "elementwise": _elementwise,
    "transform": _transform,
    "of complex": _of_complex,
    "complex decomposition": _complex_decomposition,
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("family", FAMILIES)
def test_random(programs: Programs, family: str, seed: int) -> None:
    drawn = FAMILIES[family](np.random.default_rng((seed, len(family))))
    programs.program(f"{family.replace(' ', '_')}_{seed}", [drawn], 0).check()
