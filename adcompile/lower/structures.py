"""What the patterns of a `match` ask of the structure of a value, see `source.matching`."""

from __future__ import annotations

import ast
from collections import abc
from typing import Any

from adcompile.ir import Const, Expr
from adcompile.kinds import Array, Items, Kind, Mapping, Nothing, Record, Scalar, Text
from adcompile.lower import expressions
from adcompile.lower.frame import Frame
from adcompile.source.matching import MAPPING, SEQUENCE


def asked(frame: Frame, node: ast.Call) -> Expr | None:
    """Whether a value has the structure that a pattern asks for; None if that is no such call."""
    if not isinstance(node.func, ast.Name) or node.func.id not in (SEQUENCE, MAPPING):
        return None
    value = expressions.lower(frame, node.args[0])
    kind = frame.kind(value)
    given: list[Any] = [arg.value for arg in node.args[1:] if isinstance(arg, ast.Constant)]
    if len(given) != len(node.args) - 1:
        raise frame.refuse(node, "the keys of this pattern are not known while compiling")
    if isinstance(kind, (Scalar, Text, Nothing, Array)):
        return Const(False)
    abstract = (abc.Sequence, abc.Mapping)
    if isinstance(kind, Record) and not issubclass(kind.type, abstract):
        return Const(False)
    if node.func.id == SEQUENCE:
        length = _length(kind)
        if length is not None:
            return Const(length >= given[0] if given[1] else length == given[0])
        if isinstance(kind, Mapping):
            return Const(False)
    if node.func.id == MAPPING:
        if isinstance(kind, Mapping) and kind.items is not None:
            return Const(set(given) <= {key for key, _ in kind.items})
        if isinstance(kind, Items):
            return Const(False)
    raise frame.refuse(
        node, "the structure of this value is not known while compiling", "ask with `if`"
    )


def _length(kind: Kind) -> int | None:
    """The length of what counts as a sequence, None for anything else."""
    if isinstance(kind, Items):
        return len(kind.items)
    if isinstance(kind, Record) and issubclass(kind.type, tuple):
        return len(kind.fields)
    return None
