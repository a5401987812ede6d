"""SciPy's modules whose functions have rules: what their functions are called.

SciPy is looked at only once the user's program has imported it.
"""

from __future__ import annotations

import inspect
import sys
import types
from functools import cache
from typing import Any

import numpy as np

MODULES = tuple(f"scipy.{name}" for name in ("special", "linalg", "stats", "signal", "integrate"))


def is_module(target: Any) -> bool:
    """Whether something is one of the modules."""
    return isinstance(target, types.ModuleType) and target.__name__ in MODULES


def name_of(target: Any) -> str | None:
    """The dotted name of a function or distribution of SciPy's (`scipy.special.erf`), else None."""
    if not (callable(target) and getattr(type(target), "__hash__", None)):
        return None
    for module in MODULES:
        loaded = sys.modules.get(module)
        found = None if loaded is None else _names(loaded).get(id(target))
        if found is not None and getattr(loaded, found, None) is target:
            return f"{module}.{found}"
    return None


@cache
def _names(module: types.ModuleType) -> dict[int, str]:
    """The names of what a module has, by the identities; the first one of several."""
    names: dict[int, str] = {}
    for name in sorted(dir(module)):
        value = None if name.startswith("_") else getattr(module, name, None)
        if callable(value) and not isinstance(value, type):
            own = getattr(value, "__name__", None)
            is_own = isinstance(own, str) and getattr(module, own, None) is value
            names[id(value)] = str(own) if is_own else name
    return names


def is_distribution(target: Any) -> bool:
    """Whether something is a distribution, such as `scipy.stats.norm`."""
    is_function = isinstance(target, (types.FunctionType, np.ufunc, types.BuiltinFunctionType))
    return not is_function and (name_of(target) or "").startswith("scipy.stats.")


def version(name: str) -> tuple[str, ...]:
    """The version of SciPy, for the name of something in it; nothing for any other."""
    scipy = sys.modules.get("scipy") if name.startswith("scipy.") else None
    return () if scipy is None else (str(scipy.__version__),)


def parameters(target: Any) -> list[str]:
    """The names of the positional parameters of a function, as far as they are known."""
    if isinstance(target, np.ufunc):
        return [*(f"x{i}" for i in range(target.nin)), *["out"] * target.nout]
    try:
        return list(inspect.signature(target).parameters)
    except (TypeError, ValueError):
        return []
