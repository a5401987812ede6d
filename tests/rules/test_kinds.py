"""What the compiler believes of a result before it runs is true of the result.

For every row of the contract, at several dtypes and with several degrees of ignorance about the
arguments, the inferred kind is compared with what NumPy computes.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from adcompile.builder import Builder
from adcompile.errors import AdcompileError
from adcompile.ir import Var
from adcompile.kinds import (
    ArgumentAxis,
    Array,
    Items,
    Kind,
    LengthNeededError,
    Many,
    Nothing,
    Record,
    Scalar,
    Sym,
    Text,
    of_value,
)
from adcompile.lower import Session, expressions
from adcompile.lower.frame import Frame
from adcompile.records import replace
from adcompile.source import Source
from tests.rules.contract import NAMES, Row, is_array
from tests.rules.rows import FAMILIES

Blur = Callable[[Kind], Kind]


def _exact(kind: Kind) -> Kind:
    return kind


def _any_length(kind: Kind) -> Kind:
    """Any length may be one."""
    if isinstance(kind, Array) and kind.dims is not None:
        return Array(kind.dtype, tuple(map(_loose, kind.dims, range(len(kind.dims)))))
    return kind


def _loose(length: int | Sym, axis: int) -> Sym:
    if isinstance(length, Sym):
        return replace(length, one=True)
    return Sym(_Axis())


class _Axis:
    """An axis of length one that is not known to be one."""


def _any_rank(kind: Kind) -> Kind:
    return Array(kind.dtype, None) if isinstance(kind, Array) else kind


def _any_dtype(kind: Kind) -> Kind:
    return Array(None, kind.dims) if isinstance(kind, Array) else kind


BLURS: dict[str, Blur] = {
    "exact": _exact,
    "any length": _any_length,
    "any rank": _any_rank,
    "any dtype": _any_dtype,
}
DTYPES = (np.float64, np.float32, np.int64, np.bool_)


class Lengths:
    """The lengths that symbols stand for, found out one by one."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.arguments = arguments
        self.known: dict[object, int] = {}

    def check(self, claimed: int | Sym, actual: int) -> None:
        if isinstance(claimed, int):
            assert actual == claimed
            return
        assert claimed.one or actual != 1, "a length that cannot be one is one"
        origin = claimed.origin
        if isinstance(origin, ArgumentAxis):
            self.known[origin] = np.shape(self.arguments[origin.path])[origin.axis]
        if origin not in self.known:
            self.known[origin] = actual - claimed.offset
        assert actual == max(self.known[origin] + claimed.offset, 0), "lengths called equal differ"


def verify(kind: Kind, value: Any, lengths: Lengths) -> None:
    """Assert that a kind is true of a value."""
    match kind:
        case Scalar(type_, known):
            assert type(value) is type_, (type(value), type_)
            if isinstance(known, Sym):
                lengths.check(known, value)
            elif known is not None:
                assert value == known
        case Array(dtype, dims):
            assert is_array(value), type(value)
            assert dtype is None or value.dtype == dtype, (value.dtype, dtype)
            if dims is not None:
                assert value.ndim == len(dims), (value.ndim, len(dims))
                for claimed, actual in zip(dims, value.shape):
                    lengths.check(claimed, actual)
        case Items(type_, items):
            assert type(value) is type_
            assert len(value) == len(items)
            for item, part in zip(items, value):
                verify(item, part, lengths)
        case Many(type_, element):
            assert type(value) is type_
            for part in value:
                verify(element, part, lengths)
        case Record(type_, fields):
            assert type(value) is type_
            for name, field in fields:
                verify(field, getattr(value, name), lengths)
        case Nothing():
            assert value is None
        case Text(known):
            assert known is None or value == known


def _variants(row: Row) -> Iterator[dict[str, Any]]:
    """The arguments of a row at each dtype, where NumPy takes them."""
    arguments = row.arguments()
    for dtype in DTYPES:
        yield {
            name: v.astype(dtype) if is_array(v) and v.dtype.kind == "f" else v
            for name, v in arguments.items()
        }


class _Scope:
    """What an expression may use besides its arguments."""

    def lookup(self, name: str) -> Any:
        return {"np": np, **NAMES}.get(name) or getattr(builtins, name)

    def guard(self, name: str) -> None:
        return None


def infer(row: Row, arguments: dict[str, Any], blur: Blur) -> tuple[Builder, Any] | None:
    """The IR of an expression; None where it cannot be lowered with so little known."""
    exact: frozenset[ArgumentAxis] = frozenset()
    while True:
        try:
            return _infer(
                row, arguments, lambda value, name, exact=exact: blur(of_value(value, name, exact))
            )
        except LengthNeededError as needed:
            if needed.axis in exact:
                return None
            exact |= {needed.axis}


def _infer(
    row: Row, arguments: dict[str, Any], kind_of: Callable[[Any, str], Kind]
) -> tuple[Builder, Any] | None:
    build = Builder()
    values = {n: Var(n, kind_of(v, n), named=True) for n, v in arguments.items()}
    node = ast.parse(row.expr, "<row>", "eval").body
    empty = ast.arguments([], [], None, [], [], None, [])
    source = Source("row", ast.Lambda(empty, node), "<row>", (row.expr,), 0, _Scope(), {})
    frame = Frame(Session(), source, build, dict(values))
    try:
        return build, expressions.lower(frame, node)
    except AdcompileError:
        return None


CASES = [
    pytest.param(row, blur, id=f"{name}: {family}: {row.label}")
    for name, blur in BLURS.items()
    for family, rows in FAMILIES.items()
    for row in rows
    if row.refusal is None
]


@pytest.mark.parametrize(("row", "blur"), CASES)
def test_kind(row: Row, blur: Blur) -> None:
    checked = 0
    for arguments in _variants(row):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected = row.evaluate(arguments)
            except (TypeError, ValueError, NotImplementedError, np.linalg.LinAlgError):
                continue
            inferred = infer(row, arguments, blur)
        if inferred is None:
            continue
        build, result = inferred
        verify(build.kind(result), expected, Lengths(arguments))
        checked += 1
    assert checked or blur is not _exact
