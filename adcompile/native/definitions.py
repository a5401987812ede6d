"""Operations in terms of others that native code has: the texts of `texts` take their places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adcompile import ir
from adcompile.builder import Builder
from adcompile.differentiate import templates
from adcompile.errors import RefusedError
from adcompile.ir import Apply, Assign, Block, Function, Ref, Var
from adcompile.kinds import Array, Items, Kind, Many, Record, Unknown, fresh
from adcompile.native import loops, table
from adcompile.native.texts import EQUAL, TEXTS
from adcompile.rules import aliases, registry
from adcompile.rules.infer import array_kind
from adcompile.rules.registry import Call, NotStaticError, static_value

# Texts of texts end after so many.
_DEPTH = 6


def expand(function: Function) -> None:
    """Write out what native code has in terms of other operations, in place."""
    _as_tuples(function)
    for statement in ir.walk(function.body):
        ir.replace_operations(statement, _tested)
    function.body = _block(function.body, 0)


def _tested(expr: Apply) -> Apply:
    """What is asked about the parts of a display, as a test of each part."""
    op, args = expr.op, expr.args
    if op in ("builtins.any", "builtins.all") and _parts(args[0]):
        return _chained("or" if op == "builtins.any" else "and", _parts(args[0]))
    if op in ("operator.contains", "operator.not_contains") and _parts(args[1]):
        is_in = op == "operator.contains"
        tests = [
            Apply("operator.eq" if is_in else "operator.ne", (args[0], part))
            for part in _parts(args[1])
        ]
        return _chained("or" if is_in else "and", tests)
    return expr


def _parts(display: ir.Expr) -> Sequence[ir.Expr]:
    """The numbers in a display, none where it is another thing."""
    if isinstance(display, Apply) and display.op == "opaque":
        known = isinstance(display.args[0], Ref) and display.args[0].target in (set, frozenset)
        return _parts(display.args[1]) if known and len(display.args) == 2 else ()
    if isinstance(display, Apply) and display.op in ("list", "tuple"):
        parts: Sequence[ir.Expr] = display.args
    elif isinstance(display, (ir.Const, Ref)):
        value = display.value if isinstance(display, ir.Const) else display.target
        known = isinstance(value, (tuple, list, set, frozenset))
        parts = [ir.Const(part) for part in value] if known else []
    else:
        return ()
    numbers = (int, float, bool)
    return (
        parts if all(not isinstance(p, ir.Const) or type(p.value) in numbers for p in parts) else ()
    )


def _chained(op: str, tests: Sequence[ir.Expr]) -> Apply:
    """Several tests as one, each of which is a bool."""
    first, *others = (t if isinstance(t, Apply) else Apply("native.truth", (t,)) for t in tests)
    for other in others:
        first = Apply(f"operator.{op}", (first, other))
    return first


def _as_tuples(function: Function) -> None:
    """Let the named tuples of NumPy's be tuples, which numba has for them, in place."""
    named: dict[Var, Record] = {}

    def place(expr: Apply) -> Apply:
        base = expr.args[0] if expr.args else None
        if not isinstance(base, Var) or base not in named or not expr.op.startswith("attribute."):
            return expr
        names = [name for name, _ in named[base].fields]
        return Apply("index", (base, ir.Const(names.index(expr.op.removeprefix("attribute.")))))

    for statement in ir.walk(function.body):
        ir.replace_operations(statement, place)
        value = statement.value if isinstance(statement, Assign) else None
        if not isinstance(statement, Assign) or not isinstance(value, Apply):
            continue
        for target in statement.targets:
            kind = target.kind
            if isinstance(kind, Record) and value.op.startswith("numpy.linalg."):
                named[target] = kind
                target.kind = Items(tuple, tuple(item for _, item in kind.fields))


def _block(block: Block, depth: int) -> Block:
    found: Block = []
    for statement in block:
        for name in ("then", "orelse", "test_block", "body"):
            inner = getattr(statement, name, None)
            if inner is not None:
                setattr(statement, name, _block(inner, depth))
        made = _made(statement) if isinstance(statement, Assign) else None
        if made is None:
            found.append(statement)
        else:
            found += _block(made, depth + 1) if depth < _DEPTH else made
    return found


