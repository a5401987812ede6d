"""Lower expressions."""

from __future__ import annotations

import ast
import contextlib
import inspect
import types
from collections.abc import Callable
from functools import cache
from typing import Any

from adcompile import libraries
from adcompile.builder import Builder
from adcompile.errors import AdcompileError, RefusedError
from adcompile.ir import UNDEFINED, Apply, Const, Expr, If, Merge, Ref, Var
from adcompile.kinds import (
    ELLIPSIS,
    INSIDE_ITSELF,
    UNKNOWN,
    Array,
    Items,
    Kind,
    Many,
    Mapping,
    Record,
    Resolved,
    Scalar,
    Unbound,
    Unknown,
    carries_derivative,
    is_object,
    of_constant,
    of_value,
)
from adcompile.lower import (
    arguments,
    calls,
    closures,
    comprehensions,
    consumers,
    container_methods,
    containers,
    decide,
    functions,
    library_calls,
    merging,
    objects,
    operators,
    reads,
    statements,
    steps,
)
from adcompile.lower.frame import Frame, NeedsStatementsError, is_module
from adcompile.lower.session import Session
from adcompile.rules import registry, unruled
from adcompile.rules.registry import static_value
from adcompile.source import Global, Source

_LIBRARIES = ("numpy", "math", "runtime")


def lower(frame: Frame, node: ast.expr) -> Expr:
    """The value of an expression; its operations are appended to the current block."""
    handler = _handlers().get(type(node))
    if handler is None:
        name, hint = _REFUSED.get(type(node), (type(node).__name__, None))
        raise frame.refuse(node, f"{name} cannot be differentiated yet", hint)
    return containers.identified(frame, handler(frame, node))


_REFUSED: dict[type[ast.expr], tuple[str, str | None]] = {
    ast.Await: ("`await`", None),
    ast.Yield: ("`yield`", "return the values instead"),
    ast.YieldFrom: ("`yield`", "return the values instead"),
}


def lower_nested(frame: Frame, node: ast.expr) -> Expr:
    """The value of an expression that may be evaluated lazily or often: it stays in one piece."""
    before, frame.nested = frame.nested, True
    try:
        return lower(frame, node)
    finally:
        frame.nested = before


def _constant(frame: Frame, node: ast.Constant) -> Expr:
    if node.value is Ellipsis:
        return Ref("...", Ellipsis, ELLIPSIS)
    if isinstance(node.value, bytes):
        raise frame.refuse(node, "bytes cannot be part of a differentiated function")
    return Const(node.value)


def _name(frame: Frame, node: ast.Name) -> Expr:
    if node.id in frame.env:
        value = frame.env[node.id]
        if value is UNDEFINED:
            raise frame.refuse(
                node,
                f"`{node.id}` may have no value here",
                f"give `{node.id}` a value before the loop or branch",
            )
        found: Expr | None = reads.readable(frame, node, node.id, value)
    else:
        found = closures.captured(frame, node.id, node)
    if found is None:
        return outside(frame, node.id, node)
    if isinstance(found, Var) and isinstance(found.kind, Unbound):
        frame.heap.asked.add(found)
    return containers.current(frame, node, found)


def outside(frame: Frame, name: str, node: ast.AST) -> Ref:
    """Something that the function does not define itself: a global, a cell, a builtin."""
    try:
        target = frame.source.scope.lookup(name)
    except KeyError:
        raise frame.refuse(node, f"the name `{name}` is not defined") from None
    except AdcompileError as error:
        raise error.at(frame.source.span(node)) from None
    frame.session.assume(frame.source, name, target)
    try:
        return reference(name, target)
    except RefusedError as error:
        raise error.at(frame.source.span(node)) from None


def reference(name: str, target: Any) -> Ref:
    """A reference to something outside, by the name it gets in the text."""
    return Ref(name, target, _outside_kind(name, target))


def itself(source: Source) -> dict[str, Expr]:
    """The name of a function inside it, where nothing outside has that name."""
    return {source.name: reference(source.name, source)} if source.lifted else {}


def _outside_kind(name: str, target: Any) -> Kind:
    if isinstance(target, (bool, int, float, complex, str, type(None))):
        return of_constant(target)
    if (
        isinstance(target, (types.ModuleType, type, Source))
        or library_calls.dotted(target) is not None
    ):
        return Resolved(target)
    return _global_kind(target) if isinstance(target, Global) else of_value(target, name)


