"""Random draws (NumPy manual: "Random sampling"): of a `Generator`, and the older functions.

A draw happens once: it is impure, so it is never computed again and never left out. Its parameters
have no derivative; what is drawn with fixed parameters can be scaled and shifted by what is
differentiated.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.kinds import (
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Nothing,
    Record,
    Scalar,
    Sym,
    dims,
    fresh,
)
from adcompile.rules.infer import array_kind, constant, dim_of, dtype_argument, shape_of
from adcompile.rules.registry import Call, Rule

GENERATOR = Record(np.random.Generator, ())
STATE = Record(np.random.RandomState, ())


def _drawn(call: Call) -> Kind:
    """Floating-point numbers of a `size`."""
    size = call.kinds["size"]
    dtype: np.dtype[Any] | None = np.dtype(float)
    if "dtype" in call.given:
        dtype = dtype_argument(call.kinds["dtype"])
    if size != Nothing():
        return Array(dtype, shape_of(size))
    params = [kind for name, kind in call.kinds.items() if name not in ("size", "dtype", "rng")]
    if not all(dims(kind) == () for kind in params):
        return UNKNOWN
    return FLOAT if "dtype" not in call.given else Array(dtype, ())


def _integers(call: Call) -> Kind:
    """Integers of a `size`; a single one is a Python int or a scalar of NumPy's."""
    size = call.kinds["size"]
    if "dtype" in call.given:
        return UNKNOWN
    if size != Nothing():
        return Array(np.dtype(np.int64), shape_of(size))
    params = ("low", "high", "lam", "n", "p")
    of_params = [kind for name, kind in call.kinds.items() if name in params]
    if not all(dims(kind) == () or kind == Nothing() for kind in of_params):
        return UNKNOWN
    return Array(np.dtype(np.int64), ()) if "rng" in call.kinds else INT


def _legacy_integers(call: Call) -> Kind:
    """As `_integers`; a single one is a Python int, also of a `RandomState`."""
    kind = _integers(call)
    return INT if dims(kind) == () else kind


def _choice(call: Call) -> Kind:
    """Some of the numbers below `a`, or of the elements of the array `a`."""
    a, size = call.kinds["a"], call.kinds["size"]
    array = array_kind(a)
    if size == Nothing() or array is None or (array.dims is not None and len(array.dims) > 1):
        return UNKNOWN
    dtype = np.dtype(np.int64) if isinstance(a, Scalar) else array.dtype
    return Array(dtype, shape_of(size))


def _permutation(call: Call) -> Kind:
    """The numbers below `x` or the rows of the array `x` in another order."""
    x = call.kinds["x"]
    if not isinstance(x, Scalar):
        array = array_kind(x)
        return UNKNOWN if array is None else array
    length = x.value
    known = isinstance(length, (int, Sym)) and not isinstance(length, bool)
    return Array(np.dtype(np.int64), (length if known else fresh(),))


def _drawn_dims(call: Call) -> Kind:
    sizes = call.kinds["sizes"]
    assert isinstance(sizes, Items)
    return Array(np.dtype(float), tuple(dim_of(s) for s in sizes.items)) if sizes.items else FLOAT


_SCALED = "draw with fixed parameters and scale it, as in `loc + scale * rng.standard_normal(n)`"
_TAKEN = "draw positions and take them, as in `x[rng.permutation(len(x))]`"

_LOC_SCALE = "loc=0.0, scale=1.0, size=None"
_CONTINUOUS = {
    "normal": _LOC_SCALE,
    "laplace": _LOC_SCALE,
    "logistic": _LOC_SCALE,
    "gumbel": _LOC_SCALE,
    "uniform": "low=0.0, high=1.0, size=None",
    "lognormal": "mean=0.0, sigma=1.0, size=None",
    "exponential": "scale=1.0, size=None",
    "gamma": "shape, scale=1.0, size=None",
    "beta": "a, b, size=None",
    "standard_gamma": "shape, size=None",
    "standard_normal": "size=None",
    "standard_exponential": "size=None",
}
_DISCRETE = {
    "poisson": "lam=1.0, size=None",
    "binomial": "n, p, size=None",
}


# How the names of the functions of `np.random` and of the methods begin, and their parameters.
_SPACES = (("numpy.random", ""), ("generator", "rng, "))


def _rule(name: str, params: str, kind: Any, why: str = _SCALED) -> Rule:
    return Rule(name, params, kind, cost=3, pure=False, why=why)


RULES: tuple[Rule, ...] = (
    *(
        _rule(f"{space}.{name}", f"{first}{params}", kind)
        for space, first in _SPACES
        for table, kind in ((_CONTINUOUS, _drawn), (_DISCRETE, _integers))
        for name, params in table.items()
    ),
    _rule("generator.random", "rng, size=None, dtype=None, out=!", _drawn),
    _rule(
        "generator.integers",
        "rng, low, high=None, size=None, dtype=None, endpoint=False",
        _integers,
    ),
    _rule(
        "generator.choice",
        "rng, a, size=None, replace=True, p=None, axis=0, shuffle=True",
        _choice,
        _TAKEN,
    ),
    _rule("generator.permutation", "rng, x, axis=0", _permutation, _TAKEN),
    _rule("numpy.random.random", "size=None", _drawn),
    _rule("numpy.random.choice", "a, size=None, replace=True, p=None", _choice, _TAKEN),
    _rule("numpy.random.permutation", "x", _permutation, _TAKEN),
    # What a `RandomState` has in common with the functions of the module, and no `Generator` has.
    *(
        _rule(f"{space}.{name}", f"{first}{params}", kind)
        for space, first in _SPACES
        for name, params, kind in (
            ("random_sample", "size=None", _drawn),
            ("randint", "low, high=None, size=None, dtype=None", _legacy_integers),
            ("randn", "*sizes", _drawn_dims),
            ("rand", "*sizes", _drawn_dims),
        )
    ),
    _rule("numpy.random.default_rng", "seed=None", constant(GENERATOR)),
    _rule("numpy.random.RandomState", "seed=None", constant(STATE)),
)
