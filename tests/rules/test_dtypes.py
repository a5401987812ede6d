"""The rules, over all dtypes of floats and all ways in which arrays lie in memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import RefusedError, UsageError
from tests.every import some
from tests.rules.contract import Program, Programs, is_array, is_float, make_weights
from tests.rules.rows import FAMILIES

CASES = [
    pytest.param(family, index, id=f"{family}: {row.label}")
    for family, rows in FAMILIES.items()
    for index, row in enumerate(rows)
    if row.refusal is None
]


# There are no complex numbers of half the precision.
OF_REAL = [
    case
    for case in CASES
    if not any(map(np.iscomplexobj, FAMILIES[case.values[0]][case.values[1]].arguments().values()))
]


def _strided(array: Any) -> Any:
    """Every other element of an array twice as long, and from its end."""
    spread = np.repeat(array[::-1], 2, axis=0)
    return spread[::-2]


def _read_only(array: Any) -> Any:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "Fortran": np.asfortranarray,
    "strided": _strided,
    "read-only": _read_only,
}


def given(program: Program, change: Callable[[Any], Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The arguments with their arrays of floats changed, and the names of those that are floats."""
    arguments = program.row.arguments()
    names = tuple(name for name, v in arguments.items() if is_float(v))
    weights = make_weights(program.row.evaluate(arguments))
    changed = {
        name: change(v) if name in names and isinstance(v, np.ndarray) and v.ndim else v
        for name, v in arguments.items()
    }
    return {**changed, "weights": weights}, names


@pytest.mark.parametrize(("family", "index"), some(CASES))
def test_layout(programs: Programs, family: str, index: int) -> None:
    """How an array lies in memory changes no gradient, and the gradient can be written to."""
    program = programs.program(family, FAMILIES[family], index)
    plain, names = given(program, lambda array: array)
    expected = adcompile.grad(program.weighted, wrt=names)(**plain)
    for layout in LAYOUTS.values():
        arguments, _ = given(program, layout)
        kept = {name: np.copy(v) for name, v in arguments.items() if is_array(v)}
        got = adcompile.grad(program.weighted, wrt=names)(**arguments)
        for mine, wanted in zip(got, expected, strict=True):
            scale = float(np.max(np.abs(wanted), initial=1.0))
            np.testing.assert_allclose(mine, wanted, rtol=1e-9, atol=1e-11 * scale)
            assert not isinstance(mine, np.ndarray) or mine.flags.writeable
        for name, copy in kept.items():
            np.testing.assert_array_equal(arguments[name], copy)


# How far a gradient of another precision may be from that of double precision
PRECISIONS = {np.longdouble: 1e-9, np.float16: 0.1}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize(("family", "index"), some(OF_REAL))
def test_precision(programs: Programs, family: str, index: int, dtype: type) -> None:
    """A gradient has the dtype of its argument, where the function takes it at all."""
    program = programs.program(family, FAMILIES[family], index)
    if not program.row.single or "np.partition" in program.row.expr:
        return  # in which order the rest of a partition is depends on the dtype
    plain, names = given(program, lambda array: array)
    arguments = {
        name: v.astype(dtype) if is_array(v) and is_float(v) and name != "weights" else v
        for name, v in plain.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = program.weighted(**arguments)
        except Exception:  # of all kinds
            return
        expected = adcompile.grad(program.weighted, wrt=names)(**plain)
        if not np.isfinite(value):
            return
        try:
            got = adcompile.grad(program.weighted, wrt=names)(**arguments)
        except TypeError as error:
            # Of these, the derivative takes a function that the value does not.
            assert "unsupported" in str(error) or "not supported" in str(error)  # noqa: PT017
            return
    for name, mine, wanted in zip(names, got, expected, strict=True):
        if is_array(arguments[name]):
            assert np.asarray(mine).dtype == dtype, (name, np.asarray(mine).dtype)
        scale = float(np.max(np.abs(wanted), initial=1.0))
        tolerance = PRECISIONS[dtype]
        np.testing.assert_allclose(
            np.asarray(mine, float), wanted, rtol=tolerance, atol=tolerance * scale, err_msg=name
        )


# ----- arrays without elements, of no axes, of other classes -----


def elementwise(x, y):
    return np.sum(np.exp(x) * y + np.maximum(x, y) / (1.0 + x * x))


def by_axis(x, y):
    return np.sum(np.sum(x * y, axis=0) ** 2) + np.sum(np.cumsum(x, axis=1) * y)


def gathered(x, y):
    return np.sum(x[:, ::2] * y[:, ::2]) + np.sum(np.concatenate((x, y)) ** 2) + np.sum(x @ y.T)


@pytest.mark.parametrize("function", [elementwise, by_axis, gathered])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_empty(function, shape) -> None:
    x, y = np.zeros(shape), np.ones(shape)
    for gradient in adcompile.grad(function, wrt=("x", "y"))(x, y):
        assert gradient.shape == shape
        assert gradient.dtype == np.float64


@pytest.mark.parametrize("make", [np.array, np.float64, float])
def test_no_axes(make) -> None:
    x, y = make(0.5), make(-0.3)
    expected = adcompile.grad(elementwise, wrt=("x", "y"))(np.array([0.5]), np.array([-0.3]))
    got = adcompile.grad(elementwise, wrt=("x", "y"))(x, y)
    for mine, wanted in zip(got, expected, strict=True):
        assert np.shape(mine) == ()
        np.testing.assert_allclose(mine, wanted[0], rtol=1e-14)


MATRIX = np.ones((2, 2)).view(np.matrix)


def with_global(x):
    return np.sum(x * MATRIX)


def with_made(x, y):
    return np.sum(x * np.asmatrix(y))


def times(x, y):
    return np.sum(x * y)


@pytest.mark.parametrize(
    "other", [np.ones((2, 2)).view(np.matrix), np.ma.array(np.ones((2, 2)), mask=np.eye(2))]
)
def test_subclasses_are_refused(other) -> None:
    x = np.ones((2, 2))
    for arguments in ((other, x), (x, other)):
        with pytest.raises(UsageError, match="whose operators are not those of arrays"):
            adcompile.grad(times)(*arguments)
    with pytest.raises(RefusedError, match="whose operators are not those of arrays"):
        adcompile.grad(lambda x, pair: np.sum(x * pair[0]))(x, [other])


def test_matrices_of_the_function_are_refused() -> None:
    x = np.ones((2, 2))
    with pytest.raises(RefusedError, match="whose operators are not those of arrays") as caught:
        adcompile.grad(with_global)(x)
    assert caught.value.span is not None
    with pytest.raises(RefusedError, match="no plain array"):
        adcompile.grad(with_made)(x, x)