def _global_kind(target: Global) -> Kind:
    """The kind of a global that was read off a file, from the expression assigned to it."""
    if target.kind is None:
        target.kind = UNKNOWN
        empty = ast.arguments([], [], None, [], [], None, [])
        source = target.file.source(
            ast.copy_location(ast.Lambda(empty, target.value), target.value)
        )
        frame = Frame(Session(), source, Builder())
        assert isinstance(source.node, ast.Lambda)
        with contextlib.suppress(AdcompileError):
            target.kind = frame.kind(lower(frame, source.node.body))
    return target.kind


def _attribute(frame: Frame, node: ast.Attribute) -> Expr:
    value = lower(frame, node.value)
    if is_module(value):
        return member(frame, node, value)
    return attribute(frame, node, value, node.attr)


def member(frame: Frame, node: ast.Attribute, module: Ref) -> Expr:
    """Something in a module: `np.pi`, `helpers.scale`."""
    try:
        target = getattr(module.target, node.attr)
    except AttributeError:
        raise frame.refuse(
            node, f"the module `{module.target.__name__}` has no `{node.attr}`"
        ) from None
    frame.session.assume_attribute(module.target, node.attr, target)
    space = module.target.__name__.removeprefix("adcompile.")
    if space.partition(".")[0] in _LIBRARIES or libraries.is_module(module.target):
        return reference(f"{space}.{node.attr}", target)
    try:
        return reference(node.attr, target)
    except RefusedError as error:
        raise error.at(frame.source.span(node)) from None


def attribute(frame: Frame, node: ast.AST, value: Expr, name: str) -> Expr:
    """`value.name` where it is no method call."""
    value = containers.current(frame, node, value)
    kind = frame.kind(value)
    if isinstance(value, Apply) and value.op == "record" and name in dict(value.kwargs):
        field = dict(value.kwargs)[name]
        if field is UNDEFINED:
            raise frame.refuse(
                node,
                f"the attribute `{name}` may have no value here",
                f"give `{name}` a value before the loop or branch",
            )
        return field
    match kind:
        case Record(_, fields) if name in dict(fields):
            _refuse_circle(frame, node, value, dict(fields)[name])
            return frame.apply(node, f"attribute.{name}", value)
        case Record(type=owner):
            is_function = (types.FunctionType, Source)
            if isinstance(inspect.getattr_static(owner, name, None), is_function):
                member = getattr(owner, name)
                frame.session.assume_attribute(owner, name, member)
                return closures.value_of(
                    closures.Partial(name, reference(name, member), [value], {})
                )
            return objects.attribute(frame, node, value, kind, name)
        case Resolved(type() as owner):
            objects.assume_constant(frame, owner, name)
        case Array() if name == "flat":
            return frame.apply(node, "numpy.ravel", value)
        case Array() | Unknown() if registry.find(f"attribute.{name}") is not None:
            return frame.apply(node, f"attribute.{name}", value)
        case Scalar() if name in ("real", "imag"):
            return frame.apply(node, f"attribute.{name}", value)
        case Array() | Items() | Many() | Mapping() if name == "__getitem__":
            return operators.item_of(value)
    if frame.varied(value):
        raise frame.refuse(node, *unruled.message(f"attribute.{name}"))
    return frame.apply(node, f"attribute.{name}", value)


def _refuse_circle(frame: Frame, node: ast.AST, base: Expr, kind: Kind) -> None:
    """Refuse to read an object that holds what it is read from, where that is differentiated: what
    is read of it would be a constant."""
    if not (isinstance(kind, Unknown) and kind.why.endswith(INSIDE_ITSELF)):
        return
    while (made := frame.build.definition(base)) is not None and made.args:
        base = made.args[0]
    if frame.varied(base):
        raise frame.refuse(node, kind.why, "read it by its first name")


def _subscript(frame: Frame, node: ast.Subscript) -> Expr:
    value = lower(frame, node.value)
    return item(frame, node, value, lower(frame, node.slice))


def item(frame: Frame, node: ast.AST, value: Expr, index: Expr) -> Expr:
    """`value[index]`."""
    value = containers.current(frame, node, value)
    if is_object(frame.kind(value)):
        called = objects.called(frame, node, "__getitem__", value, index)
        return frame.apply(node, "index", value, index) if called is None else called
    known, key = static_value(frame.kind(index))
    if containers.is_sequence(value) and known and isinstance(key, slice):
        return Apply(value.op, value.args[key])
    if isinstance(value, Apply) and value.op == "dict":
        default = container_methods.default_at(frame, node, value, index)
        if default is not None:
            return default
    if isinstance(value, Apply) and known and isinstance(key, (str, int)):
        index = Const(key)
    if _is_part_of_list(frame, value, index):
        return _part_of_list(frame, node, value, index)
    if isinstance(value, Apply) and isinstance(index, Const):
        try:
            if value.op == "record" and objects.is_tuple(value):
                entry: Expr = value.kwargs[index.value][1]
                return entry
            if value.op in ("tuple", "list"):
                part: Expr = value.args[index.value]
                return part
            if value.op == "dict":
                keys = [k.value if isinstance(k, Const) else k for k in value.args[::2]]
                return value.args[2 * keys.index(index.value) + 1]
        except (IndexError, ValueError, TypeError):
            raise frame.refuse(node, f"there is no element {index.value!r} here") from None
    if isinstance(value, Apply) and value.op in ("tuple", "list", "dict") and not frame.nested:
        # Indexed while running, a display is a container like any other.
        value = containers.defined(frame, value)
    return frame.apply(node, "index", value, index)


