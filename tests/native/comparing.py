"""What the two backends make of one program."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

import adcompile
from adcompile import trees
from adcompile.errors import RefusedError
from tests.language.inputs import Sample

RIGHT = "right"


def outcome(sample: Sample, seeds: tuple[int, ...] = (0, 1)) -> str:
    """`RIGHT`, or why the native backend refuses a program.

    Raises:
        AssertionError: the backends disagree, or an argument was changed.
    """
    options: dict[str, Any] = {"wrt": sample.wrt, "allow_unused": True}
    numpy = adcompile.value_and_grad(sample.function, **options)
    native = adcompile.value_and_grad(sample.function, backend="numba", **options)
    for seed in seeds:
        args, kwargs = _split(sample, sample.arguments(seed))
        before = copy.deepcopy(args)
        expected, refused = _called(numpy, args, kwargs), None
        try:
            got = _called(native, args, kwargs)
        except RefusedError as error:
            refused = error.reason
        require_equal(args, before, 0)
        if refused is not None:
            assert refused, sample.label
            return refused
        require_equal(got, expected, 1e-11)
    return RIGHT


def _called(function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What a function returns, or the type of the error that it raises."""
    try:
        return function(*args, **kwargs)
    except (ArithmeticError, UnboundLocalError, IndexError) as error:
        return type(error).__name__


def _split(sample: Sample, arguments: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    only = {n for n, p in sample.parameters.items() if p.kind is p.KEYWORD_ONLY}
    args = [value for name, value in arguments.items() if name not in only]
    return args, {name: value for name, value in arguments.items() if name in only}


def require_equal(got: Any, expected: Any, tolerance: float) -> None:
    """The same structure, dtypes and shapes, and equal numbers."""
    assert _form(got) == _form(expected)
    ours, theirs = trees.leaves(got), trees.leaves(expected)
    assert [path for path, _ in ours] == [path for path, _ in theirs]
    for (path, one), (_, other) in zip(ours, theirs, strict=True):
        if not isinstance(other, (int, float, np.ndarray, np.generic)):
            assert one is other or one == other, path
            continue
        assert np.asarray(one).dtype == np.asarray(other).dtype, path
        assert np.shape(one) == np.shape(other), path
        scale = float(np.max(np.abs(other), initial=1.0)) if np.size(other) else 1.0
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale, err_msg=path)


def _form(value: Any) -> Any:
    """The types of containers in containers."""
    if isinstance(value, dict):
        return dict, {key: _form(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [_form(part) for part in value]
    return None
