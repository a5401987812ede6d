"""Containers of adjoints, written out."""

from __future__ import annotations

import dataclasses
from typing import Any

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
    op = "record" if _takes_fields(kind.type) else "runtime.make"
    return Apply(op, (ir.Ref(kind.type.__name__, kind.type),), tuple(fields))


def _takes_fields(owner: Any) -> bool:
    """Whether calling a class with its fields makes an object and does nothing else."""
    if issubclass(owner, tuple):
        return True
    made = getattr(owner, "__dataclass_params__", None)
    return (
        made is not None
        and made.init
        and not hasattr(owner, "__post_init__")
        and all(field.init for field in dataclasses.fields(owner))
        and getattr(owner.__init__, "__code__", None) is not None
        and owner.__init__.__code__.co_filename == "<string>"
    )