def _is_part_of_list(frame: Frame, value: Expr, index: Expr) -> bool:
    """Whether this is a slice of a differentiated list of unknown length."""
    kind, part = frame.kind(value), frame.kind(index)
    is_list = isinstance(kind, Many) and kind.type is list and frame.varied(value)
    is_slice = isinstance(part, Record) and part.type is slice
    return is_list and is_slice and not (frame.nested or frame.source.generated)


def _part_of_list(frame: Frame, node: ast.AST, value: Expr, index: Expr) -> Expr:
    """`L[a:b]`, element by element."""
    positions = frame.apply(node, "builtins.range", frame.apply(node, "builtins.len", value))
    names = {"values": value, "positions": frame.apply(node, "index", positions, index)}
    return comprehensions.written(frame, node, "[values[i] for i in positions]", names)


def _slice(frame: Frame, node: ast.Slice) -> Expr:
    parts = (node.lower, node.upper, node.step)
    return Apply("slice", tuple(Const(None) if p is None else lower(frame, p) for p in parts))


_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
_UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Not: "not_",
    ast.Invert: "invert",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Is: "is_",
    ast.IsNot: "is_not",
    ast.In: "contains",
    ast.NotIn: "not_contains",
}


def _binop(frame: Frame, node: ast.BinOp) -> Expr:
    left, right = lower(frame, node.left), lower(frame, node.right)
    return binary(frame, node, _BINARY[type(node.op)], left, right)


def operator_name(op: ast.operator) -> str:
    """The name of a binary operator in the module `operator`."""
    return _BINARY[type(op)]


def binary(frame: Frame, node: ast.AST, name: str, left: Expr, right: Expr) -> Expr:
    """`left <name> right`; two displays of the same type are joined."""
    if frame.are_numbers((left, right)):
        return frame.apply(node, f"operator.{name}", left, right)
    left, right = (containers.current(frame, node, side) for side in (left, right))
    if (
        name == "add"
        and isinstance(left, Apply)
        and isinstance(right, Apply)
        and left.op in ("tuple", "list")
        and left.op == right.op
    ):
        return Apply(left.op, left.args + right.args)
    left, right = containers.beside_arrays(frame, node, (left, right))
    operated = objects.operated(frame, node, name, left, right)
    if operated is not None:
        return operated
    if name == "mul" and (repeated := containers.repeated(frame, left, right)) is not None:
        return repeated
    sequences = (Items, Many, Mapping)
    if name == "add" and (joined := containers.concatenated(frame, node, left, right)) is not None:
        return joined
    for side in (left, right):
        of_user = not frame.template and frame.varied(side)
        if of_user and isinstance(frame.kind(side), sequences):
            raise frame.refuse(node, "arithmetic on containers has no derivative rule")
    return frame.apply(node, f"operator.{name}", left, right)


def _unaryop(frame: Frame, node: ast.UnaryOp) -> Expr:
    operand = lower(frame, node.operand)
    name = _UNARY[type(node.op)]
    called = objects.called(frame, node, f"__{name}__", operand)
    if called is not None:
        return called
    match node.op, operand:
        case ast.USub(), Const(int() | float() as number) if not isinstance(number, bool):
            return Const(-number)
    return frame.apply(node, f"operator.{name}", operand)


def _compare(frame: Frame, node: ast.Compare) -> Expr:
    operands = [lower(frame, node.left), *(lower(frame, c) for c in node.comparators)]
    if len(node.ops) == 1:
        name, (left, right) = _COMPARE[type(node.ops[0])], operands
        for meaning in (objects.is_same, objects.compared):
            result = meaning(frame, node, name, left, right)
            if result is not None:
                return result
        return frame.apply(node, f"operator.{name}", left, right)
    for op, left, right in zip(node.ops, operands[:-1], operands[1:], strict=True):
        objects.refuse_compared(frame, node, _COMPARE[type(op)], left, right)
    links = [
        Apply(f"operator.{_COMPARE[type(op)]}", (operands[i], operands[i + 1]))
        for i, op in enumerate(node.ops)
    ]
    return frame.apply(node, "operator.and", *links)


