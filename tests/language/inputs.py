"""The samples of the language, and arguments for them, made from their parameters' names."""

from __future__ import annotations

import importlib
import inspect
import types
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile import trees
from tests.language.samples_containers import Checked, Layer, Model

Function = Callable[..., Any]
GROUPS = (
    "straight", "branches", "loops", "whiles", "exits", "containers", "calls", "names", "effects",
    "functions", "comprehensions", "builtins", "objects", "match", "contexts", "writes", "aliases",
    "found", "lists", "growing", "rules", "states", "buffers", "complex", "mapped",
    "orders", "generators",
)  # fmt: skip
WITHOUT_AUTOGRAD = (
    "writes", "aliases", "found", "lists", "growing", "rules", "states", "buffers", "complex",
    "mapped",
)  # fmt: skip
"""Groups of programs that autograd cannot run: that write in place, have rules of their own, are of
complex numbers, or pass functions to NumPy."""
REFUSED = {
    # Which array is written to is only known when the program runs.
    "aliases": (
        "alias_in_branch", "alias_in_statement_of_branch", "alias_from_loop",
        "helper_returns_one_of_two", "ravelled_transpose_is_a_copy", "window_that_shrinks",
        # Two arrays of an argument may be one.
        "arrays_of_argument",
    ),
    "writes": ("arguments_of_list_written",),
    # What a row of an array shows that is written to in an outer loop.
    "found": ("rows_bound_to_a_name",),
}  # fmt: skip
"""Programs that are refused, for reasons that `test_writes` knows."""
TRIPS = (0, 1, 2, 3, 5)


def module_of(group: str) -> types.ModuleType:
    return importlib.import_module(f"tests.language.samples_{group}")


def functions_of(module: types.ModuleType) -> dict[str, Function]:
    """The public functions that a module defines, in order."""
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


@dataclass(frozen=True)
class Sample:
    """A program: a plain function, and what to call it with."""

    group: str
    function: Function

    @property
    def label(self) -> str:
        return f"{self.group}.{self.function.__name__}"

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        return dict(inspect.signature(self.function).parameters)

    @property
    def wrt(self) -> tuple[str, ...]:
        """The parameters that hold floats."""
        return tuple(name for name, value in self.arguments().items() if has_float(value))

    def arguments(self, seed: int = 0, n: int = 3) -> dict[str, Any]:
        """Arguments: arrays and the signs of single numbers differ from seed to seed."""
        known = values(seed) | {"n": n}
        sign = 1 - 2 * seed
        result = {}
        for name, parameter in self.parameters.items():
            default = parameter.default
            if name in known and default in (parameter.empty, None):
                result[name] = known[name]
            else:
                result[name] = default * sign if isinstance(default, float) else default
        return result

    def variants(self) -> Iterator[dict[str, Any]]:
        """Arguments for every path: both signs, and all numbers of trips."""
        trips = TRIPS if "n" in self.parameters else (3,)
        for seed in (0, 1):
            for n in trips:
                yield self.arguments(seed, n)


SAMPLES = [
    Sample(group, function)
    for group in GROUPS
    for name, function in functions_of(module_of(group)).items()
    if name not in REFUSED.get(group, ())
]


def values(seed: int) -> dict[str, Any]:
    """A value for each name that a parameter may have."""
    rng = np.random.default_rng(seed)
    sign = 1.0 - 2.0 * seed

    def array(*shape: int) -> np.ndarray[Any, Any]:
        return rng.uniform(0.3, 1.3, shape) * rng.choice([-1.0, 1.0], shape)

    more = np.random.default_rng(seed + 10)

    def complexes(*shape: int) -> np.ndarray[Any, Any]:
        parts = more.uniform(0.3, 1.3, (2, *shape)) * more.choice([-1.0, 1.0], (2, *shape))
        return np.asarray(parts[0] + 1j * parts[1])

    return {
        "z": complexes(5),
        "psi": complexes(4),
        "mat": complexes(4, 4),
        "zeta": complex(0.6 * sign, -0.8),
        "a": 0.7 * sign,
        "b": 1.3,
        "c": -0.4 * sign,
        "x": array(5),
        "y": array(5),
        "u": array(5),
        "v": array(5),
        "p": np.abs(array(5)),
        "m": array(4, 5),
        "w": array(5, 3),
        "q": array(4, 4),
        "mask": np.array([True, False, True, True, False]),
        "idx": np.array([0, 2, 2, 4]),
        "params": [array(5, 3), array(3)],
        "layers": [(array(4, 5), array(5)), (array(3, 5), array(5))],
        "pair": (0.5 * sign, 1.1),
        "nums": [0.5, -1.2 * sign, 0.8],
        "points": [array(5), array(5), array(5)],
        "table": {"p": 0.6 * sign, "q": 1.2},
        "vectors": {"p": array(5), "q": array(5)},
        "mixed": {"w": array(5), "b": 0.3 * sign},
        "tree": {"layers": [(array(5, 3), array(3))], "scale": 0.7 * sign, "pair": (1, 0.4)},
        "model": Model(0.8 * sign, array(5)),
        "checked": Checked(0.8),
        "ordered": OrderedDict(p=0.6 * sign, q=1.2),
        "empty": [],
        "layer": Layer(array(5, 3), array(3)),
    }


def has_float(value: Any) -> bool:
    """Whether a value is, or a container holds, a float or an array of floats."""
    return any(
        isinstance(leaf, float) or np.asarray(leaf).dtype.kind in "fc"
        for _, leaf in trees.leaves(value)
        if not isinstance(leaf, (str, type(None))) and not callable(leaf)
    )


def is_number(value: Any) -> bool:
    return isinstance(value, float)


def converted(value: Any, convert: Callable[[Any], Any]) -> Any:
    """A value with the floats, and arrays of floats, in it converted."""
    if not has_float(value):
        return value
    return trees.map_leaves(lambda leaf: convert(leaf) if has_float(leaf) else leaf, value)
