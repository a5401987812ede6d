"""Containers of adjoints, written out."""

from __future__ import annotations

from adcompile import ir
from adcompile.ir import Apply, Const, Expr
from adcompile.kinds import Items, Kind, Mapping, Record, children


def display(kind: Kind, values: list[Expr]) -> Expr:
    """A container of a kind, of its parts."""
    keys = [key for key, _ in children(kind)]
    if isinstance(kind, Items):
        return Apply("tuple" if kind.type is tuple else "list", tuple(values))
    if isinstance(kind, Mapping):
        pairs = zip(map(Const, keys), values, strict=True)
        return Apply("dict", tuple(x for pair in pairs for x in pair))
    assert isinstance(kind, Record)
    fields = zip(map(str, keys), values, strict=True)
    return Apply("record", (ir.Ref(kind.type.__name__, kind.type),), tuple(fields))
