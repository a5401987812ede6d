"""Python's operators, comparisons, indexing and conditional expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.ir import Apply, Expr
from adcompile.kinds import (
    BOOL,
    ELLIPSIS,
    INT,
    NONE,
    UNKNOWN,
    Array,
    Cut,
    Dim,
    Items,
    Kind,
    Many,
    Mapping,
    Part,
    Record,
    Scalar,
    Sym,
    Text,
    broadcast,
    dims,
    element,
    fresh,
    is_complex,
    join,
    makes_arrays,
    shifted,
)
from adcompile.rules.infer import constant, elementwise, elementwise_kind
from adcompile.rules.registry import Call, Rule, Templates, static_value


def power(call: Call) -> Templates:
    """a ** b; never 0 * log(0) nor 0 ** (b - 1) at b = 0."""
    if call.is_static("b"):
        exponent = call.static("b")
        return {"a": _POWERS.get(exponent, "g * b * a ** (b - 1)"), "b": _of_exponent(call)}
    base = call.kinds["a"]
    real = call.is_static("a") and isinstance(base, Scalar) and base.type is not complex
    positive = real and call.static("a") > 0
    return {
        "a": "g * b * a ** np.where(b == 0, 1, b - 1)",
        "b": "g * y * np.log(a)" if positive else _of_exponent(call),
    }


def _of_exponent(call: Call) -> str:
    """The logarithm of a negative base is complex only if it is asked for in complex numbers."""
    complex_ = is_complex(call.kinds["b"]) and not is_complex(call.kinds["a"])
    return _LOG_OF_BASE.replace("a))", "a) + 0j)") if complex_ else _LOG_OF_BASE


_LOG_OF_BASE = "g * y * np.log(np.where(a == 0, 1, a))"
_POWERS = {
    0: "0",
    1: "g",
    2: "2 * g * a",
    3: "3 * g * a * a",
    -1: "-g * y * y",
    0.5: "g / (2 * y)",
}


def _quotient(call: Call) -> Templates:
    if call.is_static("a") and call.static("a") == 1:
        return {"a": "g / b", "b": "-g * y * y"}
    return {"a": "g / b", "b": "-g * y / b"}


Pullback = Templates | Callable[[Call], Templates]

# The Python operator, NumPy's name for it, and the pullback of both.
BINARY: tuple[tuple[str, str, Pullback], ...] = (
    ("add", "add", {"a": "g", "b": "g"}),
    ("sub", "subtract", {"a": "g", "b": "-g"}),
    ("mul", "multiply", {"a": "g * b", "b": "g * a"}),
    ("truediv", "divide", _quotient),
    ("pow", "power", power),
    ("mod", "remainder", {"a": "g", "b": "-g * (a // b)"}),
    ("floordiv", "floor_divide", {}),
)
UNARY: tuple[tuple[str, str, Pullback], ...] = (
    ("neg", "negative", {"a": "-g"}),
    ("pos", "positive", {"a": "g"}),
)


def _operator_kind(name: str, ufunc: np.ufunc) -> Callable[[Call], Kind]:
    """The kind of `a <op> b` by Python's rules for numbers and sequences, else by NumPy's."""

    def infer(call: Call) -> Kind:
        kinds = list(call.kinds.values())
        numbers = [kind for kind in kinds if isinstance(kind, Scalar)]
        if len(numbers) == len(kinds):
            return _python_number(name, numbers)
        if any(isinstance(kind, (Items, Many, Text)) for kind in kinds):
            return _sequence_operator(name, kinds)
        if name == "pow" and any(isinstance(k, Array) and k.dtype == bool for k in kinds):
            return Array(None, broadcast(*map(dims, kinds)))
        return elementwise_kind(ufunc, kinds)

    return infer


def _python_number(name: str, kinds: list[Scalar]) -> Kind:
    values = [kind.value for kind in kinds]
    function = getattr(operator, name)
    if all(isinstance(value, (bool, int, float)) for value in values):
        try:
            result = function(*values)
        except ArithmeticError:
            return UNKNOWN
        return Scalar(type(result), result)
    types = {kind.type for kind in kinds}
    if complex in types:
        return Scalar(complex)
    if float in types or name == "truediv":
        return Scalar(float)
    if name == "pow" and not (isinstance(values[1], int) and values[1] >= 0):
        return UNKNOWN
    return Scalar(int, _symbolic(name, values))


def _symbolic(name: str, values: list[Any]) -> Sym | None:
    """The length `n + k` or `n - k`, where n is a length and k a number."""
    match values:
        case [Sym() as length, int() as by] if name in ("add", "sub"):
            return _moved(length, by if name == "add" else -by)
        case [int() as by, Sym() as length] if name == "add":
            return _moved(length, by)
    return None


def _moved(length: Sym, by: int) -> Sym | None:
    """The length plus a number; what a slice cut off at zero does not grow back."""
    if length.offset * by < 0:
        return None
    moved = shifted(length, by)
    return moved if isinstance(moved, Sym) else None


def _sequence_operator(name: str, kinds: list[Kind]) -> Kind:
    if name == "add" and len(kinds) == 2:
        a, b = kinds
        if isinstance(a, Items) and isinstance(b, Items) and a.type is b.type:
            return Items(a.type, a.items + b.items)
        if isinstance(a, (Items, Many)) and isinstance(b, (Items, Many)) and a.type is b.type:
            return Many(a.type, join(element(a), element(b)))
        if isinstance(a, Text) and isinstance(b, Text):
            return Text()
    if name == "mul" and not any(map(makes_arrays, kinds)):
        sequence = next((k for k in kinds if isinstance(k, (Items, Many))), None)
        if sequence is not None:
            return Many(sequence.type, element(sequence))
    return Text() if name == "mod" and isinstance(kinds[0], Text) else UNKNOWN


def _comparison_kind(call: Call) -> Kind:
    if all(isinstance(kind, Scalar) for kind in call.kinds.values()):
        return BOOL
    shape = broadcast(*map(dims, call.kinds.values()))
    if shape is None and not any(isinstance(kind, Array) for kind in call.kinds.values()):
        return UNKNOWN
    return Array(np.dtype(bool), shape)


def _bitwise_kind(ufunc: np.ufunc) -> Callable[[Call], Kind]:
    def infer(call: Call) -> Kind:
        kinds = list(call.kinds.values())
        if all(isinstance(kind, Scalar) for kind in kinds):
            types = {kind.type for kind in kinds if isinstance(kind, Scalar)}
            return BOOL if types == {bool} and len(kinds) == 2 else INT
        return elementwise_kind(ufunc, kinds)

    return infer


# ----- indexing -----


def _index_kind(call: Call) -> Kind:
    container, index = call.kinds["x"], call.kinds["i"]
    known, value = static_value(index)
    match container:
        case Items(type, items) if known and isinstance(value, (int, slice)):
            try:
                return items[value] if isinstance(value, int) else Items(type, items[value])
            except IndexError:
                return UNKNOWN
        case Mapping(tuple() as entries) if known:
            found: Kind = dict(entries).get(value, UNKNOWN)
            return found
        case Mapping(tuple() as entries) if entries:
            return element(Items(tuple, tuple(kind for _, kind in entries)))
        case Record(type, fields) if known and isinstance(value, int) and issubclass(type, tuple):
            return fields[value][1] if value < len(fields) else UNKNOWN
        case Items() | Many() if isinstance(index, Scalar) or dims(index) == ():
            return element(container)
        case Many() if isinstance(index, Record):
            return container
        case Array():
            return index_array(container, index, call.args["i"])
        case Text():
            return Text()
    return UNKNOWN


def index_array(array: Array, index: Kind, expr: Expr | None = None) -> Kind:
    """The kind of `array[index]` (NumPy manual, "Indexing on ndarrays").

    Args:
        array: the kind of the array.
        index: the kind of the index.
        expr: the index, by which equal slices are known to have equal lengths.
    """
    if array.dims is None:
        return Array(array.dtype, None)
    is_tuple = isinstance(index, Items) and index.type is tuple
    parts = index.items if is_tuple and isinstance(index, Items) else (index,)
    exprs = expr.args if is_tuple and isinstance(expr, Apply) else (expr,) * len(parts)
    consumed = [_consumed(part) for part in parts]
    if any(axes is None for axes in consumed):
        return Array(array.dtype, None)
    used = sum(axes for axes in consumed if axes is not None)
    left = len(array.dims) - used
    if left < 0:
        return UNKNOWN
    if not any(_is_ellipsis(part) for part in parts):
        parts, exprs = (*parts, ELLIPSIS), (*exprs, None)
    return _indexed(array, parts, exprs, left)


def _is_ellipsis(kind: Kind) -> bool:
    return kind == ELLIPSIS


def _is_integer(kind: Kind) -> bool:
    """An integer of no axes, which takes its axis away."""
    if isinstance(kind, Scalar):
        return kind.type is int
    return (
        isinstance(kind, Array)
        and kind.dims == ()
        and kind.dtype is not None
        and kind.dtype.kind in "iu"
    )


def _is_advanced(kind: Kind) -> bool:
    if isinstance(kind, Items):
        return True
    return isinstance(kind, Array) and kind.dims != ()


def _is_mask(kind: Kind) -> bool:
    return isinstance(kind, Array) and kind.dtype == bool


def _consumed(part: Kind) -> int | None:
    """The number of axes that one part of an index uses, None where it is unknown."""
    if part in (ELLIPSIS, NONE):
        return 0
    if _is_integer(part) or (isinstance(part, Record) and part.type is slice):
        return 1
    if _is_mask(part):
        return len(part.dims) if isinstance(part, Array) and part.dims else None
    if isinstance(part, Array) and part.dtype is not None and part.dtype.kind in "iu":
        return 1 if part.dims is not None else None
    if isinstance(part, Items) and all(_is_integer(item) for item in part.items):
        return 1
    return None


def _indexed(
    array: Array, parts: tuple[Kind, ...], exprs: tuple[Expr | None, ...], left: int
) -> Kind:
    assert array.dims is not None
    result: list[Dim] = []
    axis = 0
    advanced: list[tuple[Dim, ...]] = []
    place: int | None = None
    separated = False
    any_advanced = any(_is_advanced(part) for part in parts)
    last_advanced = -2
    for position, part in enumerate(parts):
        if part == ELLIPSIS:
            result.extend(array.dims[axis : axis + left])
            axis += left
        elif part == NONE:
            result.append(1)
        elif _is_integer(part) and not any_advanced:
            axis += 1
        elif isinstance(part, Record):
            result.append(sliced(array.dims[axis], part, exprs[position]))
            axis += 1
        else:
            # Integers beside integer arrays count as arrays of no axes.
            separated = separated or (place is not None and last_advanced != position - 1)
            place = len(result) if place is None else place
            last_advanced = position
            advanced.append(_advanced_dims(part))
            axis += _consumed(part) or 0
    if place is None:
        return Array(array.dtype, tuple(result))
    shape = broadcast(*advanced)
    assert shape is not None
    at = 0 if separated else place
    return Array(array.dtype, (*result[:at], *shape, *result[at:]))


def _advanced_dims(part: Kind) -> tuple[Dim, ...]:
    if _is_mask(part):
        return (fresh(),)
    if isinstance(part, Items):
        return (len(part.items),)
    return dims(part) or ()


def sliced(length: Dim, part: Record, expr: Expr | None = None) -> Dim:
    """The length of `x[start:stop:step]` for an axis of a length."""
    known, value = static_value(part)
    if not known and isinstance(expr, Apply):
        return Sym(Cut(length, expr.args))
    if known and isinstance(length, int):
        return len(range(*value.indices(length)))
    if not known or isinstance(length, int) or value.step not in (None, 1):
        return length if known and value == slice(None, None, -1) else fresh()
    start, stop = value.start or 0, value.stop
    if start >= 0 and (stop is None or stop < 0):
        return shifted(length, (stop or 0) - start)
    if length.offset == 0 and start >= 0:
        return Sym(Part(length, start, stop))
    return fresh()


def _index_pullback(call: Call) -> Templates:
    return {"x": "scatter"}


def _chosen_kind(call: Call) -> Kind:
    return join(call.kinds["a"], call.kinds["b"])


_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
_BITWISE = {
    "and_": np.bitwise_and,
    "or_": np.bitwise_or,
    "xor": np.bitwise_xor,
    "lshift": np.left_shift,
    "rshift": np.right_shift,
}
_NUMPY_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def _both(rows: tuple[tuple[str, str, Pullback], ...], params: str) -> list[Rule]:
    """Each row as the operator and as the NumPy function."""
    rules = []
    for name, numpy_name, pullback in rows:
        ufunc = getattr(np, numpy_name)
        settings: dict[str, Any] = {"pullback": pullback, "elementwise": True, "cost": 1}
        kind = _operator_kind(name, ufunc)
        rules.append(Rule(f"operator.{name}", params, kind, **settings))
        extra = f"{params}, out=!, *, where=!, dtype=!"
        rules.append(Rule(f"numpy.{numpy_name}", extra, elementwise(ufunc), **settings))
    return rules


RULES: tuple[Rule, ...] = (
    *_both(BINARY, "a, b"),
    *_both(UNARY, "a"),
    *(Rule(f"operator.{n}", "a, b", _comparison_kind, {}, cost=1) for n in _COMPARISONS),
    *(
        Rule(f"numpy.{n}", "a, b, out=!, *, where=!", _comparison_kind, {}, cost=1)
        for n in _NUMPY_COMPARISONS
    ),
    *(Rule(f"operator.{n}", "a, b", _bitwise_kind(u), {}, cost=1) for n, u in _BITWISE.items()),
    Rule("operator.invert", "a", _bitwise_kind(np.invert), {}, cost=1),
    *(
        Rule(f"operator.{n}", "a, b", constant(BOOL), {}, cost=1)
        for n in ("is_", "is_not", "contains", "not_contains")
    ),
    Rule("operator.not_", "a", constant(BOOL), {}, cost=1),
    *(Rule(f"operator.{n}", "*parts", constant(UNKNOWN), {}, cost=1) for n in ("and", "or")),
    Rule("index", "x, i", _index_kind, _index_pullback, cost=0, fresh=False),
    Rule(
        "ifexp",
        "test, a, b",
        _chosen_kind,
        {"a": "g if test else 0.0", "b": "0.0 if test else g"},
        linear=("a", "b"),
        jointly=True,
        cost=1,
        fresh=False,
    ),
)
