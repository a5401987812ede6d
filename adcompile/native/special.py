"""The functions of `scipy.special` for numba: those that SciPy hands out for C, of single numbers.

Machine code calls them by name, so that what is compiled serves other processes.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import binding
from numba import types
from numba.extending import overload
from scipy import special
from scipy.special import cython_special

from adcompile.native.parts import part

__all__ = ["NAMES"]

_NUMBERS = {"double": types.float64, "long": types.int64, "Py_ssize_t": types.int64}
_SIGNATURE = re.compile(r"double \((.*), int __pyx_skip_dispatch\)")


def _signature(name: str) -> tuple[Any, ...] | None:
    """The types of a function's numbers; None where it has other arguments or another result."""
    found = _SIGNATURE.fullmatch(name)
    given = found[1].split(", ") if found is not None else []
    return tuple(_NUMBERS[g] for g in given) if given and set(given) <= _NUMBERS.keys() else None


def _known() -> dict[str, list[tuple[tuple[Any, ...], str]]]:
    """For each function the types that it takes, and the name that machine code calls."""
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    found: dict[str, list[tuple[tuple[Any, ...], str]]] = {}
    for own, capsule in cython_special.__pyx_capi__.items():
        name = api.PyCapsule_GetName(capsule)
        given = _signature(name.decode())
        plain = re.sub(r"^(__pyx_fuse_[0-9_]*?)(?=[a-z])", "", own)
        if given is None or not isinstance(getattr(special, plain, None), np.ufunc):
            continue
        symbol = f"adcompile_{own}"
        binding.add_symbol(symbol, api.PyCapsule_GetPointer(capsule, name))
        found.setdefault(plain, []).append((given, symbol))
    return found


def _closest(known: list[tuple[tuple[Any, ...], str]], asked: tuple[Any, ...]) -> Any:
    """The function for numbers of these types, as SciPy chooses it: one of ints where they are."""
    whole = [isinstance(a, (types.Integer, types.Boolean)) for a in asked]
    fitting = [
        (given, symbol)
        for given, symbol in known
        if len(given) == len(asked)
        and all(w or g is types.float64 for g, w in zip(given, whole, strict=True))
    ]
    return max(fitting, key=lambda one: sum(g is types.int64 for g in one[0]), default=None)


def _provide(name: str, known: list[tuple[tuple[Any, ...], str]]) -> None:
    """Let numba know a function."""

    def choose(asked: tuple[Any, ...]) -> Any:
        found = _closest(known, asked)
        if found is None:
            return None
        given, symbol = found
        return types.ExternalFunction(symbol, types.float64(*given, types.intc))

    overload(getattr(special, name))(_OVERLOADS[len(known[0][0]) - 1](choose))


def _of_one(choose: Callable[..., Any]) -> Callable[..., Any]:
    def made(x: Any) -> Any:
        call = choose((x,))

        def run(x: Any) -> Any:
            return call(x, 0)

        return None if call is None else run

    return made


def _of_two(choose: Callable[..., Any]) -> Callable[..., Any]:
    def made(x: Any, y: Any) -> Any:
        call = choose((x, y))

        def run(x: Any, y: Any) -> Any:
            return call(x, y, 0)

        return None if call is None else run

    return made


def _of_three(choose: Callable[..., Any]) -> Callable[..., Any]:
    def made(x: Any, y: Any, z: Any) -> Any:
        call = choose((x, y, z))

        def run(x: Any, y: Any, z: Any) -> Any:
            return call(x, y, z, 0)

        return None if call is None else run

    return made


def _of_four(choose: Callable[..., Any]) -> Callable[..., Any]:
    def made(x: Any, y: Any, z: Any, w: Any) -> Any:
        call = choose((x, y, z, w))

        def run(x: Any, y: Any, z: Any, w: Any) -> Any:
            return call(x, y, z, w, 0)

        return None if call is None else run

    return made


_OVERLOADS = (_of_one, _of_two, _of_three, _of_four)

# The Euler-Maclaurin formula: 2 k (2 k - 1) ... 1 over Bernoulli's numbers.
_TERMS = (
    12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.8924375803183791606e9,
    7.47242496e10, -2.950130727918164224e12, 1.1646782814350067249e14,
    -4.5979787224074726105e15, 1.8152105401943546773e17, -7.1661652561756670113e18,
)  # fmt: skip


@part()
def _zeta(x: Any, q: Any) -> Any:
    """Hurwitz's zeta function, as in Cephes."""
    if not x > 1.0 or not q > 0.0 or not np.isfinite(x) or not np.isfinite(q):
        raise ValueError("a zeta function that SciPy has")
    s, a, b, i = q**-x, q, 0.0, 0
    while i < 9 or a <= 9.0:
        i += 1
        a += 1.0
        b = a**-x
        s += b
        if abs(b / s) < 1.1e-16:
            return s
    w = a
    s += b * w / (x - 1.0)
    s -= 0.5 * b
    factor, k = 1.0, 0.0
    for term in _TERMS:
        factor *= x + k
        b /= w
        t = factor * b / term
        s += t
        if abs(t / s) < 1.1e-16:
            return s
        k += 1.0
        factor *= x + k
        b /= w
        k += 1.0
    return s


@overload(special.zeta)
def _zeta_of(x: Any, q: Any) -> Any:
    def run(x: Any, q: Any) -> Any:
        return _zeta(float(x), float(q))

    return run


_FOUND = {name: known for name, known in _known().items() if len(known[0][0]) <= len(_OVERLOADS)}
for _name, _signatures in _FOUND.items():
    _provide(_name, _signatures)

# The functions that numba knows.
NAMES = frozenset({*_FOUND, "zeta"})
