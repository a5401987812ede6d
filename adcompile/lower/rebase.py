"""Lengths across a call: inside a function they are named after its own parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adcompile.kinds import (
    ArgumentAxis,
    Array,
    Dim,
    Items,
    Kind,
    LengthNeededError,
    Many,
    Mapping,
    Origin,
    Record,
    Scalar,
    Sym,
    Text,
    argument_axis,
)

# The lengths of a caller, as origin and offset, by the axes of parameters that its callee sees; a
# length that is known has no origin.
Origins = dict[object, tuple[object, int]]


def into(names: Sequence[str], kinds: Sequence[Kind]) -> tuple[tuple[Kind, ...], Origins]:
    """The kinds of arguments as a callee sees them, and what maps its lengths back."""
    forward: dict[tuple[object, int], ArgumentAxis] = {}
    back: Origins = {}
    result = []
    for name, kind in zip(names, kinds, strict=True):

        def rename(dim: Dim, path: str, axis: int) -> Dim:
            if isinstance(dim, int):
                return dim
            if (dim.origin, dim.offset) not in forward:
                origin = ArgumentAxis(path, axis, argument_axis(dim.origin) is not None)
                forward[dim.origin, dim.offset] = origin
                back[origin] = (dim.origin, dim.offset)
            return Sym(forward[dim.origin, dim.offset], 0, dim.one)

        result.append(_renamed(kind, name, rename))
    return tuple(result), back


def loosely(names: Sequence[str], kinds: Sequence[Kind]) -> tuple[tuple[Kind, ...], Origins]:
    """As `into`, for a callee that is the same whatever the lengths."""
    back: Origins = {}

    def rename(dim: Dim, path: str, axis: int) -> Dim:
        origin = ArgumentAxis(path, axis, traced=False)
        back[origin] = (None, dim) if isinstance(dim, int) else (dim.origin, dim.offset)
        return Sym(origin, 0, one=True)

    result = tuple(_renamed(kind, name, rename) for name, kind in zip(names, kinds, strict=True))
    return result, back


def are_alike(some: Sequence[Kind], others: Sequence[Kind]) -> bool:
    """Whether arguments are the same but for their lengths."""
    names = [str(position) for position in range(len(some))]
    same_number = len(some) == len(others)
    return same_number and loosely(names, some)[0] == loosely(names, others)[0]


def _renamed(kind: Kind, path: str, rename: Callable[[Dim, str, int], Dim]) -> Kind:
    match kind:
        case Array(dtype, tuple() as axes):
            return Array(dtype, tuple(rename(d, path, i) for i, d in enumerate(axes)))
        case Items(type, items):
            return Items(
                type, tuple(_renamed(k, f"{path}[{i}]", rename) for i, k in enumerate(items))
            )
        case Mapping(tuple() as entries):
            return Mapping(tuple((k, _renamed(v, f"{path}[{k!r}]", rename)) for k, v in entries))
        case Record(type, fields):
            return Record(type, tuple((n, _renamed(v, f"{path}.{n}", rename)) for n, v in fields))
        case Many(type, element):
            return Many(type, _renamed(element, f"{path}[0]", _anonymous))
        case Scalar(type, value) if type is not bool or value is not None:
            return Scalar(type)
        case Text():
            return Text()
    return kind


def freed(kind: Kind) -> Kind:
    """The kind with the lengths that it has from nowhere else, which each call has anew, alike."""

    def rename(dim: Dim, path: str, axis: int) -> Dim:
        is_own = isinstance(dim, Sym) and type(dim.origin) in (Origin, object)
        return _anonymous(dim, path, axis) if is_own else dim

    return _renamed(kind, "", rename)


def _anonymous(dim: Dim, path: str, axis: int) -> Dim:
    return dim if isinstance(dim, int) else Sym(ANY, 0, dim.one)


ANY = ArgumentAxis("?", -1, traced=False)


def ask(needed: LengthNeededError, back: Origins) -> LengthNeededError:
    """What a callee needs to know, as its caller can ask for it."""
    axis = argument_axis(back[needed.axis][0])
    assert axis is not None
    return LengthNeededError(axis)


def out_of(kind: Kind, back: Origins) -> Kind:
    """The kind of a callee's result as its caller sees it."""

    def rename(dim: Dim, path: str, axis: int) -> Dim:
        if isinstance(dim, int):
            return dim
        if dim.origin in back:
            origin, offset = back[dim.origin]
            if origin is None:
                return offset + dim.offset
            return Sym(origin, offset + dim.offset, dim.one)
        return Sym(object(), 0, dim.one)

    return _renamed(kind, "", rename)
