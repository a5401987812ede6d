"""`in_threads`: batches of examples on several threads."""

from __future__ import annotations

import functools
import inspect
import itertools
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from adcompile import trees
from adcompile.errors import UsageError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["in_threads"]

# An axis of length one is another kind of array, and would be compiled for anew.
_LEAST = 2


def in_threads(
    function: Callable[..., Any], /, batch: int | str | Sequence[int | str], threads: int = 0
) -> Callable[..., Any]:
    """A function of a batch, which runs parts of the batch at the same time.

    Args:
        function: a function whose results have an axis of examples in front, as some arguments do,
            and whose results for one example depend on no other. It gains where it releases the
            GIL: `compiled` functions and gradients of `backend="numba"` do.
        batch: the positions or names of the arguments with the axis of examples.
        threads: how many parts there are at most; 0 for the number of processors.

    Returns:
        A function of the same arguments that returns the same.

    Raises:
        UsageError: `batch` names no parameter.
    """
    signature = inspect.signature(function)
    wanted = (batch,) if isinstance(batch, (int, str)) else tuple(batch)
    names = [_name(signature, item) for item in wanted]

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        given = [bound.arguments[name] for name in names]
        lengths = {len(array) for array in given}
        if len(lengths) != 1:
            raise UsageError(
                f"the arguments of the batch have {sorted(lengths)} examples",
                "give each as many",
            )
        parts = _parts(lengths.pop(), threads or os.cpu_count() or 1)
        if len(parts) == 1:
            return function(*args, **kwargs)
        calls = []
        for part in parts:
            bound.arguments.update(
                {name: array[part] for name, array in zip(names, given, strict=True)}
            )
            calls.append(_pool(len(parts)).submit(function, *bound.args, **bound.kwargs))
        results = [call.result() for call in calls]
        return trees.map_leaves(functools.partial(_joined, parts), *results)

    return run


def _name(signature: inspect.Signature, item: int | str) -> str:
    names = list(signature.parameters)
    if isinstance(item, int) and -len(names) <= item < len(names):
        return names[item]
    if item in names:
        return str(item)
    raise UsageError(
        f"`batch` names {item!r}, which is not a parameter",
        f"the parameters are {', '.join(names)}",
    )


def _parts(count: int, threads: int) -> list[slice]:
    """The examples of each thread."""
    parts = max(1, min(threads, count // _LEAST))
    ends = [count * i // parts for i in range(parts + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(ends)]


def _joined(parts: Sequence[slice], *results: Any) -> Any:
    """The results of all parts, one after the other."""
    import numpy as np

    for part, result in zip(parts, results, strict=True):
        if np.ndim(result) == 0 or len(result) != part.stop - part.start:
            raise UsageError(
                "the function returns something that has no axis of examples",
                "return an array with an element, or a row, for each example",
            )
    return np.concatenate(results)


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(threads, "adcompile")
