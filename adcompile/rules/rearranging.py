"""What the rules of operations that rearrange elements have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adcompile.kinds import Array, Dim, Dims, Kind, Nothing, dims
from adcompile.rules.infer import KindFunction, array_kind
from adcompile.rules.registry import Call, Rule, Templates
from adcompile.rules.texts import refuse_unless, require_arrays

Pullback = Callable[[Call], Templates] | Templates

# Settings of rules whose result is memory of its own; `HEAVY` ones are never repeated.
COPY = {"cost": 1, "fresh": True}
HEAVY = {"cost": 3, "fresh": True}


def array_of(call: Call, param: str = "a") -> Array:
    """The kind of an argument as an array; of unknown rank where nothing is known."""
    return array_kind(call.kinds[param]) or Array(None, None)


def of_shape(shape: Callable[[Call, Dims], Dims | None], param: str = "a") -> KindFunction:
    """The kind of a result with the argument's dtype and a shape made from the argument's."""

    def infer(call: Call) -> Kind:
        array = array_of(call, param)
        return Array(array.dtype, None if array.dims is None else shape(call, array.dims))

    return infer


def is_none(call: Call, param: str) -> bool:
    """Whether an argument is None."""
    return call.kinds[param] == Nothing()


def back(param: str = "a") -> Callable[[Call], Templates]:
    """The pullback of what leaves the elements in their order: the old shape again."""

    def pullback(call: Call) -> Templates:
        require_arrays(call, param)
        if "order" in call.kinds:
            refuse_unless(call, "order", "C")
        result = dims(call.result) if call.result is not None else None
        if dims(call.kinds[param]) == () and result is not None:
            return {param: f"g[{', '.join('0' for _ in result)}]" if result else "g"}
        return {param: f"np.reshape(g, np.shape({param}))"}

    return pullback


def rearranged(text: str, param: str = "a") -> Callable[[Call], Templates]:
    """The pullback of what rearranges elements."""

    def pullback(call: Call) -> Templates:
        require_arrays(call, param)
        return {param: text}

    return pullback


def with_length(shape: Dims, axis: int, length: Dim) -> Dims:
    """A shape with another length along one axis."""
    return (*shape[:axis], length, *shape[axis + 1 :])


def view(
    name: str, params: str, kind: KindFunction, pullback: Pullback | None, **settings: Any
) -> Rule:
    """A rule of what rearranges without arithmetic, linear in its first argument."""
    first = params.partition(",")[0]
    settings = {"cost": 0, "fresh": False, "linear": (first,), **settings}
    return Rule(name, params, kind, pullback, **settings)