def _boolop(frame: Frame, node: ast.BoolOp) -> Expr:
    try:
        operands = _operands(frame, node)
    except NeedsStatementsError:
        if frame.nested:
            raise
        return steps.lower_boolop(frame, node)
    if len(operands) == 1:
        return operands[0][0] if frame.nested else lower(frame, operands[0][1])
    for operand, value in operands:
        check_operand(frame, value, operand)
    name = "and" if isinstance(node.op, ast.And) else "or"
    return frame.apply(node, f"operator.{name}", *(operand for operand, _ in operands))


def _operands(frame: Frame, node: ast.BoolOp) -> list[tuple[Expr, ast.expr]]:
    """The operands of `and` or `or` that count: none after one that is decided to end it."""
    found: list[tuple[Expr, ast.expr]] = []
    for value in node.values:
        operand = lower_nested(frame, value)
        decided = decide.outcome(frame, operand)
        ends = decided is isinstance(node.op, ast.Or)
        if decided is None or ends or value is node.values[-1]:
            found.append((operand, value))
        if decided is not None and ends:
            break
    return found


def check_operand(frame: Frame, node: ast.AST, operand: Expr) -> None:
    """Refuse an operand of `and` or `or` that has a derivative."""
    if frame.varied(operand) and _may_be_derivative(frame.kind(operand)):
        raise frame.refuse(
            node,
            "`and` and `or` of numbers that are differentiated have no derivative rule",
            "compare the numbers (`x != 0 and ...`) or use `if`",
        )


def _may_be_derivative(kind: Kind) -> bool:
    return carries_derivative(kind) and not isinstance(kind, Unknown)


def _ifexp(frame: Frame, node: ast.IfExp) -> Expr:
    if frame.nested or frame.template:
        parts = (node.test, node.body, node.orelse)
        return frame.apply(node, "ifexp", *(lower_nested(frame, part) for part in parts))
    test = statements.lower_test(frame, node.test)
    if isinstance(test, Const) and isinstance(test.value, bool):
        return lower(frame, node.body if test.value else node.orelse)
    build = frame.build
    before = dict(frame.heap.versions)
    with build.inner() as then, steps.lazily(frame, node.body):
        body = reads.current(frame, node, lower(frame, node.body))
    with build.inner() as other, steps.lazily(frame, node.orelse):
        orelse = reads.current(frame, node, lower(frame, node.orelse))
    if frame.heap.versions != before:
        raise frame.refuse(
            node, "a function that writes into an array is called on one side", "write `if`"
        )
    merges: list[Merge] = []
    result = merging.merge(frame, node, body, orelse, merges, None)
    build.block.append(If(test, then, other, merges, build.span))
    return result


def lower_sequence(frame: Frame, node: ast.expr) -> Expr:
    """The value of an expression that is taken apart at once, which a generator may be."""
    taken = consumers.as_list(frame, node)
    return lower(frame, node) if taken is None else taken


def _sequence(frame: Frame, node: ast.Tuple | ast.List) -> Expr:
    elements: list[Expr] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            elements.extend(arguments.spread(frame, element, lower_sequence(frame, element.value)))
        else:
            elements.append(lower(frame, element))
    return Apply("tuple" if isinstance(node, ast.Tuple) else "list", tuple(elements))


def _dict(frame: Frame, node: ast.Dict) -> Expr:
    parts: list[Expr] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            given = functions.entries(frame, value, lower(frame, value))
            parts += [part for pair in given for part in pair]
        else:
            parts += [lower(frame, key), lower(frame, value)]
    if None not in node.keys:
        return Apply("dict", tuple(parts))
    return comprehensions.dict_of(frame, node, list(zip(parts[::2], parts[1::2], strict=True)))


def _call(frame: Frame, node: ast.Call) -> Expr:
    return calls.lower_call(frame, node)


_HANDLERS: dict[type[ast.expr], Callable[[Frame, Any], Expr]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.BinOp: _binop,
    ast.UnaryOp: _unaryop,
    ast.Compare: _compare,
    ast.BoolOp: _boolop,
    ast.IfExp: _ifexp,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Dict: _dict,
    ast.Call: _call,
}


@cache
def _handlers() -> dict[type[ast.expr], Callable[[Frame, Any], Expr]]:
    from adcompile.lower import handlers  # of modules that lower expressions themselves

    return _HANDLERS | handlers.EXPRESSIONS
