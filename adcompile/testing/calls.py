"""Calls of functions at arguments of which single elements vary."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile import trees
from adcompile.parts import parsed
from adcompile.records import record, replace

# Relative and absolute tolerance by the number of bits of the least precise dtype in play.
TOLERANCES = {16: (3e-2, 3e-3), 32: (1e-3, 1e-4), 64: (1e-6, 1e-8)}


@record
class Call:
    """A call of a function: all arguments by name, and how many of them go by position."""

    f: Callable[..., Any]
    arguments: dict[str, Any]
    positional: int

    @classmethod
    def of(cls, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """Take a call apart, with defaults. What ``*args`` takes is named ``args[0]`` and so on."""
        signature = inspect.signature(f)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        names = []
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                count = len(bound.arguments[parameter.name])
                names += [f"{parameter.name}[{i}]" for i in range(count)]
            elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append(parameter.name)
        positional = dict(zip(names, bound.args, strict=True))
        return cls(f, positional | bound.kwargs, len(positional))

    def is_part(self, wrt: int | str) -> bool:
        """Whether `wrt` means a part of an argument."""
        return isinstance(wrt, str) and wrt not in self.arguments and bool(parsed(wrt).steps)

    def with_part(self, text: str) -> Call:
        """The call of a function that takes a part of an argument as one more argument."""
        part = parsed(text)

        def f(*args: Any, **kwargs: Any) -> Any:
            value = kwargs.pop(text)
            if part.name in kwargs:
                kwargs[part.name] = part.replaced(kwargs[part.name], value)
                return self.f(*args, **kwargs)
            at = list(self.arguments).index(part.name)
            changed = part.replaced(args[at], value)
            return self.f(*args[:at], changed, *args[at + 1 :], **kwargs)

        arguments = self.arguments | {text: part.of(self.arguments[part.name])}
        return replace(self, f=f, arguments=arguments)

    def name_of(self, wrt: int | str) -> str:
        """The name of the argument that `wrt` means. Raises ValueError if there is none."""
        if self.is_part(wrt) and parsed(str(wrt)).name in self.arguments:
            return str(wrt)
        names = list(self.arguments)
        if isinstance(wrt, int) and -len(names) <= wrt < len(names):
            return names[wrt]
        if isinstance(wrt, str) and wrt in names:
            return wrt
        raise ValueError(f"wrt={wrt!r} is none of the arguments {', '.join(names)}")

    def result(self) -> np.ndarray[Any, Any]:
        """The result as an array without axes. Raises TypeError if it is not a scalar."""
        arguments = list(copied(self.arguments).items())
        args = [value for _, value in arguments[: self.positional]]
        with np.errstate(all="ignore"):
            result = self.f(*args, **dict(arguments[self.positional :]))
        array = np.asarray(result)
        if array.size != 1 or array.dtype.kind not in "biufc":
            raise TypeError(f"the function's result must be a scalar, not {result!r}")
        return array.reshape(())

    def along(
        self,
        name: str,
        number: int,
        index: tuple[int, ...],
        whole: Callable[[complex], complex] = lambda value: value,
    ) -> Callable[[Any], Any]:
        """The function of one number that varies an element of a leaf of an argument; `whole` is
        the element that belongs to the number."""
        tree = self.arguments[name]
        leaves = [leaf for _, leaf in leaves_of(tree)]

        def restricted(value: complex) -> Any:
            varied = [*leaves]
            varied[number] = _with_element(leaves[number], index, whole(value))
            arguments = self.arguments | {name: _rebuild(tree, varied)}
            return replace(self, arguments=arguments).result().item()

        return restricted

    def widened(self) -> Call:
        """The call in float64, where differences tell more, if the function is the same there."""
        value = self.result()
        if np.iscomplexobj(value):
            raise TypeError(f"the function's result must be real, not {value.item()!r}")
        wide = replace(self, arguments=map_leaves(_widened_leaf, self.arguments))
        try:
            wide_value = wide.result()
        except Exception:  # any check of dtypes that the function may make
            return self
        rtol, atol = TOLERANCES[bits_of(value.dtype)]
        return wide if np.isclose(wide_value, value, rtol, atol) else self


# As gradients do, they take objects apart.
leaves_of = functools.partial(trees.leaves, objects=True)
map_leaves = functools.partial(trees.map_leaves, objects=True)
_rebuild = functools.partial(trees.rebuild, objects=True)


def copied(tree: Any) -> Any:
    return map_leaves(_copied_leaf, tree)


def _copied_leaf(leaf: object) -> object:
    try:
        return copy.deepcopy(leaf)
    except Exception:  # modules, locks, generators: each type has its own way of refusing
        return leaf


def _widened_leaf(leaf: Any) -> object:
    dtype = float_dtype(leaf)
    if dtype is None or bits_of(dtype) >= 64:
        return leaf
    return leaf.astype(np.complex128 if dtype.kind == "c" else np.float64)


def _with_element(leaf: Any, index: tuple[int, ...], value: complex) -> object:
    """A copy of an array or number with one element replaced; complex if the new element is."""
    if not isinstance(leaf, np.ndarray | np.generic):
        return value
    dtype = np.result_type(leaf.dtype, np.complex64) if np.iscomplexobj(value) else leaf.dtype
    if not isinstance(leaf, np.ndarray):
        return dtype.type(value)
    changed = leaf.astype(dtype)
    changed[index] = value
    return changed


def float_dtype(leaf: object) -> np.dtype[Any] | None:
    """The dtype in which to differentiate by a leaf; None if that makes no sense."""
    if isinstance(leaf, np.ndarray | np.generic):
        return leaf.dtype if leaf.dtype.kind in "fc" else None
    if isinstance(leaf, complex):
        return np.dtype(np.complex128)
    return np.dtype(np.float64) if isinstance(leaf, float) or type(leaf) is int else None


def epsilon_of(bits: int) -> float:
    """The relative precision of the floating dtype of a size."""
    return float(np.finfo(f"float{bits}").eps)


def bits_of(*dtypes: np.dtype[Any]) -> int:
    """The size of the least precise floating dtype; 64 at most."""
    sizes = (8 * dtype.itemsize // (1 + (dtype.kind == "c")) for dtype in dtypes)
    return min([64, *(n for n, dtype in zip(sizes, dtypes, strict=True) if dtype.kind in "fc")])
