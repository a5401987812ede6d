"""What generated native code calls with values of any type: as `runtime` has it, for the types that
numba knows.

The arrays that these functions make have their elements side by side, whatever those have that they
are made after: to numba the elements of a list are of one type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.extending import overload

from adcompile.native.helpers import same

Chosen = Callable[..., Any]


def typed(function: Any) -> Callable[[Chosen], Chosen]:
    """What gives the implementation of a function for arguments of certain types."""
    decorator = overload(function, jit_options={"error_model": "numpy"}, strict=False)
    return cast(Callable[[Chosen], Chosen], decorator)


_ZEROS = {types.float64: 0.0, types.float32: np.float32(0), types.complex128: 0j}


def zeros(x: Any) -> Any:
    """A zero adjoint of numbers and arrays in lists and tuples."""
    raise NotImplementedError


@typed(zeros)
def _zeros(x: Any) -> Any:
    """For a tuple a list, in which elements can be replaced."""
    if isinstance(x, types.BaseTuple):
        return lambda x: [zero(part) for part in x]
    return lambda x: zero(x)


def zero(x: Any) -> Any:
    """As `zeros`, for a part of what it is of."""
    raise NotImplementedError


@typed(zero)
def _zero(x: Any) -> Any:
    if isinstance(x, types.Array):
        if isinstance(x.dtype, (types.Float, types.Complex)):
            return lambda x: np.zeros(x.shape, x.dtype)
        return lambda x: None
    if isinstance(x, types.List):
        return lambda x: [zero(part) for part in x]
    if isinstance(x, types.BaseTuple):
        return _each(zero, x)
    if isinstance(x, types.NoneType):
        return lambda x: None
    number = _ZEROS.get(x, 0)
    return lambda x: number


def copied(x: Any) -> Any:
    """Numbers and arrays in lists and tuples, in memory of their own."""
    raise NotImplementedError


@typed(copied)
def _copied(x: Any) -> Any:
    if isinstance(x, types.Array):
        return lambda x: x.copy()
    if isinstance(x, types.List):
        return lambda x: [copied(part) for part in x]
    if isinstance(x, types.BaseTuple):
        return _each(copied, x)
    return lambda x: x


def _each(function: Any, x: Any) -> Any:
    """What makes a tuple of the parts of another one."""
    if not len(x):
        return lambda x: ()
    if len(x) == 1:
        return lambda x: (function(x[0]),)
    return lambda x: (function(x[0]), *function(x[1:]))


def add(a: Any, b: Any) -> Any:
    """The sum of two adjoints, part by part."""
    raise NotImplementedError


@typed(add)
def _add(a: Any, b: Any) -> Any:
    if isinstance(a, types.Array) and isinstance(b, types.Array):
        return _sum_of_arrays
    if isinstance(a, types.List) and isinstance(b, types.List):
        return _sum_of_lists
    if isinstance(a, types.NoneType):
        return lambda a, b: b
    if isinstance(b, types.NoneType):
        return lambda a, b: a
    if isinstance(a, types.BaseTuple):
        if not len(a):
            return lambda a, b: ()
        if len(a) == 1:
            return lambda a, b: (add(a[0], b[0]),)
        return lambda a, b: (add(a[0], b[0]), *add(a[1:], b[1:]))
    return lambda a, b: a + b


def _sum_of_arrays(a: Any, b: Any) -> Any:
    same(a.shape, b.shape)
    return a + b


def _sum_of_lists(a: Any, b: Any) -> Any:
    if len(a) != len(b):
        raise ValueError("lengths do not fit")
    return [add(a[i], b[i]) for i in range(len(a))]


def derivative(d: Any, x: Any) -> Any:
    """A derivative by `x` that comes from code of the user's own."""
    raise NotImplementedError


@typed(derivative)
def _derivative(d: Any, x: Any) -> Any:
    if isinstance(d, types.Array) and isinstance(x, types.Array):
        return _of_one_shape
    return lambda d, x: d


def _of_one_shape(d: Any, x: Any) -> Any:
    same(d.shape, x.shape)
    return d