def _made(statement: Assign) -> Block | None:
    """What stands in the place of a statement; None where it stays."""
    value = statement.value
    if len(statement.targets) > 1 or not isinstance(value, Apply):
        return None
    value = statement.value = _with_dtypes(_canonical(value))
    known, constant = static_value(statement.targets[0].kind)
    is_setting = value.op.startswith("attribute.") and isinstance(value.args[0], Ref)
    if is_setting and known and type(constant) in (int, float, bool):
        statement.value = ir.Const(constant)
        return None
    if value.op == "builtins.range":
        statement.value = Apply("numpy.arange", value.args)
        statement.targets[0].kind = Array(np.dtype(np.int64), (fresh(),))
        return None
    build = Builder(adjoint=True)
    build.span = statement.span
    try:
        call = _bound(build, value)
        text = None if call is None else _text(call)
        if call is None or text is None:
            return None
        _check(build, call)
        result = templates.expand(build, text, {n: _array(build, call, n) for n in call.args})
    except (RefusedError, NotStaticError):
        return None
    _hand_over(build, statement.targets[0], result)
    return build.block


def _canonical(value: Apply) -> Apply:
    """An operation by the name of NumPy's function, where native code knows it by this."""
    name = aliases.canonical(value.op)
    if name == value.op or name not in _BY_FUNCTION:
        return value
    return Apply(name, *aliases.adapt(value.op, value.args, value.kwargs, ir.kind_of))


def _with_dtypes(value: Apply) -> Apply:
    """An operation of NumPy's, with dtypes where Python's types stand for such."""
    if not value.op.startswith(("numpy.", "ndarray.")):
        return value

    def made(arg: ir.Expr) -> ir.Expr:
        if not isinstance(arg, Ref) or arg.target not in (float, int, bool, complex):
            return arg
        return loops.dtype_ref(np.dtype(arg.target))

    kwargs = tuple((name, made(arg)) for name, arg in value.kwargs)
    return Apply(value.op, tuple(map(made, value.args)), kwargs)


_BY_FUNCTION = {*table.ARRAYS, *table.JOINS, "numpy.reshape"}


def _check(build: Builder, call: Call) -> None:
    """Check what a text takes for granted."""
    lengths = EQUAL[call.rule.name](call) if call.rule.name in EQUAL else None
    if lengths is not None:
        pair = tuple(templates.expand(build, text, call.args) for text in lengths)
        build.block.append(ir.Do(Apply("native.same", pair), build.span))


def _bound(build: Builder, value: Apply) -> Call | None:
    """An operation bound to its rule, None where it has no text."""
    rule = registry.find(value.op)
    if rule is None or not (rule.definition or aliases.canonical(value.op) in TEXTS):
        return None
    return build.bind(value)


def _text(call: Call) -> str | None:
    """What a call is in terms of others."""
    text = TEXTS.get(call.rule.name)
    if text is not None:
        return text(call) if callable(text) else text
    # A rule's own definition is for numbers with derivatives.
    given = [call.kinds[name] for name in call.rule.arrays or call.kinds]
    if call.rule.definition is None or not all(map(_is_differentiable, given)):
        return None
    return call.rule.definition(call)


def _is_differentiable(kind: Kind) -> bool:
    """Whether an argument, if it is an array, is one of floats."""
    array = array_kind(kind) if isinstance(kind, (Array, Items)) else None
    return array is None or (array.dtype is not None and array.dtype.kind in "fc")


def _array(build: Builder, call: Call, name: str) -> ir.Expr:
    """An argument, as an array where the function makes one of it."""
    value = call.args[name]
    if name in call.rule.arrays and isinstance(call.kinds[name], (Items, Many)):
        return build.apply("numpy.array", value)
    return value


def _hand_over(build: Builder, target: Var, result: ir.Expr) -> None:
    """Let a target be the result of a text."""
    last = build.block[-1] if build.block else None
    if isinstance(result, Var):
        target.kind = _better(target.kind, result.kind)
    if isinstance(last, Assign) and last.targets == (result,):
        last.targets = (target,)
    else:
        build.block.append(Assign((target,), result, build.span))


def _better(known: Kind, found: Kind) -> Kind:
    """What is known of a value for one reason or another."""
    if isinstance(known, Unknown):
        return found
    if isinstance(known, Array) and isinstance(found, Array):
        sizes = known.dims if known.dims is not None else found.dims
        return Array(known.dtype or found.dtype, sizes)
    return known
