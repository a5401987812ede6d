"""The account of NumPy: what becomes of each of its names, of those of `math`, and of SciPy's.

`python -m adcompile --rules` prints it. It is made from the rules and from the NumPy that is
installed, so that what a new release adds shows as unaccounted.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from adcompile.records import record, replace
from adcompile.rules import registry, unruled

# The places that names are looked for in, and how their rules' names begin
_PLACES: tuple[tuple[str, Any], ...] = (
    ("numpy", np),
    ("numpy.linalg", np.linalg),
    ("numpy.fft", np.fft),
    ("math", math),
    ("ndarray", np.ndarray),
)
_UFUNC_METHODS = ("reduce", "accumulate", "outer", "at", "reduceat")

# What changes an array is followed as a write to it.
_WRITES = frozenset(
    {f"numpy.{name}" for name in ("copyto", "fill_diagonal", "put", "put_along_axis", "putmask")}
    | {"numpy.place", "numpy.add.at", "numpy.subtract.at"}
    | {f"ndarray.{name}" for name in ("fill", "partition", "sort")}
)
# What takes a function is written out, see `lower.mapped`.
_LOOPS = frozenset(
    f"numpy.{name}" for name in ("apply_along_axis", "apply_over_axes", "fromfunction", "vectorize")
)


@record
class Entry:
    """What becomes of one name.

    Attributes:
        name: the dotted name.
        what: "rule", "definition", "zero" (the derivative is zero wherever it exists), "write",
            "refused", or "unaccounted".
        text: the derivative, the other functions it is made of, or the reason.
    """

    name: str
    what: str
    text: str


def account() -> Iterator[Entry]:
    """Every public name, in order."""
    for space, place in (*_PLACES, *_scipy()):
        for name in sorted(_public(place)):
            value = getattr(place, name)
            if callable(value):
                # A type may have several names.
                own = value.__name__ if isinstance(value, type) and space == "numpy" else name
                yield replace(entry(f"{space}.{own}"), name=f"{space}.{name}")
            elif space == "ndarray":
                yield entry(f"attribute.{name}")
            if space == "numpy" and isinstance(value, np.ufunc) and _is_binary(value):
                yield from (entry(f"{space}.{name}.{method}") for method in _UFUNC_METHODS)

    if _has_scipy():
        # Of the rest of SciPy, what there are rules for
        for module in ("stats", "signal", "integrate"):
            yield from map(entry, registry.scipy_table(module))


def _has_scipy() -> bool:
    return importlib.util.find_spec("scipy") is not None


def _scipy() -> Iterator[tuple[str, Any]]:
    """The modules of SciPy that are accounted for name by name, where it is installed."""
    for name in ("scipy.special", "scipy.linalg") if _has_scipy() else ():
        yield name, importlib.import_module(name)


def _is_binary(ufunc: np.ufunc) -> bool:
    return ufunc.nin == 2 and ufunc.nout == 1


def _public(place: Any) -> Iterator[str]:
    for name in dir(place):
        value = None if name.startswith("_") else getattr(place, name, None)
        is_error = isinstance(value, type) and issubclass(value, (Exception, Warning))
        if value is not None and not isinstance(value, ModuleType) and not is_error:
            yield name


def entry(name: str) -> Entry:
    """What becomes of one name."""
    if name in _WRITES:
        return Entry(name, "write", "the elements that are written to")
    if name in _LOOPS:
        return Entry(name, "definition", "the calls of the function")
    rule = registry.find(name)
    known = unruled.reason(name)
    if rule is None or (rule.pullback is None and rule.definition is None):
        why = (rule.why if rule is not None else None) or (known and f"{known[0]}; {known[1]}")
        return Entry(name, "refused", why) if why else Entry(name, "unaccounted", "")
    if rule.pullback is None:
        return Entry(name, "definition", "what it is made of")
    if not rule.pullback:
        return Entry(name, "zero", "")
    return Entry(name, "rule", _texts(rule))


def printed() -> Iterator[str]:
    """The account as lines of text."""
    for found in account():
        yield f"{found.name:<40}{found.what:<14}{found.text}".rstrip()


def _texts(rule: registry.Rule) -> str:
    """The pullbacks of a rule that has the same ones for every call."""
    if not isinstance(rule.pullback, Mapping):
        return "depends on the call"
    return ", ".join(f"d_{param} = {text}" for param, text in rule.pullback.items())
