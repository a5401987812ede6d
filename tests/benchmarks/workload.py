"""What a workload is: a function, its data, its derivative by hand, and how peers spell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

Function = Callable[..., Any]
T = TypeVar("T")
PACKAGE = __name__.rpartition(".")[0]


@dataclass(frozen=True)
class Workload:
    """A scalar function of NumPy arrays and Python numbers that every contestant differentiates.

    `primal` is written as a user of NumPy writes it. `adjoint` takes the same arguments and returns
    what is asked of everybody: `(value, gradients)`, or just the gradients without `with_value`;
    `gradients` is a tuple, or the bare gradient where `wrt` has one name. `idioms` maps a peer's
    package to a function that imports the peer and returns the primal in the peer's own idiom,
    for the cases where the primal over the peer's namespace would not run or would be slower.
    `unrolls` says that compilers which trace Python would write out a loop of many steps.
    """

    name: str
    title: str
    make_data: Callable[[np.random.Generator], tuple[Any, ...]]
    primal: Function
    wrt: tuple[str, ...]
    adjoint: Function | None = None
    idioms: Mapping[str, Callable[[], Function]] = field(default_factory=dict)
    with_value: bool = True
    unrolls: bool = False

    def data(self) -> tuple[Any, ...]:
        """The arguments, new and the same each time."""
        return self.make_data(np.random.default_rng(0))

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions of the arguments in `wrt`."""
        parameters = list(signature(self.primal).parameters)
        return tuple(parameters.index(name) for name in self.wrt)

    def written_for(self, peer: str, namespace: Mapping[str, Any]) -> Function:
        """The primal in the peer's own idiom, or else over the peer's namespace."""
        return self.idioms[peer]() if peer in self.idioms else over(namespace, self.primal)


def one_or_all(items: tuple[T, ...]) -> T | tuple[T, ...]:
    """A lone item bare, several as the tuple they are."""
    return items[0] if len(items) == 1 else items


def over(namespace: Mapping[str, Any], function: Function) -> Function:
    """`function`, and what it calls in this package, with the names of `namespace` bound anew.

    `over({"np": jax.numpy}, f)` is what `f` would be if its module said `import jax.numpy as np`.
    """

    def bound(name: str) -> Any:
        if name in namespace:
            return namespace[name]
        value = function.__globals__[name]
        ours = isinstance(value, FunctionType) and value.__module__.startswith(PACKAGE)
        return over(namespace, value) if ours else value

    names = {n: bound(n) for n in function.__code__.co_names if n in function.__globals__}
    names["__builtins__"] = function.__globals__["__builtins__"]
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)
