"""A pullback is the same function however little was known of the arguments when it was chosen.

With exact kinds the pullbacks are checked by the contract. Here the one that is chosen for unknown
lengths or an unknown number of axes is evaluated as it stands, and compared with the exact one.
"""

from __future__ import annotations

import builtins
import importlib
import math
import operator
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from adcompile import runtime
from adcompile.builder import Builder
from adcompile.errors import RefusedError
from adcompile.ir import Const, Expr, Ref, Var
from adcompile.kinds import carries_derivative
from adcompile.rules import registry
from tests.rules.contract import NAMES, SCIPY, Row, make_weights
from tests.rules.rows import FAMILIES
from tests.rules.test_kinds import BLURS, Blur, infer

# Where the parts of dotted names are found
_ROOTS: dict[str, Any] = {"numpy": np, "math": math, "operator": operator, "builtins": builtins}
if SCIPY:
    _ROOTS["scipy"] = importlib.import_module("scipy")


def value_of(expr: Expr, arguments: dict[str, Any], build: Builder) -> Any:
    """The value of an expression at the arguments."""
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Ref):
        return expr.target
    if isinstance(expr, Var):
        if expr.hint in arguments and expr not in build.definitions:
            return arguments[expr.hint]
        return value_of(build.definitions[expr], arguments, build)
    args = [value_of(arg, arguments, build) for arg in expr.args]
    kwargs = {name: value_of(arg, arguments, build) for name, arg in expr.kwargs}
    return operation_of(expr.op, args, kwargs)


def operation_of(op: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What an operation makes of values."""
    match op.split("."):
        case ["tuple" | "list" as kind]:
            return args if kind == "list" else tuple(args)
        case ["opaque"]:
            return args[0](*args[1:], **kwargs)
        case ["slice"]:
            return slice(*args)
        case ["index"]:
            return args[0][args[1]]
        case ["attribute", name]:
            return getattr(args[0], name)
        case ["ndarray", name]:
            return getattr(args[0], name)(*args[1:], **kwargs)
        case [root, *names]:
            function = _ROOTS[root]
            for name in names:
                function = getattr(function, name)
            return function(*args, **kwargs)
    raise AssertionError(op)


def pullbacks(row: Row, blur: Blur) -> dict[str, Any] | None:
    """The contributions to the arguments of the last operation of a row, by text of the place;
    None where there is no operation with a rule, or it is refused for want of knowledge."""
    arguments = row.arguments()
    inferred = infer(row, arguments, blur)
    if inferred is None:
        return None
    build, result = inferred
    last = build.definition(result)
    rule = registry.find(last.op) if last is not None else None
    if last is None or rule is None or rule.pullback is None or last.op == "index":
        return None
    call = build.bind(last)
    call = registry.Call(rule, call.args, call.kinds, call.given, build.kind(result))
    try:
        if rule.definition is not None and rule.definition(call) is not None:
            return None
        texts = rule.pullbacks(call)
    except (RefusedError, registry.NotStaticError):
        return None
    names = {name: value_of(arg, arguments, build) for name, arg in call.args.items()}
    if rule.elementwise:  # which makes arrays of lists, as lowering does
        names = {name: np.array(v) if isinstance(v, list) else v for name, v in names.items()}
    y = value_of(last, arguments, build)
    if not isinstance(y, (np.ndarray, np.generic)):
        return None
    numbers = [v for v in names.values() if isinstance(v, (complex, np.ndarray, np.generic))]
    complex_ones = any(map(np.iscomplexobj, numbers))
    if complex_ones and not (rule.of_complex and rule.of_complex.either) and not call.is_complex():
        return None  # refused in a program with complex numbers
    scope = {"np": np, "runtime": runtime, **NAMES, **names, "y": y, "g": make_weights(y)}
    contributions = {}
    for place, text, argument in _places(texts or {}, names):
        if np.asarray(argument).dtype.kind != "f" or not carries_derivative(build.kind(result)):
            continue
        contribution = eval(text, scope)
        if rule.elementwise:
            contribution = runtime.unbroadcast(np.broadcast_to(contribution, np.shape(y)), argument)
        contributions[place] = contribution
        if not isinstance(argument, list):
            assert np.shape(contribution) == np.shape(argument), (place, text)
    return contributions


def _places(texts: registry.Templates, names: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each place that a table of pullbacks names, with its text and its value."""
    for param, text in texts.items():
        if isinstance(text, str):
            yield param, text, names[param]
            continue
        for i, part in enumerate(text):
            yield f"{param}[{i}]", part, names[param][i]


CASES = [
    pytest.param(row, blur, id=f"{name}: {family}: {row.label}")
    for name, blur in BLURS.items()
    if name != "exact"
    for family, rows in FAMILIES.items()
    for row in rows
    if row.refusal is None
]


@pytest.mark.parametrize(("row", "blur"), CASES)
def test_pullback(row: Row, blur: Blur) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact = pullbacks(row, BLURS["exact"])
        blurred = pullbacks(row, blur)
    if exact is None or blurred is None:
        return
    assert blurred.keys() == exact.keys()
    for place, expected in exact.items():
        np.testing.assert_allclose(blurred[place], expected, rtol=1e-9, atol=1e-12, err_msg=place)
