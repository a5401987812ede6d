"""Wrong use of the API is told at once: `wrt`, kinds of arguments, functions without source."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile
from adcompile.errors import AdcompileError, RefusedError, SourceError, UsageError
from tests.refusals import raising

X = np.arange(3.0)


def _product(a, b):
    return a * b


def _square(x):
    return np.sum(x * x)


def _unused(a, b):
    return a * a


def _flag(a, b):
    return a * b if b else a


def _aux(a):
    return a * a, {"a": a}


def _tree(tree):
    return tree["w"] * tree["v"][0]


def _tree_of_products(x, n):
    if n == 0:
        return np.sin(x)
    return _tree_of_products(x * 1.1, n - 1) * _tree_of_products(x, n - 1)


def _generator(a):
    yield a


async def _asynchronous(a):
    return a


def _awaits(a):
    return a * _asynchronous(a)


class _Model:
    def __init__(self) -> None:
        self.factor = 2.0

    def run(self, a, b):
        return self.factor * a * b

    def __call__(self, a):
        return a * a


Row = tuple[Callable[[], Any], type[AdcompileError], str, str | None]

ROWS: dict[str, Row] = {
    "gradient of the gradient of what calls itself": (
        lambda: adcompile.grad(adcompile.grad(_tree_of_products))(0.3, 3),
        RefusedError,
        "the type of the result of `_tree_of_products_forward` changes from call to call; "
        "this is a line of a derivative, which is differentiated once more",
        "make it return the same type on every path",
    ),
    "no such name": (
        lambda: adcompile.grad(_product, wrt="c"),
        UsageError,
        "`wrt` names `c`, which is not a parameter",
        "the parameters are a, b",
    ),
    "no such position": (
        lambda: adcompile.grad(_product, wrt=2),
        UsageError,
        "`wrt` is position 2, but there are 2 parameters",
        "the parameters are a, b",
    ),
    "negative position": (
        lambda: adcompile.grad(_product, wrt=-3),
        UsageError,
        "`wrt` is position -3, but there are 2 parameters",
        "the parameters are a, b",
    ),
    "position in a method": (
        lambda: adcompile.grad(_Model.run, wrt=2),
        UsageError,
        "`wrt` is position 2, but there are 2 parameters",
        "the parameters are a, b",
    ),
    "neither name nor position": (
        lambda: adcompile.grad(_product, wrt=(0, 1.5)),
        UsageError,
        "`wrt` must be a position or name of a parameter, or a tuple of them, not 1.5",
        'write wrt=0, wrt="x" or wrt=("x", "y")',
    ),
    "boolean position": (
        lambda: adcompile.grad(_product, wrt=(True,)),
        UsageError,
        "`wrt` must be a position or name of a parameter, or a tuple of them, not True",
        'write wrt=0, wrt="x" or wrt=("x", "y")',
    ),
    "nothing": (
        lambda: adcompile.grad(_product, wrt=()),
        UsageError,
        "`wrt` is empty",
        "name at least one parameter",
    ),
    "one twice": (
        lambda: adcompile.grad(_product, wrt=("a", 0)),
        UsageError,
        "`wrt` names `a` twice",
        "name each parameter once",
    ),
    "no function": (
        lambda: adcompile.grad(3),
        UsageError,
        "`grad` takes a function, not 3",
        "write grad(f, wrt=...) or @grad(wrt=...)",
    ),
    "no function for value_and_grad": (
        lambda: adcompile.value_and_grad("f"),
        UsageError,
        "`value_and_grad` takes a function, not 'f'",
        "write value_and_grad(f, wrt=...) or @value_and_grad(wrt=...)",
    ),
    "integer array": (
        lambda: adcompile.grad(_square)(np.arange(3)),
        UsageError,
        "`x` is an array of int64; only floating-point arrays have a derivative",
        "pass `x.astype(float)`",
    ),
    "boolean array": (
        lambda: adcompile.grad(_square)(np.array([True])),
        UsageError,
        "`x` is an array of bool; only floating-point arrays have a derivative",
        "pass `x.astype(float)`",
    ),
    "NumPy integer": (
        lambda: adcompile.grad(_square)(np.int32(3)),
        UsageError,
        "`x` is an array of int32; only floating-point arrays have a derivative",
        "pass `x.astype(float)`",
    ),
    "integer array in a container": (
        lambda: adcompile.grad(_tree)({"w": 1.0, "v": [np.arange(2)]}),
        UsageError,
        '`tree["v"][0]` is an array of int64; only floating-point arrays have a derivative',
        'pass `tree["v"][0].astype(float)`',
    ),
    "array of objects": (
        lambda: adcompile.grad(_square)(np.array([1.0, None])),
        UsageError,
        "`x` is an array of objects",
        "pass an array of floats",
    ),
    "string": (
        lambda: adcompile.grad(_square)("abc"),
        UsageError,
        "`x` is 'abc'; only numbers have a derivative",
        "leave it out of `wrt`",
    ),
    "boolean": (
        lambda: adcompile.grad(_flag, wrt=1)(1.0, True),
        UsageError,
        "`b` is True; only numbers have a derivative",
        "leave it out of `wrt`",
    ),
    "none": (
        lambda: adcompile.grad(_square)(None),
        UsageError,
        "`x` is None; only numbers have a derivative",
        "leave it out of `wrt`",
    ),
    "does not depend": (
        lambda: adcompile.grad(_unused, wrt="b")(1.0, 2.0),
        UsageError,
        "the result does not depend on `b`",
        "leave it out of `wrt`, or give allow_unused=True for a gradient of zero",
    ),
    "aux that is missing": (
        lambda: adcompile.grad(_product, has_aux=True)(1.0, 2.0),
        UsageError,
        "with `has_aux=True`, `_product` must return a pair `value, aux`",
        None,
    ),
    "aux that is not asked for": (
        lambda: adcompile.grad(_aux)(1.0),
        AdcompileError,
        "the result is not a number",
        "return one number; further results go with has_aux=True",
    ),
    "built-in": (
        lambda: adcompile.grad(abs)(1.0),
        SourceError,
        "`abs` is not a function written in Python",
        "wrap it: def f(x): return ...",
    ),
    "ufunc": (
        lambda: adcompile.grad(np.sin)(1.0),
        SourceError,
        "`sin` is not a function written in Python",
        "wrap it: def f(x): return ...",
    ),
    "class": (
        lambda: adcompile.grad(collections.Counter)(1.0),
        SourceError,
        "`Counter` is not a function written in Python",
        "wrap it: def f(x): return ...",
    ),
    "object that can be called": (
        lambda: adcompile.grad(_Model())(1.0),
        AdcompileError,
        "",
        None,
    ),
    "partial": (
        lambda: adcompile.grad(functools.partial(_product, 2.0))(1.0),
        SourceError,
        "is not a function written in Python",
        "wrap it: def f(x): return ...",
    ),
    "without a file": (
        lambda: adcompile.grad(eval("lambda a: a * a"))(1.0),
        SourceError,
        "the source of `<lambda>`",
        None,
    ),
    "generator": (
        lambda: adcompile.grad(_generator)(1.0),
        AdcompileError,
        "`_generator` is a generator or asynchronous",
        "differentiate a plain function",
    ),
    "asynchronous": (
        lambda: adcompile.grad(_asynchronous)(1.0),
        AdcompileError,
        "`_asynchronous` is a generator or asynchronous",
        "differentiate a plain function",
    ),
    "asynchronous helper": (
        lambda: adcompile.grad(_awaits)(1.0),
        SourceError,
        "`_asynchronous` is asynchronous",
        "differentiate a plain function",
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_usage(row: Row) -> None:
    call, kind, reason, hint = row
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert reason in error.reason
    assert hint is None or error.hint == hint
    assert str(error).startswith(error.reason)
    assert error.hint is None or str(error).endswith(f"\n  = instead: {error.hint}")


def test_usage_errors_are_type_errors() -> None:
    assert issubclass(UsageError, TypeError)
    assert {UsageError, SourceError} <= set(AdcompileError.__subclasses__())


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(),
        lambda f: f(1.0),
        lambda f: f(1.0, 2.0, 3.0),
        lambda f: f(1.0, b=2.0, c=3.0),
        lambda f: f(1.0, 2.0, a=1.0),
    ],
)
def test_arguments_that_do_not_fit(call: Callable[[Any], Any]) -> None:
    """As for the function itself: a TypeError."""
    for function in (_product, adcompile.grad(_product)):
        with pytest.raises(TypeError):
            call(function)


def test_size_one_is_a_number() -> None:
    gradient = adcompile.grad(_square_kept, wrt="x")
    np.testing.assert_allclose(gradient(X), 2 * X)


def _square_kept(x):
    return np.sum(x * x, keepdims=True)


def test_python_integer_is_a_float() -> None:
    assert adcompile.grad(_product)(3, 2) == 2.0
    assert adcompile.grad(_product, wrt=(0, 1))(3, 2) == (2.0, 3.0)
    assert isinstance(adcompile.grad(_product)(3, 2), float)


# ----- what the function raises, its gradient raises -----


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (raising.domain, (-1.0,)),
        (raising.domain, (1.0,)),
        (raising.domain, (2.0,)),
        (raising.division, (0.0,)),
        (raising.index, (X, 7)),
        (raising.shapes, (X, np.arange(4.0))),
        (raising.bound, (0.7,)),
        (raising.unbound, (X, 0)),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_same_exception(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    with pytest.raises(Exception) as expected:  # noqa: PT011
        function(*args)
    with pytest.raises(expected.type) as got:
        adcompile.value_and_grad(function)(*args)
    if isinstance(expected.value, (ValueError, AssertionError)):
        assert str(got.value) == str(expected.value)
