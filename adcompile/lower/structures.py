"""What the patterns of a `match` ask of the structure of a value, see `source.matching`."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from adcompile.ir import Const, Expr
from adcompile.kinds import Array, Items, Kind, Mapping, Nothing, Record, Scalar, Text, exact_length
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
    flag = _SEQUENCE if node.func.id == SEQUENCE else _MAPPING
    if isinstance(kind, (Scalar, Text, Nothing)) or _lacks(kind, flag):
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


# Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING: what patterns go by. NumPy sets the former for arrays
# from its version 2.5 on.
_SEQUENCE, _MAPPING = 1 << 5, 1 << 6


def _lacks(kind: Kind, flag: int) -> bool:
    """Whether no value of a kind is what a pattern asks for."""
    if isinstance(kind, Array):
        return not np.ndarray.__flags__ & flag
    return isinstance(kind, Record) and not kind.type.__flags__ & flag


def _length(kind: Kind) -> int | None:
    """The length of what counts as a sequence, None for anything else."""
    if isinstance(kind, Items):
        return len(kind.items)
    if isinstance(kind, Array) and kind.dims:
        return exact_length(kind.dims[0])
    if isinstance(kind, Record) and issubclass(kind.type, tuple):
        return len(kind.fields)
    return None
